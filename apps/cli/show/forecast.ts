import { unitsOf, type MoneyText } from '../../../libs/domain/money.js';
import type { Seen } from '../../../libs/projections/asking/seen.js';
import type { Forecast, ForecastBucket } from '../../../libs/projections/forecast/answer.js';
import { figure, type Cell } from '../cells.js';
import { count, day, money, plural, roundMoney } from '../format.js';
import { recordsOf, type RecordColumn } from '../records.js';
import { seenTogether, type Report } from '../report.js';
import type { Table } from '../table.js';
import { currencyOf } from './portfolio.js';

type Told = NonNullable<Forecast['forecast']>;
type Range = ForecastBucket['use'];

const REASONS: Readonly<Record<NonNullable<Forecast['reason']>, string>> = {
  'history-too-short': 'its history is too short: eight weeks with use are needed',
  'history-too-sparse': 'most of its history has no use',
  terminated: 'it was terminated',
  'term-ended': 'its term has ended',
};

const isZero = ({ amount }: MoneyText): boolean => unitsOf(amount) === 0n;

/** `between USD 10.00 and USD 12.00`; nothing where there is no doubt. */
const between = ({ p10, p90 }: Range): string =>
  p10.amount === p90.amount ? '' : ` (between ${roundMoney(p10)} and ${roundMoney(p90)})`;

const endSentence = ({ end }: Told): string => {
  const { shortfall, overage } = end;
  const applied = `${roundMoney(end.applied.expected)} is expected to be applied by ${end.on}${between(end.applied)}`;
  if (shortfall === null) return `${applied}; the forecast does not reach the end of its term.`;
  const parts = [
    ...(isZero(shortfall.p90)
      ? ['nothing is missing then']
      : [`${roundMoney(shortfall.expected)} is missing then${between(shortfall)}`]),
    ...(isZero(overage.p90)
      ? []
      : [`${roundMoney(overage.expected)} is beyond it${between(overage)}`]),
  ];
  return `${applied}: ${parts.join(', and ')}.`;
};

const exhaustionSentence = ({ exhaustion, to }: Told): string => {
  const { outcome, earliest, on, latest } = exhaustion;
  if (outcome === 'already') return `It was used up on ${on}; what comes is overage.`;
  if (on === null) {
    return earliest === null
      ? `It is not used up by ${to}.`
      : `It is not expected to be used up by ${to}; one path in ten uses it up by ${earliest}.`;
  }
  const until = latest === null ? `after ${to}` : latest;
  return earliest === latest
    ? `It is expected to be used up on ${on}.`
    : `It is expected to be used up on ${on}, between ${earliest} and ${until}.`;
};

const perDaySentence = ({ perDay }: Forecast): string | null => {
  const { until, needed, recent, expected } = perDay;
  if (expected === null) return null;
  const done = recent === null ? '' : `${money(recent)} a day was applied lately, and `;
  const need =
    needed === null || until === null ? '' : `; ${money(needed)} a day is needed until ${until}`;
  return `${done}${money(expected.expected)} a day is expected${between(expected)}${need}.`;
};

const madeOf = ({ history }: Forecast): string =>
  history === null
    ? 'Nothing was used yet.'
    : `Computed now, from ${plural(history.days, 'day')} of use (${history.from} to ${history.to}); no fact, and stored nowhere. ` +
      'One path in ten lies below the low figures, one in ten above the high ones.';

const whenOf = (bucket: ForecastBucket, interval: Forecast['interval']): string =>
  interval === 'month' ? bucket.from.slice(0, 7) : bucket.from;

const seriesTable = ({ interval, total }: Forecast, { series }: Told): Table => ({
  title: `Expected use by ${interval}, in ${total.currency}`,
  columns: [
    { title: { day: 'Day', week: 'Week of', month: 'Month' }[interval], align: 'left' },
    { title: 'Low', align: 'right', drop: 2 },
    { title: 'Expected', align: 'right' },
    { title: 'High', align: 'right', drop: 2 },
    { title: 'Applied by then', align: 'right' },
    { title: 'Planned', align: 'right', drop: 1 },
  ],
  rows: series.map((bucket) => [
    whenOf(bucket, interval),
    figure(bucket.use.p10),
    figure(bucket.use.expected),
    figure(bucket.use.p90),
    figure(bucket.cumulativeApplied.expected),
    figure(bucket.planned),
  ]),
});

const periodTable = ({ total }: Forecast, { periods }: Told): Table => ({
  title: `Periods, in ${total.currency}`,
  columns: [
    { title: 'Period', align: 'left' },
    { title: 'Minimum', align: 'right', drop: 1 },
    { title: 'Applied', align: 'right' },
    { title: 'Missing', align: 'right' },
    { title: 'At most', align: 'right', drop: 2 },
    { title: 'Beyond it', align: 'right', drop: 3 },
  ],
  rows: periods.map((period) => [
    `${day(period.start)} to ${day(period.end)}`,
    figure(period.minimum),
    figure(period.applied.expected),
    figure(period.shortfall.expected),
    figure(period.shortfall.p90),
    figure(period.overage.expected),
  ]),
});

const present = (sentence: string | null): string[] => (sentence === null ? [] : [sentence]);

