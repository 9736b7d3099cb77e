import type { BurnDown, BurnDownBucket } from '../../../libs/projections/burn-down/answer.js';
import type { Seen } from '../../../libs/projections/asking/seen.js';
import { barOf, figure } from '../cells.js';
import { count, day, money, percent, plural, roundMoney, times } from '../format.js';
import { recordsOf } from '../records.js';
import { seenTogether, type Report } from '../report.js';
import type { Table } from '../table.js';
import { currencyOf, inWords, sumByCurrency } from './portfolio.js';

const paceSentence = ({ pace, endsAt, remaining, terminatedAt }: BurnDown): string => {
  if (pace === null) return `It was terminated on ${day(terminatedAt)}.`;
  if (Number(remaining.amount) === 0) return 'Nothing remains to be used.';
  if (endsAt === null) return 'The end of the term is unknown, so no pace is required.';
  if (pace.daysLeft === null || pace.daysLeft <= 0) return `The term ended on ${day(endsAt)}.`;
  const recent = pace.recentPerDay
    ? `${money(pace.recentPerDay)} a day in the last ${plural(pace.recentDays, 'day')}`
    : 'nothing lately';
  const required = pace.requiredPerDay ? money(pace.requiredPerDay) : 'nothing';
  const needed = `${required} a day is needed until ${pace.requiredBy} (${plural(pace.daysLeft, 'day')} left).`;
  return `Used ${recent}; ${needed} ${planSentence(pace)}`;
};

const planSentence = ({ state, paceRatio, planned }: NonNullable<BurnDown['pace']>): string => {
  if (state === null) return 'Nothing is planned by now.';
  const words = { ahead: 'Ahead of the pace', on: 'On pace', behind: 'Behind the pace' }[state];
  const plan = planned === null ? '' : `; ${money(planned)} is planned by now`;
  return `${words}: ${times(paceRatio)}${plan}.`;
};

const exhaustionSentence = ({ exhaustion }: BurnDown): string | null => {
  if (exhaustion === null) return null;
  const on = exhaustion.on ?? '';
  switch (exhaustion.outcome) {
    case 'already':
      return `It was used up on ${on}; what came after is overage.`;
    case 'expected':
      return `At the recent pace, or along its plan, it is used up on ${on}.`;
    case 'after-end':
      return `At the recent pace it would be used up on ${on}, after its end: a shortfall.`;
    case 'never':
      return 'At the recent pace it is not used up in a lifetime.';
  }
};

const label = (point: BurnDownBucket, interval: BurnDown['interval']): string =>
  interval === 'month'
    ? point.from.slice(0, 7)
    : interval === 'day'
      ? point.from
      : `${point.from} –`;

const isPast = (point: BurnDownBucket): boolean => point.applied !== null;

const series = (burn: BurnDown): Table => {
  const points = burn.series.filter(isPast);
  const has = (pick: (point: BurnDownBucket) => BurnDownBucket['overage']): boolean =>
    points.some((point) => Number(pick(point)?.amount ?? 0) !== 0);
  const hasOverage = has(({ overage }) => overage);
  const hasIneligible = has(({ ineligible }) => ineligible);
  const total = Number(burn.total.amount);
  // For the bar only: how much of the commitment is left, as a JS number.
  const left = (point: BurnDownBucket): string =>
    total === 0 || !point.burnDown ? '0' : String(Number(point.burnDown.amount) / total);
  return {
    title: `Burn-down by ${burn.interval}, in ${burn.total.currency}`,
    columns: [
      {
        title: burn.interval === 'month' ? 'Month' : burn.interval === 'week' ? 'Week of' : 'Day',
        align: 'left',
      },
      { title: 'Applied', align: 'right' },
      ...(hasOverage ? [{ title: 'Overage', align: 'right' } as const] : []),
      ...(hasIneligible ? [{ title: 'Ineligible', align: 'right', drop: 3 } as const] : []),
      { title: 'Applied so far', align: 'right', drop: 2 },
      { title: 'Remains', align: 'right' },
      { title: '', name: 'bar', align: 'left', drop: 1 },
    ],
    rows: points.map((point) => [
      label(point, burn.interval),
      figure(point.applied),
      ...(hasOverage ? [figure(point.overage)] : []),
      ...(hasIneligible ? [figure(point.ineligible)] : []),
      figure(point.cumulativeApplied),
      figure(point.burnDown),
      barOf(left(point), 12),
    ]),
  };
};

