import type { Instant } from '../decider.js';
import { unitsOf } from '../money.js';
import type { CommitmentTerms } from './terms.js';

/** Amounts in units of 10^-12 of the book's currency, as everywhere below. */
export interface Sums {
  readonly applied: bigint;
  readonly overage: bigint;
  readonly ineligible: bigint;
}

/** What was recorded for one class in one period of a commitment. */
export interface Account extends Sums {
  readonly class: string;
}

/** Accounts by period index. Periods and classes that were never touched are absent. */
export type Accounts = readonly (readonly Account[])[];

/** Where a charge falls on one commitment whose term it is in. */
export interface Stop {
  readonly commitmentId: string;
  readonly period: number;
  readonly class: string;
  /** Eligible share in units of 10^-12: 10^12 counts in full, 0 not at all. */
  readonly fraction: bigint;
}

/** All charges that fall in the same places, added up. Its running gross is all that allocation ever needs. */
export interface Bucket {
  readonly key: string;
  /** One stop per commitment in term, in the book's order. */
  readonly route: readonly Stop[];
  readonly gross: bigint;
}

export interface BookedCommitment {
  readonly commitmentId: string;
  readonly terms: CommitmentTerms;
  readonly amendments: number;
  /** New charges from here on do not draw down. */
  readonly terminatedAt: Instant | null;
  readonly released: bigint;
  /** Sum of all lines ever recorded, and what it was when the terms of the book last moved. */
  readonly recorded: Accounts;
  readonly opening: Accounts;
  /** All applied, in `recorded` and in `opening`. */
  readonly applied: bigint;
  readonly openingApplied: bigint;
  /** Commitments of one tier are offered the same charge; the next tier gets what they leave. */
  readonly tier: number;
  readonly limits: Limits;
}

/** The terms' decimal text as numbers, read once. */
export interface Limits {
  readonly total: bigint;
  readonly minimums: readonly (bigint | null)[];
  readonly fractions: readonly bigint[];
  readonly caps: readonly {
    readonly class: string;
    readonly byPeriod: readonly bigint[] | null;
    readonly overall: bigint;
  }[];
}

/** All commitments of one agreement with everything that draws them down. */
export interface CommitmentBook {
  /** In the order of allocation: priority, then the earlier end (unknown last), then id. */
  readonly commitments: readonly BookedCommitment[];
  /** Buckets by the period index of their first stop, so that one charge copies one short list. */
  readonly shelves: readonly (readonly Bucket[])[];
  /** Sum of all splits. Where stackable commitments share a charge, less than the sum of the lines. */
  readonly headline: Sums;
  readonly openingHeadline: Sums;
  /** Gross taken back so far, by the drawdown it was taken back from. */
  readonly reversed: ReadonlyMap<string, bigint>;
  readonly reversals: ReadonlySet<string>;
}

export const NOTHING: Sums = { applied: 0n, overage: 0n, ineligible: 0n };
export const WHOLE = unitsOf('1');

export const emptyBook: CommitmentBook = {
  commitments: [],
  shelves: [],
  headline: NOTHING,
  openingHeadline: NOTHING,
  reversed: new Map(),
  reversals: new Set(),
};

export const bucketKey = (route: readonly Stop[]): string => {
  let key = '';
  for (const stop of route) {
    key += `${stop.commitmentId} ${stop.period} ${stop.class} ${stop.fraction}|`;
  }
  return key;
};

export const bookedCommitment = (
  book: CommitmentBook,
  commitmentId: string,
): BookedCommitment | undefined =>
  book.commitments.find((commitment) => commitment.commitmentId === commitmentId);

/** The end that binds new charges: the earlier of the term's and the termination's. */
export const endOf = ({ terms, terminatedAt }: BookedCommitment): Instant | null =>
  terminatedAt !== null && (terms.endsAt === null || terminatedAt < terms.endsAt)
    ? terminatedAt
    : terms.endsAt;

export const limitsOf = (terms: CommitmentTerms): Limits => {
  const total = unitsOf(terms.total.amount);
  const minimums = terms.schedule.periods.map(({ minimum }) =>
    minimum === null ? null : unitsOf(minimum),
  );
  const share = (value: bigint, of: bigint): bigint => (value * of) / WHOLE;
  return {
    total,
    minimums,
    fractions: terms.eligibility.map((rule) =>
      rule.effect === 'exclude' ? 0n : unitsOf(rule.fraction),
    ),
    caps: terms.caps.map((cap) => {
      const value = unitsOf(cap.value);
      if (cap.of === 'period-minimum') {
        const byPeriod = minimums.map((minimum) => share(value, minimum ?? 0n));
        return { class: cap.class, byPeriod, overall: 0n };
      }
      const overall = cap.of === 'total' ? share(value, total) : value;
      return { class: cap.class, byPeriod: null, overall };
    }),
  };
};
