import { addDays } from '../../domain/calendar.js';
import { elapsedPart, hasMinimums } from '../../domain/commitment/obligation/plan.js';
import { share, utilisation } from '../../domain/formulas.js';
import { startOfDay } from '../../domain/instant.js';
import { addTo, unitsOf } from '../../domain/money.js';
import { divideHalfEven } from '../../domain/rational.js';
import type { CommitmentAsOf } from '../facts/commitments.js';
import {
  absent,
  count,
  limit,
  notBelowZero,
  operand,
  ratio,
  sum,
  type Explained,
  type Operand,
} from './explained.js';
import {
  endedIn,
  made,
  moved,
  stated,
  units,
  type Figures,
  type OfCommitment,
} from './of-commitment.js';

/** Total, what is used of it, and what is left. */
export const LEVELS: Figures = {
  total: (of) =>
    sum(
      made(of, of.burnDown.total),
      'as the terms in force say it',
      [],
      stated(of, (terms) => unitsOf(terms.total.amount)),
    ),
  applied: (of) =>
    sum(
      made(of, of.burnDown.applied),
      'sum of the entries',
      [],
      moved(of, (day) => day.applied),
    ),
  released: (of) => {
    const figure = made(of, of.burnDown.released);
    const { total, applied } = of.burnDown;
    if (of.commitment.termination?.obligation !== 'released')
      return sum(figure, 'nothing was released', []);
    const operands = [
      operand('total', units(total), {
        address: of.at('burn-down', 'total'),
        place: endedIn(of),
        rule: 'released-by-termination',
      }),
      operand('applied', -units(applied), { address: of.at('burn-down', 'applied') }),
    ];
    return sum(figure, 'max(0, total - applied)', notBelowZero(operands));
  },
  remaining: (of) =>
    sum(
      made(of, of.burnDown.remaining),
      'max(0, total - applied - released)',
      left(of, of.burnDown, of.asked.asOf),
    ),
};

export const left = (
  of: OfCommitment,
  { total, applied, released }: Pick<OfCommitment['burnDown'], 'total' | 'applied' | 'released'>,
  asOf: string,
): readonly Operand[] =>
  notBelowZero([
    operand('total', units(total), { address: of.at('burn-down', 'total', { asOf }) }),
    operand('applied', -units(applied), { address: of.at('burn-down', 'applied', { asOf }) }),
    operand('released', -units(released), { address: of.at('burn-down', 'released', { asOf }) }),
  ]);

/** Of the commitment as a whole. */
export const BURN_DOWN: Figures = {
  ...LEVELS,
  overage: (of) =>
    sum(
      made(of, of.burnDown.overage),
      'sum of the entries, never below 0',
      limit('net-credit-is-no-overage', units(of.burnDown.netCredit)),
      moved(of, (day) => day.overage),
    ),
  ineligible: (of) =>
    sum(
      made(of, of.burnDown.ineligible),
      'sum of the entries',
      [],
      moved(of, (day) => day.ineligible),
    ),
  netCredit: (of) =>
    sum(
      made(of, of.burnDown.netCredit),
      'what the overage of the entries is below 0',
      limit('overage-is-no-credit', units(of.burnDown.overage)),
      moved(of, (day) => -day.overage),
    ),
  utilisation: (of) => {
    const { total, applied, utilisation: figure } = of.burnDown;
    if (figure === null) return absent(made(of, null), 'total-is-zero');
    return ratio(
      made(of, figure),
      'applied / total',
      [
        operand('applied', units(applied), {
          side: 'numerator',
          address: of.at('burn-down', 'applied'),
        }),
        operand('total', units(total), {
          side: 'denominator',
          address: of.at('burn-down', 'total'),
        }),
      ],
      utilisation(units(applied), units(total)),
    );
  },
};

type Pace = NonNullable<OfCommitment['burnDown']['pace']>;

const paced =
  (explain: (of: OfCommitment, pace: Pace) => Explained) =>
  (of: OfCommitment): Explained =>
    of.burnDown.pace === null
      ? absent(made(of, null), 'terminated')
      : explain(of, of.burnDown.pace);

