import { Query, type Termed } from '../asking/query.js';
import type { TimeAxes } from '../asking/question.js';
import type { Seen } from '../asking/seen.js';
import type { Views } from '../asking/read-view.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import { factsProjection } from '../facts/facts.js';
import { commitment, type CommitmentAnswer } from './commitment.js';
import { party, type PartyAnswer } from './party.js';
import { portfolio, type Portfolio, type PortfolioAgreement } from './query.js';

/** All agreements with their commitments and investments. */
export class GetPortfolio extends Query<Portfolio & Seen> {
  readonly name = 'portfolio';

  answer(views: Views): Promise<Portfolio & Seen> {
    return portfolio(views, this.asked);
  }
}

interface AgreementQuestion extends TimeAxes {
  readonly agreementId: string;
}

/** One agreement with its commitments and investments. Null: no such agreement as of then, as known then. */
export class GetAgreement extends Query<(PortfolioAgreement & Seen) | null, AgreementQuestion> {
  readonly name = 'agreement';

  async answer(views: Views): Promise<(PortfolioAgreement & Seen) | null> {
    const { agreements, ...seen } = await portfolio(views, this.asked);
    const found = agreements.find(({ agreementId }) => agreementId === this.asked.agreementId);
    return found === undefined ? null : { ...found, ...seen };
  }

  override terms(): Termed {
    return { kind: 'agreement', id: this.asked.agreementId, reads: burnDownReads };
  }
}

interface PartyQuestion extends TimeAxes {
  readonly partyId: string;
}

/** One party, what it holds in others and they in it. Null: no such party as known then. */
export class GetParty extends Query<(PartyAnswer & Seen) | null, PartyQuestion> {
  readonly name = 'party';

  answer(views: Views): Promise<(PartyAnswer & Seen) | null> {
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
export class GetCommitment extends Query<(CommitmentAnswer & Seen) | null, CommitmentQuestion> {
  readonly name = 'commitment';

  answer(views: Views): Promise<(CommitmentAnswer & Seen) | null> {
    return commitment(views, this.asked);
  }

  override terms(): Termed {
    return { kind: 'commitment', id: this.asked.commitmentId, reads: [factsProjection] };
  }
}
