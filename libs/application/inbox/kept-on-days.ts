import type pg from 'pg';
import { parseInstant, type Instant } from '../../domain/instant.js';
import type { KeptUsage } from './kept-rows.js';
import { listKept, type KeptCursor, type KeptFilter } from './kept-usage.js';

/** Business time: from the one instant on, and before the other. */
export interface EffectiveWindow {
  readonly effectiveFrom?: Instant | undefined;
  readonly effectiveBefore?: Instant | undefined;
}

export interface KeptPage {
  readonly items: readonly KeptUsage[];
  /** Where the next page begins. Null: this was the last. */
  readonly next: KeptCursor | null;
  /** The page is not full, and more may follow: so much was looked through that the rest is a question of its own. */
  readonly isStopped: boolean;
}

const CHUNK = 500;
const CHUNKS_MAX = 20;

/**
 * What is kept of this time. Only what came says when it happened, and it may say anything: what does not say it is of no
 * time, and is left out where one is asked for.
 */
export const listKeptOf = async (
  pool: Pick<pg.Pool, 'query'>,
  filter: KeptFilter & EffectiveWindow,
  cursor: KeptCursor | null,
  limit: number,
): Promise<KeptPage> => {
  if (filter.effectiveFrom === undefined && filter.effectiveBefore === undefined)
    return { ...(await listKept(pool, filter, cursor, limit)), isStopped: false };
  const items: KeptUsage[] = [];
  let at = cursor;
  for (let chunk = 0; chunk < CHUNKS_MAX; chunk += 1) {
    const looked = await listKept(pool, filter, at, CHUNK);
    items.push(...looked.items.filter((item) => isWithin(item, filter)));
    if (items.length > limit) {
      const page = items.slice(0, limit);
      return { items: page, next: placeOf(page.at(-1)), isStopped: false };
    }
    at = looked.next;
    if (at === null) return { items, next: null, isStopped: false };
  }
  return { items, next: at, isStopped: true };
};

const isWithin = (
  { effectiveAt }: KeptUsage,
  { effectiveFrom, effectiveBefore }: EffectiveWindow,
): boolean => {
  const at = effectiveAt === null ? null : parseInstant(effectiveAt);
  if (at === null || at < (effectiveFrom ?? '')) return false;
  return effectiveBefore === undefined || at < effectiveBefore;
};

const placeOf = (item: KeptUsage | undefined): KeptCursor | null => {
  if (item === undefined) return null;
  const { refusal, firstSeen: at, source, id } = item;
  if (refusal !== null) return { of: 'refused', refusal };
  return source === null || id === null ? null : { of: 'parked', at, source, id };
};
