import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import { moneyIn, unitsOf, type MoneyText } from '../../domain/money.js';
import type { Forecast } from '../../projections/forecast/answer.js';
import type { Obligations } from '../../projections/remaining-obligation/obligations.js';
import { isOpen } from './commitments.js';
import type { Finding } from './finding.js';
import { inScope } from './scope.js';
import { thresholdOf } from './threshold.js';

type Owed = Obligations['commitments'][number];

/** Of those that a rule is about, the commitments that can miss so much at all: no shortfall is above what remains. */
export const mayFallShort = (
  rule: AlertRule,
  { commitments, asOf }: Obligations,
): readonly Owed[] => {
  const threshold = thresholdOf(rule);
  return inScope(rule, commitments).filter(
    (each) =>
      isOpen(each, asOf) &&
      each.remaining.currency === rule.currency &&
      unitsOf(each.remaining.amount) > threshold,
  );
};

interface Expected {
  readonly period: string;
  readonly on: string | null;
  readonly shortfall: {
    readonly p10: MoneyText;
    readonly expected: MoneyText;
    readonly p90: MoneyText;
  };
}

/** More than the rule says is expected to be missing, of a period or of the term. Where nobody can say, nothing is found. */
export const shortfallAbove = (
  rule: AlertRule,
  { commitmentId, forecast }: Forecast,
): readonly Finding[] => {
  if (forecast === null) return [];
  const threshold = thresholdOf(rule);
  return expectedOf(forecast)
    .filter(({ shortfall }) => unitsOf(shortfall.expected.amount) > threshold)
    .map(({ period, on, shortfall: { p10, expected, p90 } }) => ({
      subject: `${commitmentId}/${period}`,
      facts: {
        ...{ value: expected, threshold: moneyIn(expected.currency)(threshold) },
        ...{ on, p10, p90 },
      },
    }));
};

/** What is missing of a period that ends with the term is missing of the term. */
const expectedOf = ({ periods, end }: NonNullable<Forecast['forecast']>): readonly Expected[] => {
  const last = end.isEndOfTerm ? end.on : null;
  return [
    ...periods
      .filter(({ dueOn }) => dueOn === null || dueOn !== last)
      .map(({ index, dueOn, shortfall }) => ({ period: String(index), on: dueOn, shortfall })),
    ...(end.shortfall === null ? [] : [{ period: 'end', on: end.on, shortfall: end.shortfall }]),
  ];
};
