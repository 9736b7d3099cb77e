import type { Circularity } from '../../../libs/projections/circularity/answer.js';
import { figure } from '../cells.js';
import { percent, plural, times } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';
import { currencyOf } from './portfolio.js';

/** Money that an investor put into its own customer, against what the customer pays it. */
export const circularityReport = (answer: Circularity): Report => {
  const { pairs } = answer;
  const currency = currencyOf(pairs.map(({ funded }) => funded));
  return {
    headline:
      pairs.length === 0
        ? 'No vendor is invested in its own customer.'
        : `${plural(new Set(pairs.map(({ vendorId }) => vendorId)).size, 'vendor is', 'vendors are')} ` +
          `invested in own customers, in ${plural(pairs.length, 'pair')}. The circularity ratio is an ` +
          'upper bound: money is fungible.',
    tables:
      pairs.length === 0
        ? []
        : [
            {
              title: `Vendor and customer${currency === null ? '' : `, in ${currency}`}`,
              columns: [
                { title: 'Pair', align: 'left' },
                ...(currency === null ? [{ title: '', align: 'left' } as const] : []),
                { title: 'Funded', align: 'right' },
                { title: 'Committed', align: 'right', drop: 2 },
                { title: 'Multiple', align: 'right' },
                { title: 'Used (gross)', align: 'right' },
                { title: 'Circular, at most', align: 'right' },
                { title: 'Recycled', align: 'right', drop: 1 },
              ],
              rows: pairs.map((pair) => [
                `${pair.vendorId} → ${pair.customerId}`,
                ...(currency === null ? [pair.currency] : []),
                figure(pair.funded),
                figure(pair.committed),
                times(pair.multiple.funded),
                figure(pair.grossDrawdowns),
                percent(pair.circularityRatioUpperBound),
                percent(pair.recycledCapital),
              ]),
            },
          ],
    notes:
      pairs.length === 0
        ? []
        : [
            'Multiple: committed spend / funded capital. Circular: share of the payments that funded capital could have paid. ' +
              'Recycled: share of funded capital that has come back. Gross usage stands for payments, because invoices are not in the ledger.',
          ],
    answer,
    records: recordsOf(pairs, [
      ['vendor', ({ vendorId }) => vendorId],
      ['customer', ({ customerId }) => customerId],
      'currency',
      'funded',
      'announced',
      'contingent',
      'committed',
      'grossDrawdowns',
      ['multipleFunded', ({ multiple }) => multiple.funded],
      ['multipleAnnounced', ({ multiple }) => multiple.announced],
      'circularityRatioUpperBound',
      'recycledCapital',
    ]),
    seen: answer,
  };
};
