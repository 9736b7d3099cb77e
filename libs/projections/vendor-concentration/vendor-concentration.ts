import { unitsOf } from '../../domain/money.js';
import type { Projection } from '../engine/projection.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import { addSums, sumTable } from '../engine/table.js';

/**
 * What the customer's usage of the vendor came to, whichever commitments it was put against; refunds are negative.
 * Agreements of one vendor live in several shards: rows are kept per agreement, and the vendor is found when a question is asked.
 */
export const spendDays = sumTable(
  'spend_day',
  { agreementId: 'text', currency: 'text' },
  ['gross'],
  { subject: 'agreementId' },
);

export const vendorConcentrationProjection: Projection = {
  name: 'vendor-concentration',
  version: 4,
  tables: [spendDays],
  handles: ['DrawdownRecorded', 'DrawdownReversed'],
  fold(entry, rows) {
    const { event, effectiveAt } = entry;
    if (event.type !== 'DrawdownRecorded' && event.type !== 'DrawdownReversed') return;
    const { agreementId, split } = event.body;
    const currency =
      event.type === 'DrawdownRecorded' ? event.body.charge.currency : event.body.currency;
    // From the split, not the lines: a charge that two stackable commitments take is spent once.
    const gross = unitsOf(split.gross);
    addSums(rows, spendDays, entry, effectiveAt, { agreementId, currency }, { gross });
  },
};

/** What questions about the dealings of vendors and customers read. */
export const vendorConcentrationReads: readonly Projection[] = [
  ...burnDownReads,
  vendorConcentrationProjection,
];
