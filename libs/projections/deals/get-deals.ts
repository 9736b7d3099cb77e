import { Query, type Termed } from '../asking/query.js';
import type { TimeAxes } from '../asking/question.js';
import type { Views } from '../asking/read-view.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import { factsProjection } from '../facts/facts.js';
import type { Agreement, Party, Deals } from './answer.js';
import type { Commitment } from './commitment-answer.js';
import { commitment } from './commitment.js';
import type { Investment } from './investment-answer.js';
import { investment } from './investment.js';
import { party } from './party.js';
import { agreement, allDeals } from './deals.js';

/** All agreements with their commitments and investments. */
export class GetDeals extends Query<Deals> {
  readonly name = 'deals';

  answer(views: Views): Promise<Deals> {
    return allDeals(views, this.asked);
  }
}

interface AgreementQuestion extends TimeAxes {
  readonly agreementId: string;
}

/** One agreement with its commitments and investments. Null: no such agreement as of then, as known then. */
export class GetAgreement extends Query<Agreement | null, AgreementQuestion> {
  readonly name = 'agreement';

  answer(views: Views): Promise<Agreement | null> {
    return agreement(views, this.asked);
  }

  override terms(): Termed {
    return { kind: 'agreement', id: this.asked.agreementId, reads: burnDownReads };
  }
}

interface PartyQuestion extends TimeAxes {
  readonly partyId: string;
}

/** One party, what it holds in others and they in it. Null: no such party as known then. */
export class GetParty extends Query<Party | null, PartyQuestion> {
  readonly name = 'party';

  answer(views: Views): Promise<Party | null> {
    return party(views, this.asked);
  }

  override terms(): Termed {
    return { kind: 'party', id: this.asked.partyId, reads: [factsProjection] };
  }
}

interface CommitmentQuestion extends TimeAxes {
  readonly commitmentId: string;
}

/** The terms of a commitment. Null: no such commitment as of then, as known then. */
export class GetCommitment extends Query<Commitment | null, CommitmentQuestion> {
  readonly name = 'commitment';

  answer(views: Views): Promise<Commitment | null> {
    return commitment(views, this.asked);
  }

  override terms(): Termed {
    return { kind: 'commitment', id: this.asked.commitmentId, reads: [factsProjection] };
  }
}

interface InvestmentQuestion extends TimeAxes {
  readonly investmentId: string;
}

/** An investment as agreed, with its payments. Null: no such investment as of then, as known then. */
export class GetInvestment extends Query<Investment | null, InvestmentQuestion> {
  readonly name = 'investment';

  answer(views: Views): Promise<Investment | null> {
    return investment(views, this.asked);
  }

  override terms(): Termed {
    return { kind: 'investment', id: this.asked.investmentId, reads: [factsProjection] };
  }
}
