import type { MovedStream, ShardRange } from '../ledger/ledger.js';
import type { Interest, Subject } from './interest.js';
import type { BehindNews, EntryNews, ViewNews } from './news.js';
import type { Place, Positions } from './place.js';

type Said =
  | { readonly name: 'entry'; readonly data: EntryNews }
  | { readonly name: 'view'; readonly data: ViewNews }
  | { readonly name: 'behind'; readonly data: BehindNews };

/** What is told, to whom of a tenant, and the place where those are then. */
export type Told = Said & {
  readonly tenant: string;
  readonly place: Place;
  isFor(interest: Interest): boolean;
};

/** So many who want to be told the same. */
export interface Audience {
  readonly interest: Interest;
  readonly readers: number;
}

export interface Limits {
  /** Entries at a time, of all tenants. */
  readonly entries: number;
  /** The same, each counted as often as it is told. */
  readonly deliveries: number;
  /** Positions that are looked through. */
  readonly positions: number;
  /** Agreements and parties of a tenant whose moves are told one by one. */
  readonly subjects: number;
}

/** From where to where it is told, and why not one by one where it is too much. */
export interface Span {
  readonly from: Place;
  readonly to: Place;
  readonly reason: BehindNews['reason'];
  readonly limits: Limits;
}

/** Of any, or of neither an agreement nor a party. */
export const NOBODY: Subject = { agreementId: null, partyId: null };

/** What was appended to a shard in between, of streams that somebody wants to know of. */
export interface MovedIn {
  readonly range: ShardRange;
  readonly streams: readonly MovedStream[];
}

export const rangesBetween = (from: Positions, to: Positions): readonly ShardRange[] =>
  to.flatMap((upTo, shard) => {
    const after = from[shard] ?? 0;
    return after < upTo ? [{ shard, after, upTo }] : [];
  });

/** `shard:position`, with commas, as `minPosition` takes it. */
export const upToText = (ranges: readonly ShardRange[]): string =>
  ranges.map(({ shard, upTo }) => `${shard}:${upTo}`).join();

export const afterText = (ranges: readonly ShardRange[]): string =>
  ranges.map(({ shard, after }) => `${shard}:${after}`).join();
