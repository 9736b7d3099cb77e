import type { FocusRemark } from '../../../libs/deliveries/focus/focus-row.js';
import { figure } from '../cells.js';
import { count, plural, printable } from '../format.js';
import type { Report } from '../report.js';
import type { Table } from '../table.js';
import type { Reason, Reasons } from '../../../libs/deliveries/reasons.js';
import type { RoundedRows, RoundingTally } from '../../../libs/deliveries/rounding.js';
import type { Counts, Tally } from '../../../libs/deliveries/tally.js';

const COUNTED = [
  ['recorded', 'Recorded'],
  ['duplicate', 'Duplicate'],
  ['parked', 'Parked'],
  ['refused', 'Refused'],
  ['notUsage', 'No usage'],
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
  toTheCent: true,
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
      figure({ amount: text, currency: sums.currency }),
    ),
  ]),
});

const REASONS_SHOWN = 5;

/** Why, most frequent first: what a person needs to mend a file, without opening another. */
const reasonTable = (reasons: readonly Reason[]): Table => ({
  title: 'Refused, the most frequent reasons first',
  columns: [
    { title: 'Rows', align: 'right' },
    { title: 'First line', align: 'right' },
    { title: 'Code', align: 'left' },
    { title: 'Column', align: 'left', drop: 1 },
    { title: 'Why', align: 'left', wraps: true },
  ],
  rows: reasons
    .slice(0, REASONS_SHOWN)
    .map(({ rows, line, code, column, message }) => [
      count(rows),
      count(line),
      code,
      column ?? '',
      printable(message),
    ]),
});

const moreReasons = (reasons: readonly Reason[]): string[] => {
  const more = reasons.length - REASONS_SHOWN;
  return more > 0 ? [`Refused also for ${plural(more, 'other reason')}.`] : [];
};

const headline = (file: string, counts: Counts, what: ImportWords): string => {
  if (counts.read === 0) return `${file}: no ${what.rows} in it. Nothing was to be recorded.`;
  const before = counts.duplicate > 0 ? `, ${count(counts.duplicate)} were there before` : '';
  const refused = counts.refused > 0 ? `, ${count(counts.refused)} refused` : '';
  const parked =
    counts.parked > 0 ? `, ${count(counts.parked)} parked until their agreement appears` : '';
  const notUsage = counts.notUsage > 0 ? `, ${count(counts.notUsage)} no usage` : '';
  return `${file}: ${plural(counts.read, what.row, what.rows)} read, ${count(counts.recorded)} recorded${before}${parked}${refused}${notUsage}.`;
};

const roundingNotes = ({ rows, numbers }: RoundedRows): string[] =>
  rows === 0
    ? []
    : [
        `Rounded half to even, ${plural(rows, 'row')} with more decimals than are kept (costs 12, quantities 18): ` +
          `${numbers
            .map(
              ({ of, currency, rows: some, largest, net }) =>
                `${of}${of === 'quantity' ? '' : ` in ${currency}`} in ${plural(some, 'row')}, by ${largest} at most, by ${net} together`,
            )
            .join('; ')}.`,
      ];

const REMARKS_SHOWN = 5;

const remarkNotes = (remarks: readonly FocusRemark[]): string[] => [
  ...remarks
    .slice(0, REMARKS_SHOWN)
    .map(({ line, message }) => `Line ${count(line)}: ${printable(message)}.`),
  ...(remarks.length > REMARKS_SHOWN
    ? [`${plural(remarks.length - REMARKS_SHOWN, 'remark')} more of this kind.`]
    : []),
];

/** How the sending side calls what it sends. */
export interface ImportWords {
  readonly row: string;
  readonly rows: string;
  /** Whose the counted rows are. */
  readonly by: string;
}

export interface Summarised {
  readonly tally: Tally;
  readonly reasons: Reasons;
  readonly rounding: RoundingTally;
  readonly refusedFile: string | null;
  readonly tagsLeftOut?: number;
  readonly costsLeftOut?: number;
  readonly remarks?: readonly FocusRemark[];
}

export const importReport = (file: string, summary: Summarised, what: ImportWords): Report => {
  const { tally, refusedFile, tagsLeftOut = 0, costsLeftOut = 0, remarks = [] } = summary;
  const { counts, providers, inLedger } = tally;
  const reasons = summary.reasons.all;
  const { rounded } = summary.rounding;
  return {
    headline: headline(file, counts, what),
    tables: [
      ...(counts.read > 0 ? [rowTable(tally, what.by)] : []),
      ...(inLedger.length > 0 ? [amountTable(tally, what.by)] : []),
      ...(reasons.length > 0 ? [reasonTable(reasons)] : []),
    ],
    notes: [
      ...moreReasons(reasons),
      ...(counts.notUsage > 0
        ? ['No usage: fees for commitment that was not used; they draw nothing down.']
        : []),
      ...roundingNotes(rounded),
      ...(costsLeftOut > 0
        ? [
            `${plural(costsLeftOut, 'row')} taken without a cost that cannot be read and that the agreement does not count.`,
          ]
        : []),
      ...(tagsLeftOut > 0
        ? [`${plural(tagsLeftOut, 'tag')} left out: a drawdown keeps 20, in alphabetical order.`]
        : []),
      ...remarkNotes(remarks),
      ...(refusedFile === null
        ? []
        : [`Refused rows, with line, column and code: ${printable(refusedFile)}`]),
    ],
    answer: {
      file,
      counts,
      providers,
      inLedger,
      refusedFile,
      refusals: reasons,
      rounded,
      costsLeftOut,
      tagsLeftOut,
      remarks,
    },
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
