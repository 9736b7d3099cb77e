import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Projection, RowChanges } from '../engine/projection.js';
import { AGREEMENT_FACT_EVENTS, agreementFacts, foldAgreement } from '../facts/agreements.js';
import { commitmentFacts, foldCommitment } from '../facts/commitments.js';
import { DRAWDOWN_EVENTS, postingsOf, spendOf } from '../burn-down/postings.js';
import { addSums, sumTable } from '../engine/table.js';

/**
 * How much hangs on one vendor. Agreements of one vendor live in several shards: rows are kept per agreement and
 * shard, and the vendor is found and the shares are taken when a question is asked.
 */
export const concentrationAgreements = agreementFacts('concentration_agreement');
export const concentrationCommitments = commitmentFacts('concentration_commitment');

export const concentrationSpend = sumTable(
  'concentration_spend_day',
  { agreementId: 'text', currency: 'text' },
  ['gross'],
);
export const concentrationApplied = sumTable(
  'concentration_applied_day',
  { commitmentId: 'text', currency: 'text' },
  ['applied'],
);

export const vendorConcentrationProjection: Projection = {
  name: 'vendor-concentration',
  version: 2,
  tables: [
    concentrationAgreements,
    concentrationCommitments,
    concentrationSpend,
    concentrationApplied,
  ],
  handles: [...AGREEMENT_FACT_EVENTS, ...DRAWDOWN_EVENTS],
  fold(entry: RecordedEntry, rows: RowChanges): void {
    foldAgreement(concentrationAgreements, entry, rows);
    foldCommitment(concentrationCommitments, entry, rows);
    const { effectiveAt } = entry;
    const spend = spendOf(entry);
    if (spend) addSums(rows, concentrationSpend, entry, effectiveAt, spend, spend);
    for (const posting of postingsOf(entry)) {
      addSums(rows, concentrationApplied, entry, posting.effectiveAt, posting, posting);
    }
  },
};
