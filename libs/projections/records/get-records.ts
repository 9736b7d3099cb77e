import { Query, type Termed } from '../asking/query.js';
import type { TimeAxes } from '../asking/question.js';
import type { Views } from '../asking/read-view.js';
import { factsProjection } from '../facts/facts.js';
import { agreementRecords } from './agreement-records.js';
import type { AgreementRecords, MilestoneRecord, TermsHistory } from './answer.js';
import { milestoneRecord } from './milestone-record.js';
import { termsHistory } from './terms-history.js';

/** Every version of a commitment's terms. Null: no such commitment as known then. */
export class GetTermsHistory extends Query<
  TermsHistory | null,
  TimeAxes & { readonly commitmentId: string }
> {
  readonly name = 'terms-history';

  answer(views: Views): Promise<TermsHistory | null> {
    return termsHistory(views, this.asked);
  }

  override terms(): Termed {
    return { kind: 'commitment', id: this.asked.commitmentId, reads: [factsProjection] };
  }
}

/** What is kept beside the terms of an agreement. Null: no such agreement as of then, as known then. */
export class GetAgreementRecords extends Query<
  AgreementRecords | null,
  TimeAxes & { readonly agreementId: string }
> {
  readonly name = 'agreement-records';

  answer(views: Views): Promise<AgreementRecords | null> {
    return agreementRecords(views, this.asked);
  }
}

/** One milestone, with who attested and who approved what. Null: no such milestone as of then, as known then. */
export class GetMilestone extends Query<
  MilestoneRecord | null,
  TimeAxes & { readonly milestoneId: string }
> {
  readonly name = 'milestone';

  answer(views: Views): Promise<MilestoneRecord | null> {
    return milestoneRecord(views, this.asked);
  }
}
