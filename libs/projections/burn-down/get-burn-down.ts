import { Query, type Termed } from '../asking/query.js';
import type { Views } from '../asking/read-view.js';
import type { BurnDown } from './answer.js';
import { burnDownReads } from './burn-down.js';
import { burnDown, type BurnDownQuestion } from './query.js';

/** How much of a commitment is used, over time. Null: no such commitment as of then, as known then. */
export class GetBurnDown extends Query<BurnDown | null, BurnDownQuestion> {
  readonly name = 'burn-down';

  answer(views: Views): Promise<BurnDown | null> {
    return burnDown(views, this.asked);
  }

  override terms(): Termed {
    return { kind: 'commitment', id: this.asked.commitmentId, reads: burnDownReads };
  }
}
