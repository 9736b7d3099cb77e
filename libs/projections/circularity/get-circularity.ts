import { Query } from '../asking/query.js';
import type { Seen } from '../asking/seen.js';
import type { Views } from '../asking/read-view.js';
import { circularity, type Circularity, type CircularityQuestion } from './query.js';

/** Capital that vendors put into their own customers. */
export class GetCircularity extends Query<Circularity & Seen, CircularityQuestion> {
  readonly name = 'circularity';

  answer(views: Views): Promise<Circularity & Seen> {
    return circularity(views, this.asked);
  }
}
