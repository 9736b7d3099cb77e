import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import { daysBetween, lastDayBefore } from '../../domain/calendar.js';
import { utilisation } from '../../domain/formulas.js';
import { startOfDay } from '../../domain/instant.js';
import { moneyIn, unitsOf, type MoneyText } from '../../domain/money.js';
import type { Obligations } from '../../projections/remaining-obligation/obligations.js';
import type { Finding } from './finding.js';
import { inScope } from './scope.js';
import { thresholdOf } from './threshold.js';

type Owed = Obligations['commitments'][number];

/** Less of a commitment is left than the rule says. One that has ended or was terminated is not watched any more. */
export const remainingBelow = (
  rule: AlertRule,
  { commitments, asOf }: Obligations,
): readonly Finding[] => {
  const threshold = thresholdOf(rule);
  return inScope(rule, commitments)
    .filter((each) => isOpen(each, asOf) && each.remaining.currency === rule.currency)
    .filter(({ remaining }) => unitsOf(remaining.amount) < threshold)
    .map(({ commitmentId, total, applied, remaining }) => ({
      subject: commitmentId,
      facts: {
        value: remaining,
        threshold: moneyIn(remaining.currency)(threshold),
        total,
        applied,
      },
    }));
};

/** More of a commitment is used than this fraction of its total. Not watched, as above. */
export const utilisationAbove = (
  rule: AlertRule,
  { commitments, asOf }: Obligations,
): readonly Finding[] => {
  const threshold = thresholdOf(rule);
  return inScope(rule, commitments)
    .filter((each) => isOpen(each, asOf))
    .flatMap(({ commitmentId, total, applied, remaining }) => {
      const value = utilisation(unitsOf(applied.amount), unitsOf(total.amount));
      if (value === null || unitsOf(value) <= threshold) return [];
      return [
        {
          subject: commitmentId,
          facts: { value, threshold: rule.threshold, total, applied, remaining },
        },
      ];
    });
};

/** Something is past due. What was owed when a commitment ended stays so until somebody settles it. */
export const pastDue = (rule: AlertRule, { commitments }: Obligations): readonly Finding[] =>
  inScope(rule, commitments)
    .filter(({ byDue }) => isSome(byDue.pastDue))
    .map(({ commitmentId, byDue, remaining }) => ({
      subject: commitmentId,
      facts: { value: byDue.pastDue, threshold: null, remaining },
    }));

/** Something is missing of what falls due within so many days. On the day that it falls due it is past due. */
export const periodClosesWithin = (
  rule: AlertRule,
  { commitments, asOf }: Obligations,
): readonly Finding[] => {
  const days = Number(rule.threshold);
  return inScope(rule, commitments).flatMap((commitment) =>
    duesOf(commitment)
      .filter(({ on, missing }) => on > asOf && daysBetween(asOf, on) <= days && isSome(missing))
      .map(({ period, on, missing }) => ({
        subject: `${commitment.commitmentId}/${period}`,
        facts: { value: String(daysBetween(asOf, on)), threshold: rule.threshold, on, missing },
      })),
  );
};

interface MissingBy {
  /** The index of the period, or the end of the term. */
  readonly period: string;
  readonly on: string;
  readonly missing: MoneyText;
}

const duesOf = ({ periods, dueAtEnd, endsAt, terminatedAt }: Owed): readonly MissingBy[] => [
  ...periods.flatMap(({ index, dueOn, due }) =>
    dueOn === null ? [] : [{ period: String(index), on: dueOn, missing: due }],
  ),
  ...(endsAt === null || terminatedAt !== null
    ? []
    : [{ period: 'end', on: lastDayBefore(endsAt), missing: dueAtEnd }]),
];

const isSome = ({ amount }: MoneyText): boolean => unitsOf(amount) > 0n;

/** In its term on that day, or before it. */
export const isOpen = ({ endsAt, terminatedAt }: Owed, asOf: string): boolean =>
  terminatedAt === null && (endsAt === null || endsAt > startOfDay(asOf));
