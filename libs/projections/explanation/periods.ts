import { elapsedPart } from '../../domain/commitment/obligation/plan.js';
import { limitsOf, WHOLE } from '../../domain/commitment/terms/limits.js';
import { maxUnits } from '../../domain/money.js';
import {
  absent,
  limit,
  notBelowZero,
  operand,
  sum,
  sumOfOperands,
  type Explained,
  type Operand,
} from './explained.js';
import { made, moved, stated, units, type Figures, type OfCommitment } from './of-commitment.js';

type Period = OfCommitment['periods']['periods'][number];

/** What a period needs, what is applied of it, and what is missing. */
export const periodFigures = (of: OfCommitment, index: number): Figures | null => {
  const { periods } = of.periods;
  const period = periods[index];
  if (period === undefined) return null;
  const part = (name: Member, more: Partial<Pick<Operand, 'rule'>> = {}): Operand =>
    partOf(of, index, name, units(period[name]), more);
  const less = (name: Member): Operand => partOf(of, index, name, -units(period[name]));
  return {
    minimum: () =>
      period.minimum === null
        ? absent(made(of, null), 'no-minimum')
        : sum(
            made(of, period.minimum),
            'as the terms in force say it',
            [],
            stated(of, (terms) => limitsOf(terms).minimums[index] ?? 0n),
          ),
    rolledIn: () => {
      const before = periods[index - 1];
      return sum(
        made(of, period.rolledIn),
        'rolled out of the period before',
        before === undefined ? [] : [partOf(of, index - 1, 'rolledOut', units(before.rolledOut))],
      );
    },
    applied: () => ofEntries(of, index, period.applied, 'applied', 1n),
    overage: () => ofEntries(of, index, period.overage, 'overage', 1n, units(period.netCredit)),
    netCredit: () => ofEntries(of, index, period.netCredit, 'overage', -1n, units(period.overage)),
    carriedCredit: () =>
      sum(
        made(of, period.carriedCredit),
        'what earlier periods took beyond their need, as far as this one needs it',
        carried(of, index),
      ),
    rolledOut: () =>
      sum(
        made(of, period.rolledOut),
        'min(max(0, minimum - applied - carriedCredit), rolloverFraction x minimum), once it has ended',
        rolls(of, index) ? rolledOut(of, index) : [],
      ),
    shortfall: () =>
      sum(
        made(of, period.shortfall),
        'max(0, minimum + rolledIn - applied - carriedCredit - rolledOut), no more than is still owed',
        upTo('no-more-than-remains', owedFrom(of, index), [
          ...[part('minimum'), part('rolledIn')],
          ...[less('applied'), less('carriedCredit'), less('rolledOut')],
        ]),
      ),
    due: () => sum(made(of, period.due), 'shortfall', [part('shortfall')]),
    shortfallToDate: () =>
      sum(
        made(of, period.shortfallToDate),
        'as shortfall, of the part of the need whose time has passed',
        upTo('no-more-than-shortfall', units(period.shortfall), [
          ...elapsedNeed(of, index, period),
          ...[less('applied'), less('carriedCredit'), less('rolledOut')],
        ]),
      ),
  };
};

type Member =
  'minimum' | 'rolledIn' | 'applied' | 'carriedCredit' | 'rolledOut' | 'shortfall' | 'due';

const partOf = (
  of: OfCommitment,
  period: number,
  name: Member,
  amount: bigint,
  more: Partial<Pick<Operand, 'rule'>> = {},
): Operand => operand(name, amount, { address: of.at('periods', name, { period }), ...more });

const ofEntries = (
  of: OfCommitment,
  index: number,
  figure: Explained['figure'],
  name: 'applied' | 'overage',
  sign: bigint,
  beyond = 0n,
): Explained =>
  sum(
    made(of, figure),
    'sum of the entries of this period',
    limit(sign > 0n ? 'net-credit-is-no-overage' : 'overage-is-no-credit', beyond),
    moved(of, (day) => (day.period === index ? sign * day[name] : 0n), { period: index }),
  );

/** Never below zero, and what is above the limit taken away. */
const upTo = (rule: string, most: bigint, operands: readonly Operand[]): readonly Operand[] => {
  const parts = notBelowZero(operands);
  return [...parts, ...limit(rule, -maxUnits(0n, sumOfOperands(parts) - most))];
};

/** Periods claim in order what is still owed. */
const owedFrom = ({ obligation }: OfCommitment, index: number): bigint =>
  obligation.periods
    .slice(0, index)
    .reduce((left, { shortfall }) => left - units(shortfall), units(obligation.remaining));

const elapsedNeed = (
  { asked, ...of }: OfCommitment,
  index: number,
  { start, end, ...period }: Period,
): readonly Operand[] => {
  if (end === null) return [];
  const [minimum, rolledIn] = [units(period.minimum), units(period.rolledIn)];
  const need = elapsedPart(minimum + rolledIn, start, end, asked.effectiveBefore);
  const first = elapsedPart(minimum, start, end, asked.effectiveBefore);
  const rule = need === minimum + rolledIn ? null : 'elapsed-part';
  const whole = { asked, ...of };
  return [
    partOf(whole, index, 'minimum', first, { rule }),
    partOf(whole, index, 'rolledIn', need - first, { rule }),
  ];
};

const rolls = ({ commitment, periods }: OfCommitment, index: number): boolean => {
  const { rollover, minimums } = limitsOf(commitment.terms);
  return rollover > 0n && index < minimums.length - 1 && periods.periods[index]?.state === 'ended';
};

const rolledOut = (of: OfCommitment, index: number): readonly Operand[] => {
  const { rollover, minimums } = limitsOf(of.commitment.terms);
  const period = of.periods.periods[index];
  const minimum = minimums[index] ?? 0n;
  return upTo('rollover-at-most', (minimum * rollover) / WHOLE, [
    partOf(of, index, 'minimum', minimum),
    partOf(of, index, 'applied', -units(period?.applied ?? null)),
    partOf(of, index, 'carriedCredit', -units(period?.carriedCredit ?? null)),
  ]);
};

/** Period by period what was taken beyond the need; what one lacks is no debt of the next. */
const carried = (of: OfCommitment, index: number): readonly Operand[] => {
  const { periods, excessCarriesForward } = of.periods;
  const own = periods[index];
  if (!excessCarriesForward || own === undefined) return [];
  const parts = periods
    .slice(0, index)
    .reduce<readonly Operand[]>(
      (before, each, at) =>
        notBelowZero([
          ...before,
          partOf(of, at, 'applied', units(each.applied)),
          partOf(of, at, 'minimum', -units(each.minimum)),
          partOf(of, at, 'rolledIn', -units(each.rolledIn)),
        ]),
      [],
    );
  const needed = units(own.minimum) + units(own.rolledIn) - units(own.applied);
  return upTo('no-more-than-needed', maxUnits(0n, needed), parts);
};
