import type { Views } from '../asking/read-view.js';
import type { BurnDown } from './answer.js';
import { CommitmentQuery } from './commitment-query.js';
import { burnDown, type BurnDownQuestion } from './query.js';

/** How much of a commitment is used, over time. Null: no such commitment as of then, as known then. */
export class GetBurnDown extends CommitmentQuery<BurnDown | null, BurnDownQuestion> {
  readonly name = 'burn-down';

  answer(views: Views): Promise<BurnDown | null> {
    return burnDown(views, this.asked);
  }
}
