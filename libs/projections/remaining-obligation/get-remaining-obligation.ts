import { Query } from '../asking/query.js';
import type { TimeAxes } from '../asking/question.js';
import type { CommitmentPeriods, ObligationList, RemainingObligation } from './answer.js';
import { obligationList, type ObligationListQuestion } from './list.js';
import type { Views } from '../asking/read-view.js';
import { CommitmentQuery } from '../burn-down/commitment-query.js';
import { obligations, type Obligations } from './obligations.js';
import { commitmentPeriods } from './periods.js';
import { remainingObligation, type RemainingObligationQuestion } from './query.js';
import { remainingRatios, type RemainingRatios } from './remaining-ratio.js';

/** What is still owed, by due period. Null: no such commitment as of then, as known then. */
export class GetRemainingObligation extends CommitmentQuery<
  RemainingObligation | null,
  RemainingObligationQuestion
> {
  readonly name = 'remaining-obligation';

  answer(views: Views): Promise<RemainingObligation | null> {
    return remainingObligation(views, this.asked);
  }
}

/** The periods of a commitment, and what is used in each. Null: as above. */
export class GetPeriods extends CommitmentQuery<
  CommitmentPeriods | null,
  RemainingObligationQuestion
> {
  readonly name = 'periods';

  answer(views: Views): Promise<CommitmentPeriods | null> {
    return commitmentPeriods(views, this.asked);
  }
}

/** What is still owed of every commitment. */
export class ListObligations extends Query<Obligations> {
  readonly name = 'obligations';

  answer(views: Views): Promise<Obligations> {
    return obligations(views, this.asked);
  }
}

/** What is still owed of each commitment, page by page, and of all of them together. */
export class GetObligations extends Query<ObligationList, ObligationListQuestion> {
  readonly name = 'obligation-list';

  answer(views: Views): Promise<ObligationList> {
    return obligationList(views, this.asked);
  }
}

interface RatiosQuestion extends TimeAxes {
  /** At most so many commitments, those that end first. */
  readonly limit: number;
}

/** Remaining obligation over total, of the commitments in force. */
export class GetRemainingRatios extends Query<RemainingRatios, RatiosQuestion> {
  readonly name = 'remaining-ratios';

  answer(views: Views): Promise<RemainingRatios> {
    return remainingRatios(views, this.asked.tenant, this.asked.limit);
  }
}