/** One commitment: how its use may go on, and what that comes to. */
export const forecastReport = (answer: Forecast): Report => {
  const { forecast, reason } = answer;
  const told = `${answer.name} (${answer.commitmentId})`;
  const records = recordsOf(forecast?.series ?? [], [
    'from',
    'to',
    ['currency', () => answer.total.currency],
    ...rangeColumns<ForecastBucket>('use', ({ use }) => use),
    ...rangeColumns<ForecastBucket>(
      'cumulativeApplied',
      ({ cumulativeApplied }) => cumulativeApplied,
    ),
    'planned',
  ]);
  if (forecast === null) {
    const why = reason === null ? '' : `: ${REASONS[reason]}`;
    const headline = `${told}: there is no forecast${why}.`;
    return { headline, tables: [], notes: [madeOf(answer)], answer, records, seen: answer };
  }
  return {
    headline: `${told}: ${endSentence(forecast)}`,
    tables: [
      seriesTable(answer, forecast),
      ...(forecast.periods.length > 1 ? [periodTable(answer, forecast)] : []),
    ],
    notes: [exhaustionSentence(forecast), ...present(perDaySentence(answer)), madeOf(answer)],
    answer,
    records,
    seen: answer,
  };
};

const rangeColumns = <Row>(
  name: string,
  told: (row: Row) => Range | null,
): readonly RecordColumn<Row>[] => [
  [`${name}P10`, (row) => told(row)?.p10 ?? null],
  [`${name}Expected`, (row) => told(row)?.expected ?? null],
  [`${name}P90`, (row) => told(row)?.p90 ?? null],
];

const usedUpCell = ({ forecast }: Forecast): Cell => {
  if (forecast === null) return '–';
  const { outcome, on } = forecast.exhaustion;
  return outcome === 'already' ? `used up ${on}` : (on ?? '–');
};

const missingColumns = rangeColumns<Forecast>(
  'shortfall',
  ({ forecast }) => forecast?.end.shortfall ?? null,
);

/** All commitments side by side. */
export const forecastsReport = (answers: readonly Forecast[], listed: Seen): Report => {
  const currency = currencyOf(answers.map(({ total }) => total));
  const missing = answers.filter(({ forecast }) => {
    const shortfall = forecast?.end.shortfall;
    return shortfall !== undefined && shortfall !== null && !isZero(shortfall.expected);
  });
  const without = answers.filter(({ forecast }) => forecast === null);
  const first = answers[0];
  return {
    headline:
      first === undefined
        ? 'There are no commitments yet. Load the reference deals with: commitment-ledger seed'
        : `${plural(answers.length, 'commitment')}: ${count(missing.length)} expected to end with something missing, ` +
          `${count(without.length)} without a forecast.`,
    tables: first === undefined ? [] : [allTable(answers, currency)],
    notes:
      first === undefined
        ? []
        : [
            'Missing: of the total when the term ends; at most: in one path in ten it is more.',
            ...without.map(({ commitmentId, reason }) =>
              reason === null ? '' : `${commitmentId} has no forecast: ${REASONS[reason]}.`,
            ),
            `Month by month: commitment-ledger show forecast ${first.commitmentId}`,
          ],
    answer: { commitments: answers },
    records: recordsOf(answers, [
      ['commitment', ({ commitmentId }) => commitmentId],
      ['currency', ({ total }) => total.currency],
      'total',
      'applied',
      ['on', ({ forecast }) => forecast?.end.on ?? null],
      ...rangeColumns<Forecast>('applied', ({ forecast }) => forecast?.end.applied ?? null),
      ...missingColumns,
      ...rangeColumns<Forecast>('overage', ({ forecast }) => forecast?.end.overage ?? null),
      ['exhaustion', ({ forecast }) => forecast?.exhaustion.outcome ?? null],
      ['exhaustedEarliest', ({ forecast }) => forecast?.exhaustion.earliest ?? null],
      ['exhaustedOn', ({ forecast }) => forecast?.exhaustion.on ?? null],
      ['exhaustedLatest', ({ forecast }) => forecast?.exhaustion.latest ?? null],
      ['neededPerDay', ({ perDay }) => perDay.needed],
      ['expectedPerDay', ({ perDay }) => perDay.expected?.expected ?? null],
      'reason',
    ]),
    seen: seenTogether(listed, answers),
  };
};

const allTable = (answers: readonly Forecast[], currency: string | null): Table => ({
  title: `Forecast${currency === null ? '' : `, in ${currency}`}`,
  columns: [
    { title: 'Commitment', align: 'left' },
    ...(currency === null ? [{ title: '', align: 'left' } as const] : []),
    { title: 'Applied at the end', align: 'right', drop: 1 },
    { title: 'Missing', align: 'right' },
    { title: 'At most', align: 'right', drop: 2 },
    { title: 'A day', align: 'right', drop: 3 },
    { title: 'Needed', align: 'right', drop: 3 },
    { title: 'Used up', align: 'left' },
  ],
  rows: answers.map((answer) => [
    answer.commitmentId,
    ...(currency === null ? [answer.total.currency] : []),
    figure(answer.forecast?.end.applied.expected ?? null),
    figure(answer.forecast?.end.shortfall?.expected ?? null),
    figure(answer.forecast?.end.shortfall?.p90 ?? null),
    figure(answer.perDay.expected?.expected ?? null),
    figure(answer.perDay.needed),
    usedUpCell(answer),
  ]),
});
