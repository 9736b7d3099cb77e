import type { Instant } from '../decider.js';
import { formatUnits, unitsOf } from '../money.js';
import {
  bucketKey,
  endOf,
  NOTHING,
  WHOLE,
  type Accounts,
  type BookedCommitment,
  type Bucket,
  type CommitmentBook,
  type Stop,
  type Sums,
} from './commitment.js';
import { eligibilityOf } from './eligibility.js';
import type { AllocationLine, AllocationTrace, Charge } from './events.js';
import { appliedIn, eligiblePart, minus, plus, position } from './position.js';

/** What recording `gross` more (or less) in one bucket moves. */
export interface Movement {
  readonly lines: readonly AllocationLine[];
  readonly headline: Sums;
}

/** Where a charge falls on each commitment whose term contains `effectiveAt`; empty: outside all terms. */
export const traceOf = (
  book: CommitmentBook,
  charge: Charge,
  effectiveAt: Instant,
): readonly AllocationTrace[] => {
  const trace: AllocationTrace[] = [];
  for (const commitment of book.commitments) {
    if (!isInTerm(commitment, effectiveAt)) continue;
    const { commitmentId, terms, limits } = commitment;
    const eligible = eligibilityOf(charge, effectiveAt, terms, limits);
    trace.push({
      commitmentId,
      period: periodAt(terms.schedule.periods, effectiveAt),
      class: eligible.class,
      fraction: eligible.fraction === WHOLE ? '1' : formatUnits(eligible.fraction),
      rule: eligible.rule,
    });
  }
  return trace;
};

/** The rule is told to the auditor and does not decide where a charge is added up. */
export const routeOf = (trace: readonly AllocationTrace[]): readonly Stop[] => {
  if (trace !== routed.trace) routed = { trace, route: trace.map(stopOf) };
  return routed.route;
};

/** The last: a decision and the fold of its event ask for the same. */
let routed: { readonly trace: readonly AllocationTrace[]; readonly route: readonly Stop[] } = {
  trace: [],
  route: [],
};

const stopOf = ({ commitmentId, period, class: name, fraction }: AllocationTrace): Stop => ({
  commitmentId,
  period,
  class: name,
  fraction: fraction === '1' ? WHOLE : unitsOf(fraction),
});

const isInTerm = (commitment: BookedCommitment, effectiveAt: Instant): boolean => {
  const end = endOf(commitment);
  return commitment.terms.startsAt <= effectiveAt && (end === null || effectiveAt < end);
};

/** Periods are ordered and contiguous: the last that has started. */
const periodAt = (
  periods: readonly { readonly start: Instant }[],
  effectiveAt: Instant,
): number => {
  let low = 0;
  let high = periods.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (periods[middle]!.start <= effectiveAt) low = middle;
    else high = middle - 1;
  }
  return low;
};

export const bucketOf = (book: CommitmentBook, route: readonly Stop[]): Bucket => {
  for (const bucket of book.shelves[route[0]!.period] ?? []) {
    if (isSameRoute(bucket.route, route)) return bucket;
  }
  return { key: bucketKey(route), route, gross: 0n };
};

/** As equality of keys, without putting one together for every charge. */
const isSameRoute = (left: readonly Stop[], right: readonly Stop[]): boolean => {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) {
    const one = left[at]!;
    const other = right[at]!;
    if (
      one.class !== other.class ||
      one.period !== other.period ||
      one.fraction !== other.fraction ||
      one.commitmentId !== other.commitmentId
    )
      return false;
  }
  return true;
};

/** `gross` more in the bucket of `route`. Nearly always nothing binds and the answer follows from one bucket. */
export const allocate = (book: CommitmentBook, route: readonly Stop[], gross: bigint): Movement => {
  if (gross === 0n) return { lines: [], headline: NOTHING };
  const bucket = bucketOf(book, route);
  return allocateUnbound(book, bucket, gross) ?? allocateFully(book, bucket, gross);
};

/** position(after) less what is recorded, which is position(before) plus what was recorded under earlier terms. */
export const allocateFully = (book: CommitmentBook, bucket: Bucket, gross: bigint): Movement => {
  const others = book.shelves.flat().filter(({ key }) => key !== bucket.key);
  const after = position(book.commitments, [...others, { ...bucket, gross: bucket.gross + gross }]);
  return {
    lines: book.commitments.flatMap((commitment) =>
      differences(commitment, after.accounts.get(commitment.commitmentId) ?? []),
    ),
    headline: minus(plus(book.openingHeadline, after.headline), book.headline),
  };
};

