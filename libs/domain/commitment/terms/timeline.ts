import type { Instant } from '../../decider.js';
import { compareText } from '../../text.js';
import type { CommitmentTerms, EligibilityRule } from './terms.js';
import { fractionOf, limitsOf, type Limits } from './limits.js';
import { questionKey } from './questions.js';

/** One pledge or amendment: terms, and from when they hold. */
export interface TermsStatement {
  readonly from: Instant;
  /** What was said: before `from` where it is dated before what it amends. */
  readonly dated: Instant;
  /** 0 is the pledge, then the amendments in the order in which they were recorded. */
  readonly number: number;
  readonly terms: CommitmentTerms;
  readonly limits: Limits;
  readonly rules: readonly RuleRead[];
}

/** An eligibility rule with what its text says, read once. */
export interface RuleRead {
  readonly rule: EligibilityRule;
  /** Key of the question that it asks of a charge. */
  readonly question: string;
  /** Units of 10^-12; 0 for a rule that excludes. */
  readonly fraction: bigint;
}

/** What the terms of one commitment are at every moment: never empty, in the order in which statements begin to hold. */
export type TermsTimeline = readonly TermsStatement[];

export const statement = (
  dated: Instant,
  number: number,
  terms: CommitmentTerms,
): TermsStatement => ({
  from: dated,
  dated,
  number,
  terms,
  limits: limitsOf(terms),
  rules: terms.eligibility.map((rule) => ({
    rule,
    question: questionKey(rule.match),
    fraction: fractionOf(rule),
  })),
});

/** A pledge is effective when its term begins at the latest, also when it was recorded long after. */
export const pledgeHoldsFrom = (terms: CommitmentTerms, effectiveAt: Instant): Instant =>
  terms.startsAt < effectiveAt ? terms.startsAt : effectiveAt;

/**
 * By when they hold: an amendment cannot hold before what it amends. Of several that hold from the same moment the last
 * is in force: the one dated later, and where both say the same the one recorded later.
 */
export const withStatement = (timeline: TermsTimeline, added: TermsStatement): TermsTimeline => {
  const earliest = timeline[0]?.from ?? added.dated;
  const from = added.dated < earliest ? earliest : added.dated;
  return [...timeline, { ...added, from }].sort(
    (left, right) =>
      compareText(left.from, right.from) ||
      Number(left.number > 0) - Number(right.number > 0) ||
      compareText(left.dated, right.dated) ||
      left.number - right.number,
  );
};

/** Without those that others replace from the moment on from which they hold. */
export const everInForce = (timeline: TermsTimeline): TermsTimeline =>
  timeline.filter(({ from }, at) => timeline[at + 1]?.from !== from);

/** How many amendments there have been. */
export const amendmentsOf = (timeline: TermsTimeline): number =>
  timeline.reduce((most, { number }) => Math.max(most, number), 0);

/** Index of the statement in force at `at`: the last that holds by then, and the first one before any does. */
export const inForceAt = (timeline: TermsTimeline, at: Instant): number => {
  let inForce = 0;
  for (let index = 1; index < timeline.length; index += 1) {
    const next = timeline[index];
    if (next !== undefined && next.from <= at) inForce = index;
  }
  return inForce;
};

/** The statement with this index, as placements name it. */
export const statementAt = (timeline: TermsTimeline, index: number): TermsStatement => {
  const found = timeline[index];
  if (!found)
    throw new RangeError(`of ${timeline.length} statements of terms, none is at ${index}`);
  return found;
};

/** The statement in force at `at`. */
export const termsAt = (timeline: TermsTimeline, at: Instant): TermsStatement =>
  statementAt(timeline, inForceAt(timeline, at));

/** The pledge (0) or the amendment with this number. */
export const statementNumbered = (timeline: TermsTimeline, number: number): TermsStatement => {
  const found = timeline.find((each) => each.number === number);
  if (!found) throw new RangeError(`no statement of terms has the number ${number}`);
  return found;
};

/** From when on there are terms at all. */
export const heldFrom = (timeline: TermsTimeline): Instant => statementAt(timeline, 0).from;

/** Periods are ordered and contiguous: the last that has started. */
export const periodAt = (
  periods: readonly { readonly start: Instant }[],
  effectiveAt: Instant,
): number => {
  let low = 0;
  let high = periods.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const period = periods[middle];
    if (period !== undefined && period.start <= effectiveAt) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** Where one period ends and the next one, or the term, begins or ends. */
export const boundariesOf = ({ schedule }: CommitmentTerms): readonly Instant[] => [
  ...schedule.periods.map(({ start }) => start),
  ...schedule.periods.slice(-1).flatMap(({ end }) => (end === null ? [] : [end])),
];

/**
 * A boundary that lies before the moment at which a statement takes over and that only one of the two has. Nobody may
 * move it: what was used around it would change its period without anything being said about that time. Null: none.
 */
export const boundaryMoved = (timeline: TermsTimeline): Instant | null => {
  for (const [at, { from, terms }] of timeline.entries()) {
    const earlier = timeline[at - 1];
    if (earlier === undefined) continue;
    const before = boundariesOf(earlier.terms).filter((boundary) => boundary < from);
    const after = boundariesOf(terms).filter((boundary) => boundary < from);
    const moved =
      before.find((boundary) => !after.includes(boundary)) ??
      after.find((boundary) => !before.includes(boundary));
    if (moved !== undefined) return moved;
  }
  return null;
};

/** What holds after all else: what a statement about "the terms" without a date means. */
export const latestTerms = (timeline: TermsTimeline): TermsStatement =>
  statementAt(timeline, timeline.length - 1);

/** A pledge or an amendment as an entry has it. */
export interface StatedTerms {
  readonly kind: 'pledge' | 'amendment';
  /** From when it is to hold. */
  readonly dated: Instant;
}

/**
 * Which of the statements up to some moment holds then: the one that holds the latest, and of two that hold from the same
 * moment the one recorded later. `stated` is in the order of the ledger. What would hold only after a termination never
 * does. Null: the pledge is not effective yet, whatever amends it.
 */
export const heldOf = <Stated extends StatedTerms>(
  stated: readonly Stated[],
  terminatedAt: Instant | null,
): Stated | null => {
  let held: Stated | null = null;
  for (const each of stated) {
    if (held === null) {
      if (each.kind === 'pledge') held = each;
      continue;
    }
    if (terminatedAt !== null && each.dated >= terminatedAt) continue;
    // An amendment cannot hold before the pledge: dated before it, it holds from it on.
    if (held.kind === 'pledge' || each.dated >= held.dated) held = each;
  }
  return held;
};
