import { amount, count, plural } from '../format.js';
import type { Report } from '../report.js';
import type { Table } from '../table.js';
import type { Counts, Tally } from './tally.js';

const COUNTED = [
  ['recorded', 'Recorded'],
  ['duplicate', 'Duplicate'],
  ['parked', 'Parked'],
  ['refused', 'Refused'],
  ['notUsage', 'Not usage'],
] as const;

/** Shown when there are some. */
const NOT_RECORDED = [
  ['unanswered', 'No answer'],
  ['unrecordable', 'Ledger failed'],
] as const;

const rowTable = (tally: Tally, what: string): Table => {
  const { counts, providers } = tally;
  const columns = [
    ['read', 'Read'] as const,
    ...COUNTED,
    ...NOT_RECORDED.filter(([name]) => counts[name] > 0),
  ];
  const cells = (of: Counts): string[] => columns.map(([name]) => count(of[name]));
  return {
    title: 'Rows',
    columns: [
      { title: what, align: 'left' },
      ...columns.map(([, title]) => ({ title, align: 'right' }) as const),
    ],
    rows: providers.map((each) => [each.provider, ...cells(each)]),
    total: ['Together', ...cells(counts)],
  };
};

const amountTable = (tally: Tally, what: string): Table => ({
  title: 'In the ledger from this file',
  columns: [
    { title: what, align: 'left' },
    { title: '', align: 'left' },
    { title: 'Rows', align: 'right', drop: 1 },
    { title: 'Gross', align: 'right' },
    { title: 'Applied', align: 'right' },
    { title: 'Overage', align: 'right' },
    { title: 'Ineligible', align: 'right' },
  ],
  rows: tally.inLedger.map((sums) => [
    sums.provider,
    sums.currency,
    count(sums.rows),
    ...[sums.gross, sums.applied, sums.overage, sums.ineligible].map((text) =>
      amount({ amount: text, currency: sums.currency }),
    ),
  ]),
});

const headline = (file: string, counts: Counts): string => {
  const before = counts.duplicate > 0 ? `, ${count(counts.duplicate)} were there before` : '';
  const refused = counts.refused > 0 ? `, ${count(counts.refused)} refused` : '';
  const parked =
    counts.parked > 0 ? `, ${count(counts.parked)} parked until their agreement appears` : '';
  return `${file}: ${plural(counts.read, 'row')} read, ${count(counts.recorded)} recorded${before}${parked}${refused}.`;
};

export const importReport = (
  file: string,
  tally: Tally,
  extra: { readonly refusedFile: string | null; readonly tagsLeftOut: number },
  what = 'Provider',
): Report => {
  const { counts, providers, inLedger } = tally;
  return {
    headline: headline(file, counts),
    tables: [rowTable(tally, what), ...(inLedger.length > 0 ? [amountTable(tally, what)] : [])],
    notes: [
      ...(counts.notUsage > 0
        ? ['Not usage: fees for commitment that was not used; they draw nothing down.']
        : []),
      ...(extra.tagsLeftOut > 0
        ? [
            `${plural(extra.tagsLeftOut, 'tag')} left out: a drawdown keeps 20, in alphabetical order.`,
          ]
        : []),
      ...(extra.refusedFile === null
        ? []
        : [`Refused rows, with line, column and code: ${extra.refusedFile}`]),
    ],
    answer: { file, counts, providers, inLedger, ...extra },
    records: {
      columns: ['provider', 'currency', 'rows', 'gross', 'applied', 'overage', 'ineligible'],
      rows: inLedger.map((sums) => [
        sums.provider,
        sums.currency,
        sums.rows,
        sums.gross,
        sums.applied,
        sums.overage,
        sums.ineligible,
      ]),
    },
    seen: null,
  };
};
