import { Query, type Termed } from '../asking/query.js';
import type { TimeAxes } from '../asking/question.js';
import { burnDownReads } from './burn-down.js';

/** A question about one commitment and its use: its answer shows the terms of that commitment. */
export abstract class CommitmentQuery<
  Answer,
  Asked extends TimeAxes & { readonly commitmentId: string },
> extends Query<Answer, Asked> {
  override terms(): Termed {
    return { kind: 'commitment', id: this.asked.commitmentId, reads: burnDownReads };
  }
}
