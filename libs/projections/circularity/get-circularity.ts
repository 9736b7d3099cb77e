import { Query } from '../asking/query.js';
import type { Views } from '../asking/read-view.js';
import type { Circularity } from './answer.js';
import { circularity, type CircularityQuestion } from './query.js';

/** Capital that vendors put into their own customers. */
export class GetCircularity extends Query<Circularity, CircularityQuestion> {
  readonly name = 'circularity';

  answer(views: Views): Promise<Circularity> {
    return circularity(views, this.asked);
  }
}
