import { Query } from '../asking/query.js';
import type { Views } from '../asking/read-view.js';
import type { Changes } from './answer.js';
import { changes, type ChangesQuestion } from './query.js';

/** What moved since a moment, by how much, and why. */
export class GetChanges extends Query<Changes, ChangesQuestion> {
  readonly name = 'changes';

  answer(views: Views): Promise<Changes> {
    return changes(views, this.asked);
  }
}
