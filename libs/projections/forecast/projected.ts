import { addDays, daysBetween, lastDayBefore } from '../../domain/calendar.js';
import { periodFigures, type PeriodFigures } from '../../domain/commitment/obligation/periods.js';
import {
  projectedUse,
  type ByPeriod,
  type ProjectedUse,
} from '../../domain/commitment/obligation/projected.js';
import { limitsOf } from '../../domain/commitment/terms/limits.js';
import { minorUnit } from '../../domain/currency.js';
import { dayOf, startOfDay } from '../../domain/instant.js';
import { MONEY_DECIMALS, sumOf } from '../../domain/money.js';
import { rangeOf, type Range, type UseForecast } from '../../forecast/forecast.js';
import type { CommitmentAsOf } from '../facts/commitments.js';

/** The days that a forecast is about. */
export interface Span {
  /** The last day of the history: days are counted from it. */
  readonly dayZero: string;
  /** The forecast begins with the day after this one. */
  readonly after: string;
  readonly to: string;
}

/** Units that are used up to the end of a day. */
type Line = (index: number) => bigint;

/** The days of a period that the forecast reaches, counted from day zero: after `from`, `to` included. */
interface Stretch {
  readonly period: number;
  readonly from: number;
  readonly to: number;
}

/** What one line of use comes to when the forecast ends. Units of 10^-12. */
export interface LineEnd extends ProjectedUse {
  readonly figures: readonly PeriodFigures[];
}

/** What forecast use comes to under the terms of one commitment, by the arithmetic that its own contract has. */
export class Projected {
  readonly first: number;
  readonly last: number;
  readonly expectedEnd: LineEnd;
  readonly paths: readonly { readonly line: Line; readonly end: LineEnd }[];
  private readonly expected: Line;
  private readonly stretches: readonly Stretch[];
  private readonly take: (added: ByPeriod) => ProjectedUse;
  private readonly statement;

  constructor(
    readonly commitment: CommitmentAsOf,
    applied: ByPeriod,
    use: UseForecast,
    readonly span: Span,
  ) {
    const { terms } = commitment;
    this.first = this.indexOf(span.after);
    this.last = this.indexOf(span.to);
    this.take = projectedUse(terms, applied);
    this.statement = { terms, limits: limitsOf(terms) };
    this.stretches = this.stretchesOf(terms.schedule.periods);
    this.expected = this.lineOf(use.expected);
    this.expectedEnd = this.endOf(this.expected);
    this.paths = use.paths
      .map((path) => this.lineOf(path))
      .map((line) => ({ line, end: this.endOf(line) }));
  }

  indexOf(day: string): number {
    return daysBetween(this.span.dayZero, day);
  }

  dayAt(index: number): string {
    return addDays(this.span.dayZero, index);
  }

  /** What is used after the end of one day, to the end of another. */
  usedBetween(from: number, to: number): Range<bigint> {
    const between = (line: Line): bigint => line(to) - line(from);
    return rangeOf(
      between(this.expected),
      this.paths.map(({ line }) => between(line)),
    );
  }

  /** What is applied by the end of each of these days, along the lines of which one path in ten is below, or above. */
  appliedBy(indexes: readonly number[]): readonly Range<bigint>[] {
    const soFar = new Map(
      [...indexes, ...this.stretches.flatMap(({ from, to }) => [from, to])].map((index) => [
        index,
        this.usedBetween(this.first, index),
      ]),
    );
    const along = (part: 'p10' | 'expected' | 'p90', index: number): bigint =>
      appliedTo(this.takenBy((at) => soFar.get(at)?.[part] ?? 0n, index));
    return indexes.map((index) =>
      rangeOf(along('expected', index), [along('p10', index), along('p90', index)]),
    );
  }

  /** Of something that a line comes to in the end. */
  rangeAtEnd(told: (end: LineEnd) => bigint): Range<bigint> {
    return rangeOf(
      told(this.expectedEnd),
      this.paths.map(({ end }) => told(end)),
    );
  }

  /** The first day by whose end the total is applied, counted from day zero. Null: not within the forecast. */
  exhaustion(): Range<number | null> {
    const never = this.last + 1;
    const { p10, expected, p90 } = rangeOf(
      this.exhaustedOn(this.expected, this.expectedEnd) ?? never,
      this.paths.map(({ line, end }) => this.exhaustedOn(line, end) ?? never),
    );
    const within = (index: number): number | null => (index === never ? null : index);
    return { p10: within(p10), expected: within(expected), p90: within(p90) };
  }

  private exhaustedOn(line: Line, end: LineEnd): number | null {
    const { total } = this.commitment;
    if (appliedTo(end) < total) return null;
    let low = this.first;
    let high = this.last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (appliedTo(this.takenBy(line, middle)) >= total) high = middle;
      else low = middle;
    }
    return high;
  }

  private endOf(line: Line): LineEnd {
    const taken = this.takenBy(line, this.last);
    const figures = periodFigures({
      statement: this.statement,
      termination: this.commitment.termination,
      appliedByPeriod: taken.applied,
      now: startOfDay(addDays(this.span.to, 1)),
    });
    return { ...taken, figures };
  }

  private takenBy(line: Line, index: number): ProjectedUse {
    const added = new Map<number, bigint>();
    for (const { period, from, to } of this.stretches) {
      if (from >= index) break;
      const last = Math.min(to, index);
      added.set(period, line(last) - line(from));
    }
    return this.take(added);
  }

  /** Rounded to the minor unit where it is read, so that parts add up to the whole. */
  private lineOf(used: readonly number[]): Line {
    const unit = minorUnit(this.commitment.currency);
    const perUnit = 10 ** MONEY_DECIMALS / Number(unit);
    return (index) => BigInt(Math.round((used[index] ?? 0) * perUnit)) * unit;
  }

  private stretchesOf(periods: CommitmentAsOf['terms']['schedule']['periods']): readonly Stretch[] {
    let before = this.first;
    return periods.flatMap(({ start, end }, period) => {
      const from = Math.max(before, this.indexOf(dayOf(start)) - 1);
      const to = end === null ? this.last : Math.min(this.last, this.indexOf(lastDayBefore(end)));
      if (to <= from) return [];
      before = to;
      return [{ period, from, to }];
    });
  }
}

export const appliedTo = ({ applied }: ProjectedUse): bigint => sumOf(applied.values());
