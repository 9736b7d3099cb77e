import { addDays, buckets, lastDayBefore, type Interval } from '../../domain/calendar.js';
import { dueOn } from '../../domain/commitment/obligation/due.js';
import { plannedBy } from '../../domain/commitment/obligation/plan.js';
import { startOfDay } from '../../domain/instant.js';
import { moneyIn, sumOf, type MoneyText } from '../../domain/money.js';
import { divideHalfEven } from '../../domain/rational.js';
import type { Range } from '../../forecast/forecast.js';
import { remainingOf } from '../facts/commitments.js';
import type { Forecast } from './answer.js';
import { endOfUse } from './foresee.js';
import { appliedTo, type Projected } from './projected.js';

type Told = NonNullable<Forecast['forecast']>;
type MoneyRange = Range<MoneyText>;

/** A forecast as clients get it. `usedUpOn`: since when the total is reached already. */
export const toldForecast = (
  projected: Projected,
  interval: Interval,
  usedUpOn: string | null,
): Told => {
  const { span } = projected;
  return {
    from: addDays(span.after, 1),
    to: span.to,
    series: seriesOf(projected, interval),
    periods: periodsOf(projected),
    ...outcomeOf(projected, usedUpOn),
  };
};

/** What it comes to in the end, and when it is used up. */
export const outcomeOf = (
  projected: Projected,
  usedUpOn: string | null,
): Pick<Told, 'end' | 'exhaustion'> => ({
  end: endOf(projected),
  exhaustion:
    usedUpOn === null
      ? exhaustionOf(projected)
      : { outcome: 'already', earliest: usedUpOn, on: usedUpOn, latest: usedUpOn },
});

/** What is expected a day, up to a day that the forecast reaches, or to its end. */
export const expectedPerDay = (projected: Projected, until: string | null): MoneyRange | null => {
  const { first, last } = projected;
  const to = until === null ? last : Math.min(last, projected.indexOf(until));
  if (to <= first) return null;
  const used = projected.usedBetween(first, to);
  const perDay = (units: bigint): bigint => divideHalfEven(units, BigInt(to - first));
  return moneyRange(projected, {
    p10: perDay(used.p10),
    expected: perDay(used.expected),
    p90: perDay(used.p90),
  });
};

export const moneyRange = (
  { commitment }: Projected,
  { p10, expected, p90 }: Range<bigint>,
): MoneyRange => {
  const money = moneyIn(commitment.currency);
  return { p10: money(p10), expected: money(expected), p90: money(p90) };
};

const seriesOf = (projected: Projected, interval: Interval): Told['series'] => {
  const { span, commitment } = projected;
  const money = moneyIn(commitment.currency);
  const stretches = buckets(addDays(span.after, 1), span.to, interval);
  const applied = projected.appliedBy(stretches.map(({ to }) => projected.indexOf(to)));
  return stretches.flatMap((bucket, at) => {
    const appliedThen = applied[at];
    if (appliedThen === undefined) return [];
    const planned = plannedBy(commitment.terms, startOfDay(addDays(bucket.to, 1)));
    const before = projected.indexOf(bucket.from) - 1;
    return [
      {
        ...bucket,
        use: moneyRange(projected, projected.usedBetween(before, projected.indexOf(bucket.to))),
        cumulativeApplied: moneyRange(projected, appliedThen),
        planned: planned === null ? null : money(planned),
      },
    ];
  });
};

/** Those that have not ended and that the forecast reaches the end of. */
export const periodsOf = (projected: Projected): Told['periods'] => {
  const { commitment, span, expectedEnd } = projected;
  const money = moneyIn(commitment.currency);
  const rangeOf = (told: Parameters<Projected['rangeAtEnd']>[0]): MoneyRange =>
    moneyRange(projected, projected.rangeAtEnd(told));
  return expectedEnd.figures.flatMap((figures) => {
    const { index, start, end, minimum } = figures;
    const due = dueOn(figures);
    if (due === null || due <= span.after || due > span.to) return [];
    return [
      {
        index,
        start,
        end,
        dueOn: due,
        minimum: minimum === null ? null : money(minimum),
        applied: rangeOf(({ applied }) => applied.get(index) ?? 0n),
        shortfall: rangeOf((line) => line.figures[index]?.shortfall ?? 0n),
        overage: rangeOf(({ overage }) => overage.get(index) ?? 0n),
      },
    ];
  });
};

const endOf = (projected: Projected): Told['end'] => {
  const { commitment, span } = projected;
  const endsAt = endOfUse(commitment);
  const isEndOfTerm = endsAt !== null && lastDayBefore(endsAt) <= span.to;
  const rangeOf = (told: Parameters<Projected['rangeAtEnd']>[0]): MoneyRange =>
    moneyRange(projected, projected.rangeAtEnd(told));
  return {
    on: span.to,
    isEndOfTerm,
    applied: rangeOf(appliedTo),
    shortfall: isEndOfTerm ? rangeOf((line) => remainingOf(commitment, appliedTo(line))) : null,
    overage: rangeOf(({ overage }) => sumOf(overage.values())),
  };
};

const exhaustionOf = (projected: Projected): Told['exhaustion'] => {
  const days = projected.exhaustion();
  const dayAt = (index: number | null): string | null =>
    index === null ? null : projected.dayAt(index);
  return {
    outcome: days.expected === null ? 'not-within' : 'expected',
    earliest: dayAt(days.p10),
    on: dayAt(days.expected),
    latest: dayAt(days.p90),
  };
};
