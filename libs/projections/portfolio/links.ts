import { isBinding } from '../../domain/agreement/agreement.js';
import type { AgreementAsOf, LinkFact } from '../facts/agreements.js';
import type { CommitmentAsOf } from '../facts/commitments.js';
import type { InvestmentFact } from '../facts/investments.js';

/** Why a link is in no pair of the circularity view. */
export type NotCounted =
  | 'investment-unknown'
  | 'commitment-unknown'
  | 'other-parties'
  | 'other-currency'
  | 'agreement-not-in-force';

/** Capital and the commitment that it was given for. */
export interface AgreementLink {
  readonly investmentId: string;
  readonly commitmentId: string;
  readonly kind: string;
  /** Null: circularity counts the two against each other. */
  readonly notCounted: NotCounted | null;
}

export const linkOf = (
  { investmentId, commitmentId, kind }: LinkFact,
  agreement: AgreementAsOf,
  investment: InvestmentFact | undefined,
  commitment: CommitmentAsOf | undefined,
): AgreementLink => ({
  investmentId,
  commitmentId,
  kind,
  notCounted: notCounted(agreement, investment, commitment),
});

/** As circularity pairs them: the vendor's capital in its customer, in the currency of the commitment. */
const notCounted = (
  agreement: AgreementAsOf,
  investment: InvestmentFact | undefined,
  commitment: CommitmentAsOf | undefined,
): NotCounted | null => {
  const { vendorId, customerId } = agreement;
  if (!investment) return 'investment-unknown';
  if (!commitment) return 'commitment-unknown';
  if (investment.investorId !== vendorId || investment.recipientId !== customerId)
    return 'other-parties';
  if (investment.currency !== commitment.currency) return 'other-currency';
  return isBinding(agreement) ? null : 'agreement-not-in-force';
};
