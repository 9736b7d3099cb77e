import { formatUnits, unitsOf } from '../money.js';
import {
  bucketKey,
  limitsOf,
  type Account,
  type Accounts,
  type BookedCommitment,
  type Bucket,
  type CommitmentBook,
  type Stop,
  type Sums,
} from './commitment.js';
import { inOrder } from './order.js';
import { appliedIn } from './position.js';
import type { CommitmentTerms } from './terms.js';

/** Compact JSON: amounts as decimal text, lists instead of objects where there are many. Derived fields are left out. */
type SumsText = readonly [applied: string, overage: string, ineligible: string];
type AccountText = readonly [name: string, ...sums: SumsText];
type StopText = readonly [commitment: string, period: number, name: string, fraction: string];

interface CommitmentText {
  readonly id: string;
  readonly terms: CommitmentTerms;
  readonly amendments: number;
  readonly terminatedAt: string | null;
  readonly released: string;
  readonly recorded: readonly (readonly AccountText[])[];
  readonly opening: readonly (readonly AccountText[])[];
}

interface BookText {
  readonly commitments: readonly CommitmentText[];
  readonly buckets: readonly (readonly [gross: string, route: readonly StopText[]])[];
  readonly headline: SumsText;
  readonly openingHeadline: SumsText;
  readonly reversed: readonly (readonly [drawdownId: string, gross: string])[];
  readonly reversals: readonly string[];
}

export const encode = (book: CommitmentBook): string => {
  const text: BookText = {
    commitments: book.commitments.map((commitment) => ({
      id: commitment.commitmentId,
      terms: commitment.terms,
      amendments: commitment.amendments,
      terminatedAt: commitment.terminatedAt,
      released: formatUnits(commitment.released),
      recorded: accountsText(commitment.recorded),
      opening: accountsText(commitment.opening),
    })),
    buckets: book.shelves
      .flat()
      .map(({ gross, route }) => [formatUnits(gross), route.map(stopText)]),
    headline: sumsText(book.headline),
    openingHeadline: sumsText(book.openingHeadline),
    reversed: [...book.reversed].map(([id, gross]) => [id, formatUnits(gross)]),
    reversals: [...book.reversals],
  };
  return JSON.stringify(text);
};

export const decode = (json: string): CommitmentBook => {
  const text = JSON.parse(json) as BookText;
  return {
    commitments: inOrder(text.commitments.map(commitmentOf)),
    shelves: shelvesOf(text.buckets),
    headline: sumsOf(text.headline),
    openingHeadline: sumsOf(text.openingHeadline),
    reversed: new Map(text.reversed.map(([id, gross]) => [id, unitsOf(gross)])),
    reversals: new Set(text.reversals),
  };
};

const commitmentOf = (text: CommitmentText): BookedCommitment => {
  const recorded = accountsOf(text.recorded);
  const opening = accountsOf(text.opening);
  return {
    commitmentId: text.id,
    terms: text.terms,
    amendments: text.amendments,
    terminatedAt: text.terminatedAt,
    released: unitsOf(text.released),
    recorded,
    opening,
    applied: appliedIn(recorded, null, null),
    openingApplied: appliedIn(opening, null, null),
    tier: 0,
    limits: limitsOf(text.terms),
  };
};

const shelvesOf = (buckets: BookText['buckets']): CommitmentBook['shelves'] => {
  const shelves: Bucket[][] = [];
  for (const [gross, stops] of buckets) {
    const route = stops.map(stopOf);
    const period = route[0]!.period;
    while (shelves.length <= period) shelves.push([]);
    shelves[period]!.push({ key: bucketKey(route), route, gross: unitsOf(gross) });
  }
  return shelves;
};

const sumsText = (sums: Sums): SumsText => [
  formatUnits(sums.applied),
  formatUnits(sums.overage),
  formatUnits(sums.ineligible),
];

const sumsOf = ([applied, overage, ineligible]: SumsText): Sums => ({
  applied: unitsOf(applied),
  overage: unitsOf(overage),
  ineligible: unitsOf(ineligible),
});

const accountsText = (accounts: Accounts): AccountText[][] =>
  accounts.map((classes) => classes.map((account) => [account.class, ...sumsText(account)]));

const accountsOf = (text: readonly (readonly AccountText[])[]): Accounts =>
  text.map((classes) =>
    classes.map(([name, ...sums]): Account => ({ class: name, ...sumsOf(sums) })),
  );

const stopText = (stop: Stop): StopText => [
  stop.commitmentId,
  stop.period,
  stop.class,
  formatUnits(stop.fraction),
];

const stopOf = ([commitmentId, period, name, fraction]: StopText): Stop => ({
  commitmentId,
  period,
  class: name,
  fraction: unitsOf(fraction),
});
