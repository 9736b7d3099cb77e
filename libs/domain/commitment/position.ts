import { maxUnits, minUnits } from '../money.js';
import { divideHalfEven } from '../rational.js';
import {
  WHOLE,
  type Account,
  type Accounts,
  type BookedCommitment,
  type Bucket,
  type Stop,
  type Sums,
} from './commitment.js';

/**
 * How running totals split: a pure function of the terms and of the gross of each bucket, never of the order in which
 * charges arrived. A drawdown's lines are position(after) - position(before), so a refund gives back overage first
 * and live and closing numbers cannot disagree. See "Allocation" in the library's README.
 */
export interface Position {
  /** Since the book's terms last moved, by commitment id. */
  readonly accounts: ReadonlyMap<string, Accounts>;
  /** applied + overage + ineligible = the gross of all buckets. */
  readonly headline: Sums;
}

/** One bucket on its way along the tiers that may take it. */
interface Journey {
  readonly bucket: Bucket;
  /** The last tier that may take it records what is left over; earlier ones only what they apply. */
  readonly lastTier: number;
  /** What the tiers so far have not applied. */
  left: bigint;
}

/** The part of a bucket that one commitment is offered. */
interface Parcel {
  readonly journey: Journey;
  readonly stop: Stop;
  readonly offered: bigint;
  /** Within the fraction; then also within the caps. */
  counted: bigint;
  overage: bigint;
}

export const position = (
  commitments: readonly BookedCommitment[],
  buckets: readonly Bucket[],
): Position => {
  const tierOf = new Map(commitments.map(({ commitmentId, tier }) => [commitmentId, tier]));
  const journeys = buckets.map((bucket) => ({
    bucket,
    lastTier: lastTierOf(bucket, tierOf),
    left: bucket.gross,
  }));
  const ledger = new Postings();
  for (const tier of new Set(commitments.map((commitment) => commitment.tier))) {
    offerToTier(
      commitments.filter((commitment) => commitment.tier === tier),
      journeys,
      ledger,
    );
  }
  for (const { bucket, lastTier } of journeys) {
    if (lastTier >= 0) continue;
    const nowhere = { applied: 0n, overage: 0n, ineligible: bucket.gross };
    ledger.post(bucket.route[0]!, nowhere);
    ledger.postHeadline(nowhere);
  }
  return ledger;
};

const lastTierOf = ({ route }: Bucket, tierOf: ReadonlyMap<string, number>): number =>
  route.reduce(
    (last, stop) => (stop.fraction > 0n ? Math.max(last, tierOf.get(stop.commitmentId)!) : last),
    -1,
  );

/** Every member of a tier is offered the whole; the tier takes what the member that applied most takes. */
const offerToTier = (
  members: readonly BookedCommitment[],
  journeys: readonly Journey[],
  ledger: Postings,
): void => {
  const best = new Map<Journey, Sums>();
  for (const commitment of members) {
    for (const parcel of split(commitment, journeys)) {
      const { journey, stop, offered, counted, overage } = parcel;
      const applied = counted - overage;
      const isLast = journey.lastTier === commitment.tier;
      const sums = isLast
        ? { applied, overage, ineligible: offered - counted }
        : { applied, overage: 0n, ineligible: 0n };
      ledger.post(stop, sums);
      const rival = best.get(journey);
      if (!rival || magnitude(applied) > magnitude(rival.applied)) best.set(journey, sums);
    }
  }
  for (const [journey, sums] of best) {
    journey.left -= sums.applied;
    ledger.postHeadline(sums);
  }
};

/** What one commitment makes of everything it is offered: fraction, then class caps, then its minimums or total. */
const split = (commitment: BookedCommitment, journeys: readonly Journey[]): readonly Parcel[] => {
  const parcels: Parcel[] = [];
  for (const journey of journeys) {
    const stop = journey.bucket.route.find(
      ({ commitmentId, fraction }) => commitmentId === commitment.commitmentId && fraction > 0n,
    );
    if (!stop) continue;
    const counted = eligiblePart(journey.left, stop.fraction);
    parcels.push({ journey, stop, offered: journey.left, counted, overage: 0n });
  }
  parcels.sort(compare);
  cutByCaps(commitment, parcels);
  cutByTotal(commitment, parcels);
  return parcels;
};

export const eligiblePart = (gross: bigint, fraction: bigint): bigint =>
  fraction === WHOLE ? gross : divideHalfEven(gross * fraction, WHOLE);

const cutByCaps = (commitment: BookedCommitment, parcels: readonly Parcel[]): void => {
  for (const cap of commitment.limits.caps) {
    const ofClass = parcels.filter(({ stop }) => stop.class === cap.class);
    if (cap.byPeriod === null) {
      const opening = appliedIn(commitment.opening, null, cap.class);
      takeBackwards(ofClass, above(sumCounted(ofClass), cap.overall - opening), 'cap');
      continue;
    }
    const byPeriod = byPeriodOf(ofClass, cap.byPeriod.length);
    cap.byPeriod.forEach((limit, period) => {
      const inPeriod = byPeriod[period]!;
      const opening = appliedIn(commitment.opening, period, cap.class);
      takeBackwards(inPeriod, above(sumCounted(inPeriod), limit - opening), 'cap');
    });
  }
};

