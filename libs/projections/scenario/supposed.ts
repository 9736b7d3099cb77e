import { addDays, addMonths, buckets, daysBetween, type Bucket } from '../../domain/calendar.js';
import { dayOf } from '../../domain/instant.js';
import { MONEY_DECIMALS, moneyIn, sumOf, type MoneyText } from '../../domain/money.js';
import type { Range } from '../../forecast/forecast.js';
import type { Asked } from '../asking/question.js';
import type { RowsOf } from '../asking/rows-wanted.js';
import { outlookOf } from '../burn-down/outlook.js';
import type { burnDownWanted } from '../burn-down/query.js';
import type { AgreementAsOf } from '../facts/agreements.js';
import { remainingOf, type CommitmentAsOf } from '../facts/commitments.js';
import { foresee, lastDay, type Foreseen } from '../forecast/foresee.js';
import type { KnownDays } from '../forecast/history.js';
import { appliedTo, Projected } from '../forecast/projected.js';
import { moneyRange, outcomeOf, periodsOf } from '../forecast/told.js';
import type { ScenarioCommitment, ScenarioOutcome } from './answer.js';
import { changedUse, type ScenarioChanges } from './changes.js';

type MoneyRange = Range<MoneyText>;

/** What one commitment is expected to have used in the next twelve months. Units of 10^-12. */
export interface ExpectedUse {
  readonly agreementId: string;
  readonly currency: string;
  readonly baseline: bigint;
  readonly supposed: bigint;
}

export interface Supposed {
  readonly told: ScenarioCommitment;
  /** Null: there is no forecast. */
  readonly expected: ExpectedUse | null;
  /** What is expected to be applied when it ends, as supposed. Units of 10^-12; null: there is no forecast. */
  readonly appliedInTheEnd: bigint | null;
}

type Day = RowsOf<ReturnType<typeof burnDownWanted>>['days'][number];

/** A commitment, what it is supposed to be, and when it is looked at. */
export interface Subject {
  readonly commitment: CommitmentAsOf;
  /** The same where nothing is supposed of its terms. */
  readonly altered: CommitmentAsOf;
  readonly agreement: AgreementAsOf;
  readonly days: readonly Day[];
  readonly asked: Asked;
  readonly known: KnownDays;
}

/** One commitment as it is forecast, and as it would be. */
export const supposedCommitment = (subject: Subject, changes: ScenarioChanges): Supposed => {
  const { commitment, altered, agreement, days, known } = subject;
  const foreseen = foresee(commitment, days, known);
  const after = altered === commitment ? foreseen : foresee(altered, days, known);
  const longest = longer(foreseen, after);
  if (longest === null) return unforeseen(subject, foreseen.reason ?? after.reason);
  const changed = changedUse(longest.use, changes, agreement.vendorId, longest.span);
  const baseline =
    foreseen.reason === null
      ? new Projected(commitment, foreseen.applied, foreseen.use, foreseen.span)
      : null;
  const supposed =
    after.reason === null ? new Projected(altered, after.applied, changed, after.span) : null;
  return {
    told: {
      ...subjectTold(subject),
      reason: foreseen.reason ?? after.reason,
      baseline: baseline && outcomeTold(baseline, usedUpOn(subject, commitment)),
      supposed: supposed && outcomeTold(supposed, usedUpOn(subject, altered)),
      burnDown: sideBySide(baseline, supposed),
    },
    expected: {
      agreementId: commitment.agreementId,
      currency: commitment.currency,
      baseline: baseline === null ? 0n : usedNextYear(baseline, baseline.last),
      supposed: supposed === null ? 0n : usedNextYear(supposed, changed.days),
    },
    appliedInTheEnd: supposed && appliedTo(supposed.expectedEnd),
  };
};

