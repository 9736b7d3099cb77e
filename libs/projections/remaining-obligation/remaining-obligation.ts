import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Projection, RowChanges } from '../engine/projection.js';
import { commitmentFacts, foldCommitment } from '../facts/commitments.js';
import { DRAWDOWN_EVENTS, postingsOf } from '../burn-down/postings.js';
import { addSums, sumTable } from '../engine/table.js';

/** What is still owed under a commitment, and when it falls due. */
export const obligationCommitments = commitmentFacts('obligation_commitment');

export const obligationPeriods = sumTable(
  'obligation_period',
  { commitmentId: 'text', period: 'integer', currency: 'text' },
  ['applied', 'overage'],
  { subject: 'commitmentId' },
);

export const remainingObligationProjection: Projection = {
  name: 'remaining-obligation',
  version: 2,
  tables: [obligationCommitments, obligationPeriods],
  handles: DRAWDOWN_EVENTS,
  fold(entry: RecordedEntry, rows: RowChanges): void {
    foldCommitment(obligationCommitments, entry, rows);
    for (const posting of postingsOf(entry)) {
      addSums(rows, obligationPeriods, entry, posting.effectiveAt, posting, posting);
    }
  },
};