/** Whatever was recorded since the opening is in a bucket, so every account that can have moved is in `after`. */
const differences = (commitment: BookedCommitment, after: Accounts): AllocationLine[] => {
  const { commitmentId, opening, recorded } = commitment;
  const lines: AllocationLine[] = [];
  after.forEach((classes, period) => {
    for (const account of classes) {
      const now = plus(sumsOf(opening, period, account.class), account);
      const moved = minus(now, sumsOf(recorded, period, account.class));
      if (moved.applied !== 0n || moved.overage !== 0n || moved.ineligible !== 0n) {
        lines.push(lineOf(commitmentId, period, account.class, moved));
      }
    }
  });
  return lines.sort(
    (left, right) => left.period - right.period || (left.class < right.class ? -1 : 1),
  );
};

const sumsOf = (accounts: Accounts, period: number, className: string): Sums =>
  accounts[period]?.find((account) => account.class === className) ?? NOTHING;

const lineOf = (
  commitmentId: string,
  period: number,
  className: string,
  { applied, overage, ineligible }: Sums,
): AllocationLine => ({
  commitmentId,
  period,
  class: className,
  applied: formatUnits(applied),
  overage: formatUnits(overage),
  ineligible: formatUnits(ineligible),
});

/**
 * The same answer as `allocateFully` (a property says so) where one commitment takes the whole charge and none of its
 * limits binds, before or after: nothing else can move then. Null where that is not certain.
 */
export const allocateUnbound = (
  book: CommitmentBook,
  bucket: Bucket,
  gross: bigint,
): Movement | null => {
  const stop = soleTaker(book, bucket.route);
  if (!stop) return null;
  const eligible =
    stop.fraction === WHOLE
      ? gross
      : eligiblePart(bucket.gross + gross, stop.fraction) -
        eligiblePart(bucket.gross, stop.fraction);
  const commitment = book.commitments.find(
    ({ commitmentId }) => commitmentId === stop.commitmentId,
  )!;
  if (stop.fraction > 0n && !hasRoom(commitment, stop, eligible)) return null;
  const headline = { applied: eligible, overage: 0n, ineligible: gross - eligible };
  return {
    lines: [lineOf(stop.commitmentId, stop.period, stop.class, headline)],
    headline,
  };
};

/** The only stop that can take anything of a charge, as long as nothing binds there. */
const soleTaker = (book: CommitmentBook, route: readonly Stop[]): Stop | null => {
  const eligible = route.filter(({ fraction }) => fraction > 0n);
  if (eligible.length === 0) return route[0]!;
  if (eligible.length === 1) return eligible[0]!;
  const tiers = eligible.map(
    (stop) => book.commitments.find(({ commitmentId }) => commitmentId === stop.commitmentId)!.tier,
  );
  const first = Math.min(...tiers);
  const takers = eligible.filter((_, at) => tiers[at] === first);
  // A later tier is offered nothing only where the first takes all.
  return takers.length === 1 && takers[0]!.fraction === WHOLE ? takers[0]! : null;
};

/**
 * Strictly below each limit before (at the limit, something may already have been cut off), and not above it after.
 * Excess that carries forward, and caps over the whole term beside limits per period, are left to the full answer.
 */
const hasRoom = (commitment: BookedCommitment, stop: Stop, eligible: bigint): boolean => {
  const { limits, recorded, terms } = commitment;
  const fits = (used: bigint, limit: bigint): boolean => used < limit && used + eligible <= limit;
  const perPeriod = terms.schedule.mode === 'sum-of-periods';
  if (perPeriod && terms.schedule.excessCarriesForward) return false;
  if (!fits(commitment.applied, limits.total)) return false;
  if (perPeriod) {
    const minimum = limits.minimums[stop.period];
    if (
      minimum === undefined ||
      minimum === null ||
      !fits(appliedIn(recorded, stop.period, null), minimum)
    )
      return false;
  }
  const cap = limits.caps.find((candidate) => candidate.class === stop.class);
  if (!cap) return true;
  if (cap.byPeriod !== null) {
    return fits(appliedIn(recorded, stop.period, stop.class), cap.byPeriod[stop.period]!);
  }
  return !perPeriod && fits(appliedIn(recorded, null, stop.class), cap.overall);
};
