import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Projection, RowChanges } from '../projection.js';
import {
  AGREEMENT_FACT_EVENTS,
  agreementFacts,
  foldAgreement,
} from '../shared-facts/agreement-facts.js';
import {
  COMMITMENT_FACT_EVENTS,
  commitmentFacts,
  foldCommitment,
} from '../shared-facts/commitment-facts.js';
import { DRAWDOWN_EVENTS, spendOf } from '../shared-facts/drawdowns.js';
import {
  foldFunding,
  FUNDING_FACT_EVENTS,
  fundingFacts,
  investmentFacts,
} from '../shared-facts/funding-facts.js';
import { addSums, sumTable } from '../table.js';

/** How much of what a customer pays its vendor the vendor's own capital could have paid. */
export const circularityAgreements = agreementFacts('circularity_agreement');
export const circularityCommitments = commitmentFacts('circularity_commitment');
export const circularityInvestments = investmentFacts('circularity_investment');
export const circularityFundings = fundingFacts('circularity_funding');

export const circularityPayments = sumTable(
  'circularity_payment_day',
  { agreementId: 'text', currency: 'text' },
  ['gross'],
);

export const circularityProjection: Projection = {
  name: 'circularity',
  version: 2,
  tables: [
    circularityAgreements,
    circularityCommitments,
    circularityInvestments,
    circularityFundings,
    circularityPayments,
  ],
  handles: [
    ...AGREEMENT_FACT_EVENTS,
    ...COMMITMENT_FACT_EVENTS,
    ...FUNDING_FACT_EVENTS,
    ...DRAWDOWN_EVENTS,
  ],
  fold(entry: RecordedEntry, rows: RowChanges): void {
    foldAgreement(circularityAgreements, entry, rows);
    foldCommitment(circularityCommitments, entry, rows);
    foldFunding(
      { investments: circularityInvestments, fundings: circularityFundings },
      entry,
      rows,
    );
    const payment = spendOf(entry);
    if (payment) addSums(rows, circularityPayments, entry, entry.effectiveAt, payment, payment);
  },
};