/** One that is not there yet: it has no history, and takes so much a day from the start of its term on. */
export const addedCommitment = (
  subject: Omit<Subject, 'commitment' | 'days'>,
  usePerDay: bigint,
  changes: ScenarioChanges,
): Supposed => {
  const { altered, agreement, known } = subject;
  const after = known.last;
  const to = lastDay(altered, after);
  const span = { dayZero: after, after, to };
  const days = daysBetween(after, to);
  const before = Math.max(0, daysBetween(after, dayOf(altered.terms.startsAt)) - 1);
  const perDay = Number(usePerDay) / 10 ** MONEY_DECIMALS;
  const expected = Array.from({ length: days + 1 }, (_, at) => Math.max(0, at - before) * perDay);
  const use = changedUse({ days, expected, paths: [] }, changes, agreement.vendorId, span);
  const supposed = new Projected(altered, new Map(), use, span);
  return {
    told: {
      ...subjectTold({ ...subject, commitment: altered, days: [] }),
      change: 'added',
      reason: null,
      baseline: null,
      supposed: outcomeTold(supposed, null),
      burnDown: sideBySide(null, supposed),
    },
    expected: {
      agreementId: altered.agreementId,
      currency: altered.currency,
      baseline: 0n,
      supposed: usedNextYear(supposed, days),
    },
    appliedInTheEnd: appliedTo(supposed.expectedEnd),
  };
};

const subjectTold = ({ commitment, altered, agreement, days }: Subject) => {
  const { agreementId, commitmentId, currency } = commitment;
  const { vendorId, customerId } = agreement;
  const money = moneyIn(currency);
  const applied = sumOf(days.map((day) => day.applied));
  const change = altered.termination === null ? ('amended' as const) : ('ended' as const);
  return {
    ...{ agreementId, commitmentId, name: commitment.terms.name, vendorId, customerId },
    change: altered === commitment ? null : change,
    total: money(commitment.total),
    applied: money(applied),
    remaining: money(remainingOf(commitment, applied)),
  };
};

const unforeseen = (subject: Subject, reason: Foreseen['reason']): Supposed => ({
  told: { ...subjectTold(subject), reason, baseline: null, supposed: null, burnDown: [] },
  expected: null,
  appliedInTheEnd: null,
});

/** Use goes on when a term is cut short: of two forecasts of one history, the one that reaches further. */
const longer = (one: Foreseen, other: Foreseen): (Foreseen & { readonly reason: null }) | null => {
  if (one.reason !== null) return other.reason === null ? other : null;
  return other.reason === null && other.span.to > one.span.to ? other : one;
};

const usedUpOn = ({ days, asked }: Subject, commitment: CommitmentAsOf): string | null => {
  const { exhaustion } = outlookOf({ ...commitment, termination: null }, days, asked);
  return exhaustion?.outcome === 'already' ? exhaustion.on : null;
};

const outcomeTold = (projected: Projected, usedUp: string | null): ScenarioOutcome => {
  const { commitment } = projected;
  return {
    total: moneyIn(commitment.currency)(commitment.total),
    periods: periodsOf(projected),
    ...outcomeOf(projected, usedUp),
  };
};

/** Of the next twelve months, as far as the use is forecast: `last`, counted from day zero. */
const usedNextYear = (projected: Projected, last: number): bigint => {
  const year = projected.indexOf(addMonths(projected.span.after, 12));
  return projected.usedBetween(projected.first, Math.min(last, year)).expected;
};

const sideBySide = (
  baseline: Projected | null,
  supposed: Projected | null,
): ScenarioCommitment['burnDown'] => {
  const ends = [baseline, supposed].flatMap((side) => (side === null ? [] : [side.span]));
  const [first] = ends;
  if (first === undefined) return [];
  const last =
    ends
      .map(({ to }) => to)
      .sort()
      .at(-1) ?? first.to;
  const months = buckets(addDays(first.after, 1), last, 'month');
  const [before, after] = [baseline, supposed].map((side) => side && appliedBy(side, months));
  return months.map((month, at) => ({
    ...month,
    baseline: before?.[at] ?? null,
    supposed: after?.[at] ?? null,
  }));
};

/** By the end of each month that begins before its end. */
const appliedBy = (projected: Projected, months: readonly Bucket[]): readonly MoneyRange[] => {
  const { span } = projected;
  const within = months.filter(({ from }) => from <= span.to);
  return projected
    .appliedBy(within.map(({ to }) => projected.indexOf(to < span.to ? to : span.to)))
    .map((range) => moneyRange(projected, range));
};
