import type { Instant } from '../decider.js';
import type { DayCharges } from './allocation/charges.js';
import type { AllocationLine } from './events.js';
import type { Question } from './terms/questions.js';
import type { CommitmentTerms } from './terms/terms.js';
import { everInForce, statement, type TermsTimeline } from './terms/timeline.js';

/** Amounts in units of 10^-12 of the book's currency, as everywhere below. */
export interface Sums {
  readonly applied: bigint;
  readonly overage: bigint;
  readonly ineligible: bigint;
}

export const NOTHING: Sums = { applied: 0n, overage: 0n, ineligible: 0n };

/** Where a charge falls on one commitment whose term it is in. */
export interface Placement {
  readonly commitmentId: string;
  /** Index of the statement of terms in force when the charge took effect. */
  readonly statement: number;
  readonly period: number;
  readonly class: string;
  /** Eligible share in units of 10^-12: 10^12 counts in full, 0 not at all. */
  readonly fraction: bigint;
}

/** All charges that fall in the same places, added up: its running totals are all that allocation ever needs. */
export interface ChargeTotals {
  readonly key: string;
  /** Index into the book's orders: which of them held when the charges took effect. */
  readonly order: number;
  /** One placement per commitment in term, in the order of allocation. Never empty. */
  readonly placements: readonly Placement[];
  /** Gross of what was used, less its reversals. */
  readonly usage: bigint;
  /** Gross of what was given back by refunds, less their reversals: not negative. */
  readonly refunds: bigint;
  /** What of `usage` the first eligible placement takes by its fraction, rounded half-even per group of charges. */
  readonly eligible: bigint;
  readonly eligibleFraction: bigint;
}

/**
 * What a commitment could be asked to take at most, whatever other commitments take of it, and whatever the date: what is
 * taken back on a later day counts until then, so it stays.
 */
export interface Offered {
  readonly class: string;
  readonly usage: bigint;
}

export interface Termination {
  readonly at: Instant;
  readonly obligation: 'released' | 'survives';
}

export interface BookedCommitment {
  readonly commitmentId: string;
  /** All that was ever said about the terms. */
  readonly statements: TermsTimeline;
  /** Of these, those that are in force at some moment. */
  readonly timeline: TermsTimeline;
  readonly termination: Termination | null;
  /** Per period, per class, of all charges that are eligible here. Derived from the charges. */
  readonly offered: readonly (readonly Offered[])[];
  readonly offeredTotal: bigint;
  /** Refunds, whether or not they were taken back on a later day: 0 means that there never was any. */
  readonly refundsTotal: bigint;
  /** Every refund so far came off usage of its own period and class, at every date: nothing else moved for it. */
  readonly refundsCovered: boolean;
}

/** From when commitments are offered charges in which order. Commitments of one tier are offered the same charge. */
export interface Order {
  readonly from: Instant;
  /** The place of each commitment. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly tiers: ReadonlyMap<string, number>;
}

/** All commitments of one agreement with everything that draws them down. */
export interface CommitmentBook {
  /** In the order of allocation by their latest terms. */
  readonly commitments: readonly BookedCommitment[];
  readonly orders: readonly Order[];
  /** What rules of any terms ask of a charge: charges remember the answers, not their attributes. */
  readonly questions: readonly Question[];
  /** Moments within a day at which terms change: charges on both sides are kept apart. Ascending. */
  readonly cuts: readonly Instant[];
  /** Something takes effect on another day than the charge that it takes back. */
  readonly hasLaterReversals: boolean;
  /** By day of effect, ascending. */
  readonly months: readonly CalendarMonth[];
  /** Totals by the period index of their first placement, so that one charge copies one short list. Derived. */
  readonly totalsByPeriod: readonly (readonly ChargeTotals[])[];
  /** What entries of schema 1 should have moved and did not say: the next entry carries it. Usually empty. */
  readonly unsaid: readonly AllocationLine[];
  /** Gross taken back so far, by the drawdown it was taken back from. */
  readonly reversed: ReadonlyMap<string, bigint>;
  readonly reversals: ReadonlySet<string>;
}

export interface CalendarMonth {
  readonly month: string;
  readonly days: readonly DayCharges[];
}

export const emptyBook: CommitmentBook = {
  commitments: [],
  orders: [],
  questions: [],
  cuts: [],
  hasLaterReversals: false,
  months: [],
  totalsByPeriod: [],
  unsaid: [],
  reversed: new Map(),
  reversals: new Set(),
};

export const bookedCommitment = (
  book: Pick<CommitmentBook, 'commitments'>,
  commitmentId: string,
): BookedCommitment | undefined =>
  book.commitments.find((commitment) => commitment.commitmentId === commitmentId);

/** The commitment of an event or a placement: there is none without its pledge. */
export const commitmentIn = (
  book: Pick<CommitmentBook, 'commitments'>,
  commitmentId: string,
): BookedCommitment => {
  const found = bookedCommitment(book, commitmentId);
  if (!found) throw new Error(`the commitment ${commitmentId} was never pledged`);
  return found;
};

/** The first place of a charge: where what no commitment takes is recorded. */
export const firstOf = (placements: readonly Placement[]): Placement => {
  const [first] = placements;
  if (!first) throw new Error('a charge falls on no commitment at all');
  return first;
};

/** The order with this index, as destinations name it. */
export const orderWith = <Held>(orders: readonly Held[], index: number): Held => {
  const found = orders[index];
  if (!found) throw new RangeError(`of ${orders.length} orders of allocation, none is at ${index}`);
  return found;
};

/** The tier of a commitment that was there when the order began. */
export const tierOf = ({ tiers }: Pick<Order, 'tiers'>, commitmentId: string): number => {
  const tier = tiers.get(commitmentId);
  if (tier === undefined) throw new Error(`the commitment ${commitmentId} is in no tier`);
  return tier;
};

export const pledgedCommitment = (
  commitmentId: string,
  from: Instant,
  terms: CommitmentTerms,
): BookedCommitment => ({
  commitmentId,
  ...underStatements([statement(from, 0, terms)]),
  termination: null,
  offered: [],
  offeredTotal: 0n,
  refundsTotal: 0n,
  refundsCovered: true,
});

export const underStatements = (
  statements: TermsTimeline,
): Pick<BookedCommitment, 'statements' | 'timeline'> => ({
  statements,
  timeline: everInForce(statements),
});

/** `changed` in place of the one with its id. */
export const replaced = (
  { commitments }: CommitmentBook,
  changed: BookedCommitment,
): readonly BookedCommitment[] =>
  commitments.map((each) => (each.commitmentId === changed.commitmentId ? changed : each));

export const plus = (left: Sums, right: Sums): Sums => ({
  applied: left.applied + right.applied,
  overage: left.overage + right.overage,
  ineligible: left.ineligible + right.ineligible,
});

export const minus = (left: Sums, right: Sums): Sums => ({
  applied: left.applied - right.applied,
  overage: left.overage - right.overage,
  ineligible: left.ineligible - right.ineligible,
});

export const isNothing = ({ applied, overage, ineligible }: Sums): boolean =>
  applied === 0n && overage === 0n && ineligible === 0n;
