import { Query } from '../asking/query.js';
import type { Views } from '../asking/read-view.js';
import { agreements, type AgreementsQuestion } from './agreements.js';
import type { AgreementList, CommitmentList, InvestmentList, PartyList } from './answer.js';
import { commitments, type CommitmentsQuestion } from './commitments.js';
import { investments, type InvestmentsQuestion } from './investments.js';
import { parties, type PartiesQuestion } from './parties.js';

/** Companies, by their ids. */
export class ListParties extends Query<PartyList, PartiesQuestion> {
  readonly name = 'parties';

  answer(views: Views): Promise<PartyList> {
    return parties(views, this.asked);
  }
}

/** Contracts between a vendor and its customer, by their ids. */
export class ListAgreements extends Query<AgreementList, AgreementsQuestion> {
  readonly name = 'agreements';

  answer(views: Views): Promise<AgreementList> {
    return agreements(views, this.asked);
  }
}

/** Pledges as they are agreed, by their ids. */
export class ListCommitments extends Query<CommitmentList, CommitmentsQuestion> {
  readonly name = 'commitments';

  answer(views: Views): Promise<CommitmentList> {
    return commitments(views, this.asked);
  }
}

/** Capital that is agreed, by the ids of the investments. */
export class ListInvestments extends Query<InvestmentList, InvestmentsQuestion> {
  readonly name = 'investments';

  answer(views: Views): Promise<InvestmentList> {
    return investments(views, this.asked);
  }
}