/** How usage goes, against what the contract plans. */
export const PACE: Figures = {
  'pace.recentApplied': paced((of, { recentApplied, recentDays }) => {
    const first = addDays(of.asked.asOf, 1 - recentDays);
    const byDay = new Map<string, bigint>();
    for (const { when, applied } of of.rows.days) if (when >= first) addTo(byDay, when, applied);
    const corrections = [...byDay].flatMap(([from, applied]) =>
      limit('a-day-of-corrections-is-no-use', applied < 0n ? -applied : 0n).map((each) => ({
        ...each,
        address: of.at('burn-down', 'applied', { from, to: from }),
      })),
    );
    return sum(
      made(of, recentApplied),
      `sum of the entries of ${recentDays} days, days with more taken back than used left out`,
      corrections,
      moved(of, ({ when, applied }) => (when >= first ? applied : 0n)),
    );
  }),
  'pace.recentPerDay': paced((of, { recentApplied, recentPerDay, recentDays }) =>
    recentPerDay === null
      ? absent(made(of, null), 'not-begun')
      : perDay(
          of,
          recentPerDay,
          ['pace.recentApplied', units(recentApplied)],
          ['pace.recentDays', recentDays],
        ),
  ),
  'pace.planned': paced((of, { planned }) =>
    planned === null
      ? absent(made(of, null), 'nothing-planned')
      : sum(made(of, planned), PLANNED, plannedBy(of, of.commitment, of.asked.asOf)),
  ),
  'pace.required': paced((of, { required }) => {
    const running = hasMinimums(of.commitment.terms) ? runningOf(of) : undefined;
    return running === undefined
      ? sum(made(of, required), 'remaining', [
          operand('remaining', units(of.burnDown.remaining), {
            address: of.at('burn-down', 'remaining'),
          }),
        ])
      : sum(made(of, required), 'shortfall of the period that runs', [
          operand('shortfall', units(running.shortfall), {
            address: of.at('periods', 'shortfall', { period: running.index }),
          }),
        ]);
  }),
  'pace.requiredPerDay': paced((of, { required, requiredPerDay, daysLeft }) =>
    requiredPerDay === null || daysLeft === null
      ? absent(made(of, null), daysLeft === null ? 'end-unknown' : 'no-day-left')
      : perDay(of, requiredPerDay, ['pace.required', units(required)], ['pace.daysLeft', daysLeft]),
  ),
  'pace.paceRatio': paced((of, { paceRatio, planned, daysLeft, recentApplied, recentDays }) => {
    if (paceRatio === null)
      return absent(made(of, null), daysLeft === null ? 'end-unknown' : 'nothing-planned');
    const applied = units(of.burnDown.applied);
    if (hasMinimums(of.commitment.terms) && planned !== null)
      return ratio(
        made(of, paceRatio),
        'applied / pace.planned',
        [
          operand('applied', applied, {
            side: 'numerator',
            address: of.at('burn-down', 'applied'),
          }),
          operand('pace.planned', units(planned), {
            side: 'denominator',
            address: of.at('burn-down', 'pace.planned'),
          }),
        ],
        share(applied, units(planned)),
      );
    const days = daysLeft ?? 0;
    const [used, remaining] = [units(recentApplied), units(of.burnDown.remaining)];
    return ratio(
      made(of, paceRatio),
      '(pace.recentApplied x pace.daysLeft) / (remaining x pace.recentDays)',
      [
        operand('pace.recentApplied', used, {
          side: 'numerator',
          address: of.at('burn-down', 'pace.recentApplied'),
        }),
        count('pace.daysLeft', days, 'numerator'),
        operand('remaining', remaining, {
          side: 'denominator',
          address: of.at('burn-down', 'remaining'),
        }),
        count('pace.recentDays', recentDays, 'denominator'),
      ],
      share(used * BigInt(days), remaining * BigInt(recentDays)),
    );
  }),
};

const runningOf = ({ obligation }: OfCommitment) =>
  obligation.periods.find(({ state }) => state === 'running') ??
  obligation.periods.find(({ state }) => state === 'ahead');

const perDay = (
  of: OfCommitment,
  figure: Explained['figure'],
  [name, amount]: readonly [string, bigint],
  [days, number]: readonly [string, number],
): Explained =>
  ratio(
    made(of, figure),
    `${name} / ${days}`,
    [
      operand(name, amount, { side: 'numerator', address: of.at('burn-down', name) }),
      count(days, number, 'denominator'),
    ],
    of.money(divideHalfEven(amount, BigInt(number))),
  );

export const PLANNED = 'minimums of the periods, each for its part of time that has passed';

/** By the end of a day, as these terms have it. */
export const plannedBy = (
  of: OfCommitment,
  { terms, total }: Pick<CommitmentAsOf, 'terms' | 'total'>,
  day: string,
  asOf = of.asked.asOf,
): readonly Operand[] => {
  const now = startOfDay(addDays(day, 1));
  const part = (amount: bigint, elapsed: bigint, name: string, address: Operand['address']) =>
    operand(name, elapsed, { rule: elapsed === amount ? null : 'elapsed-part', address });
  if (!hasMinimums(terms)) {
    const elapsed =
      terms.endsAt === null ? 0n : elapsedPart(total, terms.startsAt, terms.endsAt, now);
    return [part(total, elapsed, 'total', of.at('burn-down', 'total', { asOf }))];
  }
  return terms.schedule.periods.flatMap(({ start, end, minimum }, period) => {
    if (minimum === null || end === null || start >= now) return [];
    const amount = unitsOf(minimum);
    const elapsed = elapsedPart(amount, start, end, now);
    return [part(amount, elapsed, 'minimum', of.at('periods', 'minimum', { period, asOf }))];
  });
};
