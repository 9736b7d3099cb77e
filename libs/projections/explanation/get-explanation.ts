import { Query } from '../asking/query.js';
import type { Views } from '../asking/read-view.js';
import type { Explanation } from './answer.js';
import { explanation } from './query.js';
import type { ExplainQuestion } from './question.js';

/** What made a figure of a view. Null: what it is of is not there, as of then and as known then. */
export class GetExplanation extends Query<Explanation | null, ExplainQuestion> {
  readonly name = 'explanation';

  answer(views: Views): Promise<Explanation | null> {
    return explanation(views, this.asked);
  }
}