const cutByTotal = (commitment: BookedCommitment, parcels: readonly Parcel[]): void => {
  if (commitment.terms.schedule.mode === 'sum-of-periods') cutByMinimums(commitment, parcels);
  // Also where minimums make up the total: an amendment can lower a period's below what was applied in it.
  const limit = commitment.limits.total - commitment.openingApplied;
  takeBackwards(parcels, above(sumApplied(parcels), limit), 'overage');
};

const cutByMinimums = (commitment: BookedCommitment, parcels: readonly Parcel[]): void => {
  const { minimums } = commitment.limits;
  const byPeriod = byPeriodOf(parcels, minimums.length);
  const opening = minimums.map((_, period) => appliedIn(commitment.opening, period, null));
  if (!commitment.terms.schedule.excessCarriesForward) {
    byPeriod.forEach((inPeriod, period) => {
      const limit = minimums[period]! - opening[period]!;
      takeBackwards(inPeriod, above(sumCounted(inPeriod), limit), 'overage');
    });
    return;
  }
  const counted = byPeriod.map((inPeriod, period) => opening[period]! + sumCounted(inPeriod));
  const excess = carriedOut(counted, minimums) - carriedOut(opening, minimums);
  takeBackwards(parcels, maxUnits(0n, excess), 'overage');
};

/** What no period needs after every period's excess went to the next ones. */
const carriedOut = (counted: readonly bigint[], minimums: readonly (bigint | null)[]): bigint =>
  counted.reduce(
    (carry, amount, period) => maxUnits(0n, carry + amount - (minimums[period] ?? 0n)),
    0n,
  );

/** The part of `sum` above `limit`. What was applied before an amendment may have used up the limit: never below 0. */
const above = (sum: bigint, limit: bigint): bigint => maxUnits(0n, sum - maxUnits(0n, limit));

/** Takes `amount` from the latest parcels first, never more than a parcel counts, so refunds are left whole. */
const takeBackwards = (parcels: readonly Parcel[], amount: bigint, as: 'cap' | 'overage'): void => {
  for (let at = parcels.length - 1; at >= 0 && amount > 0n; at -= 1) {
    const parcel = parcels[at]!;
    const taken = minUnits(amount, maxUnits(0n, parcel.counted - parcel.overage));
    amount -= taken;
    if (as === 'cap') parcel.counted -= taken;
    else parcel.overage += taken;
  }
};

const sumCounted = (parcels: readonly Parcel[]): bigint =>
  parcels.reduce((sum, { counted }) => sum + counted, 0n);

const sumApplied = (parcels: readonly Parcel[]): bigint =>
  parcels.reduce((sum, { counted, overage }) => sum + counted - overage, 0n);

const magnitude = (units: bigint): bigint => (units < 0n ? -units : units);

/** By period, class, and then key: an order that does not depend on which charge came first. */
const compare = (left: Parcel, right: Parcel): number =>
  left.stop.period - right.stop.period ||
  compareText(left.stop.class, right.stop.class) ||
  compareText(left.journey.bucket.key, right.journey.bucket.key);

const compareText = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** A charge of a period that an amendment did away with (nothing was recorded in it) counts in the last. */
const byPeriodOf = (parcels: readonly Parcel[], count: number): readonly Parcel[][] => {
  const byPeriod = Array.from({ length: count }, (): Parcel[] => []);
  for (const parcel of parcels) byPeriod[Math.min(parcel.stop.period, count - 1)]!.push(parcel);
  return byPeriod;
};

/** Applied in one period (null: in all) for one class (null: for all). */
export const appliedIn = (
  accounts: Accounts,
  period: number | null,
  className: string | null,
): bigint => {
  let sum = 0n;
  const periods = period === null ? accounts : [accounts[period] ?? []];
  for (const classes of periods) {
    for (const account of classes ?? []) {
      if (className === null || account.class === className) sum += account.applied;
    }
  }
  return sum;
};

/** `sums` added to the account of a period and class: new lists along the way, all else shared. */
export const posted = (
  accounts: Accounts,
  period: number,
  className: string,
  sums: Sums,
): Accounts => {
  const next = accounts.slice();
  while (next.length <= period) next.push([]);
  const classes = next[period]!;
  const at = classes.findIndex((account) => account.class === className);
  const before: Account | undefined = classes[at];
  const after: Account = {
    class: className,
    applied: (before?.applied ?? 0n) + sums.applied,
    overage: (before?.overage ?? 0n) + sums.overage,
    ineligible: (before?.ineligible ?? 0n) + sums.ineligible,
  };
  next[period] = at < 0 ? [...classes, after] : classes.with(at, after);
  return next;
};

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

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** Adds up in place: made and read within one call of `position`. */
class Postings implements Position {
  readonly accounts = new Map<string, Mutable<Account>[][]>();
  readonly headline: Mutable<Sums> = { applied: 0n, overage: 0n, ineligible: 0n };

  post({ commitmentId, period, class: className }: Stop, sums: Sums): void {
    let periods = this.accounts.get(commitmentId);
    if (!periods) this.accounts.set(commitmentId, (periods = []));
    while (periods.length <= period) periods.push([]);
    const account = periods[period]!.find((candidate) => candidate.class === className);
    if (account) addTo(account, sums);
    else periods[period]!.push({ class: className, ...sums });
  }

  postHeadline(sums: Sums): void {
    addTo(this.headline, sums);
  }
}

const addTo = (target: Mutable<Sums>, sums: Sums): void => {
  target.applied += sums.applied;
  target.overage += sums.overage;
  target.ineligible += sums.ineligible;
};
