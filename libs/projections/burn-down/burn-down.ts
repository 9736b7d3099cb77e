import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Projection, RowChanges } from '../engine/projection.js';
import { commitmentFacts, foldCommitment } from '../facts/commitments.js';
import { DRAWDOWN_EVENTS, postingsOf } from '../burn-down/postings.js';
import { addSums, sumTable } from '../engine/table.js';

/** How much of a commitment is used up, day by day. */
export const burnDownCommitments = commitmentFacts('burn_down_commitment');

export const burnDownDays = sumTable(
  'burn_down_day',
  { commitmentId: 'text', period: 'integer', currency: 'text' },
  ['applied', 'overage', 'ineligible'],
  { subject: 'commitmentId' },
);

export const burnDownProjection: Projection = {
  name: 'burn-down',
  version: 2,
  tables: [burnDownCommitments, burnDownDays],
  handles: DRAWDOWN_EVENTS,
  fold(entry: RecordedEntry, rows: RowChanges): void {
    foldCommitment(burnDownCommitments, entry, rows);
    for (const posting of postingsOf(entry)) {
      addSums(rows, burnDownDays, entry, posting.effectiveAt, posting, posting);
    }
  },
};
