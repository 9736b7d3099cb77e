import { isBinding } from '../../domain/agreement/agreement.js';
import type { AgreementAsOf, LinkFact } from '../facts/agreements.js';
import type { CommitmentAsOf } from '../facts/commitments.js';
import type { AgreementLink } from './answer.js';
import type { InvestmentFact } from '../facts/investments.js';

export const linkOf = (
  { investmentId, commitmentId, kind }: LinkFact,
  agreement: AgreementAsOf,
  investment: InvestmentFact | undefined,
  commitment: CommitmentAsOf | undefined,
): AgreementLink => ({
  investmentId,
  commitmentId,
  kind: kind as AgreementLink['kind'],
  notCounted: notCounted(agreement, investment, commitment),
});

/** As circularity pairs them: the vendor's capital in its customer, in the currency of the commitment. */
const notCounted = (
  agreement: AgreementAsOf,
  investment: InvestmentFact | undefined,
  commitment: CommitmentAsOf | undefined,
): AgreementLink['notCounted'] => {
  const { vendorId, customerId } = agreement;
  if (!investment) return 'investment-unknown';
  if (!commitment) return 'commitment-unknown';
  if (investment.investorId !== vendorId || investment.recipientId !== customerId)
    return 'other-parties';
  if (investment.currency !== commitment.currency) return 'other-currency';
  return isBinding(agreement) ? null : 'agreement-not-in-force';
};