/** One commitment over time. */
export const burnDownReport = (answer: BurnDown): Report => ({
  headline:
    `${answer.name} (${answer.commitmentId}): ${roundMoney(answer.applied)} of ${roundMoney(answer.total)} is used ` +
    `(${percent(answer.utilisation)}), ${roundMoney(answer.remaining)} remains.`,
  tables: [series(answer)],
  notes: [
    paceSentence(answer),
    ...[exhaustionSentence(answer)].filter((sentence) => sentence !== null),
    ...(Number(answer.netCredit.amount) === 0
      ? []
      : [`Given back beyond all that was used: a net credit of ${money(answer.netCredit)}.`]),
    ...(Number(answer.overage.amount) === 0
      ? []
      : [`Used beyond the commitment: ${money(answer.overage)}.`]),
    ...(Number(answer.ineligible.amount) === 0
      ? []
      : [`Used, but not eligible: ${money(answer.ineligible)}.`]),
  ],
  answer,
  records: recordsOf(answer.series, [
    'from',
    'to',
    ['currency', () => answer.total.currency],
    'gross',
    'applied',
    'overage',
    'ineligible',
    'cumulativeApplied',
    'burnDown',
    'planned',
  ]),
  seen: answer,
});

const exhaustionCell = ({ exhaustion, terminatedAt }: BurnDown): string => {
  if (exhaustion === null) return `terminated ${day(terminatedAt)}`;
  const on = exhaustion.on ?? '';
  switch (exhaustion.outcome) {
    case 'already':
      return `used up ${on}`;
    case 'expected':
      return on;
    case 'after-end':
      return `${on}, too late`;
    case 'never':
      return 'never';
  }
};

/** All commitments side by side. */
export const burnDownsReport = (answers: readonly BurnDown[], listed: Seen): Report => {
  const currency = currencyOf(answers.map(({ total }) => total));
  const behind = answers.filter(({ pace }) => pace?.state === 'behind');
  const over = answers.filter(({ overage }) => Number(overage.amount) > 0);
  return {
    headline:
      answers.length === 0
        ? 'There are no commitments yet. Load the reference deals with: commitment-ledger seed'
        : `${inWords(sumByCurrency(answers.map(({ remaining }) => remaining)))} remains of ${plural(answers.length, 'commitment')}: ` +
          `${count(behind.length)} behind the pace needed, ${count(over.length)} with overage.`,
    tables:
      answers.length === 0
        ? []
        : [
            {
              title: `Burn-down${currency === null ? '' : `, in ${currency}`}`,
              columns: [
                { title: 'Commitment', align: 'left' },
                ...(currency === null ? [{ title: '', align: 'left' } as const] : []),
                { title: 'Applied', align: 'right' },
                { title: 'Overage', align: 'right', drop: 1 },
                { title: 'Remaining', align: 'right' },
                { title: 'A day', align: 'right', drop: 2 },
                { title: 'Needed', align: 'right', drop: 3 },
                { title: 'Pace', align: 'right' },
                { title: 'Used up', align: 'left' },
              ],
              rows: answers.map((burn) => [
                burn.commitmentId,
                ...(currency === null ? [burn.total.currency] : []),
                figure(burn.applied),
                figure(burn.overage),
                figure(burn.remaining),
                figure(burn.pace?.recentPerDay ?? null),
                figure(burn.pace?.requiredPerDay ?? null),
                times(burn.pace?.paceRatio ?? null),
                exhaustionCell(burn),
              ]),
            },
          ],
    notes:
      answers.length === 0
        ? []
        : [
            'Pace: applied against planned to date; without minimums, recent use a day against what is needed a day.',
            'Used up: a straight line of recent use, or along a plan that is kept; not a promise.',
            `Month by month: commitment-ledger show burn-down ${answers[0]?.commitmentId ?? ''}`,
          ],
    answer: { commitments: answers },
    records: recordsOf(answers, [
      ['commitment', ({ commitmentId }) => commitmentId],
      ['currency', ({ total }) => total.currency],
      'total',
      'applied',
      'overage',
      'ineligible',
      'released',
      'netCredit',
      'remaining',
      ['planned', ({ pace }) => pace?.planned ?? null],
      ['pace', ({ pace }) => pace?.state ?? null],
      ['recentPerDay', ({ pace }) => pace?.recentPerDay ?? null],
      ['requiredPerDay', ({ pace }) => pace?.requiredPerDay ?? null],
      ['paceRatio', ({ pace }) => pace?.paceRatio ?? null],
      ['exhaustion', ({ exhaustion }) => exhaustion?.outcome ?? null],
      ['exhaustedOn', ({ exhaustion }) => exhaustion?.on ?? null],
    ]),
    seen: seenTogether(listed, answers),
  };
};
