import type {
  CurrencyConcentration,
  Concentration,
} from '../../../libs/projections/vendor-concentration/answer.js';
import { barOf, figure } from '../cells.js';
import { count, percent, plural } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';
import type { Table } from '../table.js';

const BASE_WORDS: Readonly<Record<Concentration['base'], string>> = {
  spend: 'Spend',
  remaining: 'Remaining obligation',
  committed: 'Committed spend',
};

const BAND_WORDS = { low: 'low', moderate: 'moderate', high: 'high' } as const;
const BANDS_WORDS = {
  'us-2023': 'US guidelines of 2023',
  'us-2010': 'US guidelines of 2010',
} as const;

const sentence = (answer: Concentration, one: CurrencyConcentration): string => {
  const window = answer.window
    ? ` of the ${plural(answer.window.months, 'month')} to ${answer.window.to}`
    : '';
  const base = `${BASE_WORDS[answer.base]}${window} in ${one.currency}`;
  const [first] = one.vendors;
  if (!first || one.hhi === null || one.band === null) return `${base}: nothing yet.`;
  const equal =
    one.effectiveNumber === null
      ? ''
      : `, as if there were ${Number(one.effectiveNumber).toFixed(1)} equal vendors`;
  return (
    `${base}: ${first.vendorId} has ${percent(first.share)}. HHI ${count(Math.round(Number(one.hhi)))}, ` +
    `${BAND_WORDS[one.band]} concentration${equal}.`
  );
};

const vendorTable = (one: CurrencyConcentration): Table => ({
  title: `By vendor, in ${one.currency}`,
  columns: [
    { title: 'Vendor', align: 'left' },
    { title: 'Amount', align: 'right' },
    { title: 'Share', align: 'right' },
    { title: '', name: 'bar', align: 'left' },
  ],
  rows: one.vendors.map(({ vendorId, amount: value, share }) => [
    vendorId,
    figure(value),
    percent(share),
    barOf(share, 24),
  ]),
  ...(one.vendors.length > 1
    ? {
        total: [
          'Together',
          figure(one.baseAmount),
          percent(Number(one.baseAmount.amount) > 0 ? '1' : null),
          '',
        ],
      }
    : {}),
});

const monthTable = (one: CurrencyConcentration): Table | null =>
  one.months === null || one.months.length < 2
    ? null
    : {
        title: 'By month',
        columns: [
          { title: 'Month', align: 'left' },
          { title: 'Amount', align: 'right' },
          { title: 'Largest vendor', align: 'left' },
          { title: 'Share', align: 'right' },
          { title: 'HHI', align: 'right' },
          { title: 'Concentration', align: 'left', drop: 1 },
        ],
        rows: one.months.map((month) => [
          month.month,
          figure(month.baseAmount),
          month.vendors[0]?.vendorId ?? '–',
          percent(month.top1),
          month.hhi === null ? '–' : count(Math.round(Number(month.hhi))),
          month.band ?? '–',
        ]),
      };

/** How much hangs on how few vendors. */
export const concentrationReport = (answer: Concentration): Report => ({
  headline:
    answer.currencies.length === 0
      ? `${BASE_WORDS[answer.base]}: nothing yet.`
      : answer.currencies.map((one) => sentence(answer, one)).join(' '),
  tables: answer.currencies.flatMap((one) => {
    const months = monthTable(one);
    return months ? [vendorTable(one), months] : [vendorTable(one)];
  }),
  notes: [
    `Vendor: the party that sells under the agreement, not publisher or invoice issuer. Bands: ${BANDS_WORDS[answer.bands]}.`,
  ],
  answer,
  records: recordsOf(
    answer.currencies.flatMap((one) =>
      [{ ...one, month: null }, ...(one.months ?? [])].flatMap((part) =>
        part.vendors.map((vendor) => ({ ...vendor, one, part })),
      ),
    ),
    [
      ['base', () => answer.base],
      ['month', ({ part }) => part.month],
      ['vendor', ({ vendorId }) => vendorId],
      ['currency', ({ one }) => one.currency],
      'amount',
      'share',
      ['hhi', ({ part }) => part.hhi],
      ['band', ({ part }) => part.band],
    ],
  ),
  seen: answer,
});
