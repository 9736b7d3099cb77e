import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Projection, RowChanges } from '../engine/projection.js';
import { AGREEMENT_FACT_EVENTS, agreementFacts, foldAgreement } from '../facts/agreements.js';
import { commitmentFacts, foldCommitment } from '../facts/commitments.js';
import { DRAWDOWN_EVENTS, postingsOf, spendOf } from '../burn-down/postings.js';
import {
  foldFunding,
  FUNDING_FACT_EVENTS,
  fundingFacts,
  investmentFacts,
} from '../facts/investments.js';
import { addSums, sumTable } from '../engine/table.js';

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

export const circularityApplied = sumTable(
  'circularity_applied_day',
  { commitmentId: 'text', currency: 'text' },
  ['applied'],
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
    circularityApplied,
  ],
  handles: [...AGREEMENT_FACT_EVENTS, ...FUNDING_FACT_EVENTS, ...DRAWDOWN_EVENTS],
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
    for (const posting of postingsOf(entry)) {
      addSums(rows, circularityApplied, entry, posting.effectiveAt, posting, posting);
    }
  },
};
