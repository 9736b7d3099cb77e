import type pg from 'pg';
import type { AlteredItem } from '../observer.js';
import { parkEach, type ParkableItem } from './park.js';
import { openParked, type FoundRow } from './parked-seal.js';
import { endParked, settleParked, type Became } from './parked-ends.js';
import type { Principal } from '../../access/principal.js';
import type { RefusalRecord, RefusalChannel } from './refusals.js';
import { refusedUsage, refusedAltered } from './refused-usage.js';
import { recordLetters, settleLetter, type LetterKey } from './retried-letters.js';
import { UsageCounter } from './usage-accounts.js';
import type { ItemProblem, UsageChannel, UsageEvent } from '../../contract/usage/usage-event.js';

export interface ParkedKey {
  readonly tenant: string;
  readonly source: string;
  readonly id: string;
}

export interface ParkedItem {
  readonly event: UsageEvent;
  readonly principal: Principal;
  readonly channel: UsageChannel;
  /**
   * The row is not what was parked: by these columns. Then `event` is only what the row says now, and must not be
   * recorded.
   */
  readonly altered: { readonly differs: readonly string[]; readonly row: FoundRow } | null;
  /** Pass the last one back to read on. */
  readonly cursor: string;
}

/** Parked usage of one agreement, one event by its identity, or whatever is due. */
export type ParkedFilter =
  { readonly tenant: string; readonly agreement: string } | ParkedKey | 'due';

interface FoundColumns {
  readonly tenant: string;
  readonly source: string;
  readonly event_id: string;
  readonly agreement: string;
  readonly channel: string;
  readonly digest: string;
  readonly payload: string;
  readonly seal: string | null;
  readonly arrival: string | null;
  readonly original: FoundRow['original'];
}

/**
 * What came in and is not in the ledger: usage that waits for its agreement (`parked`), and a record of what was
 * refused and why (`refused`). With these, in = recorded + duplicate + parked + refused + discarded can be checked per
 * channel.
 */
export class UsageInbox {
  readonly counter: UsageCounter;

  constructor(
    private readonly pool: pg.Pool,
    private readonly onAltered: (item: AlteredItem) => void = () => undefined,
  ) {
    this.counter = new UsageCounter(pool);
  }

  /**
   * Idempotent: the same identity stays parked once, with what was sent first. Answers the items that are not parked,
   * because their identity waits with other content. A row that was altered is no such content: it is refused, and what
   * came takes its place.
   */
  async park<Item extends ParkableItem>(
    principal: Principal,
    items: readonly Item[],
    channel: UsageChannel,
  ): Promise<readonly Item[]> {
    const conflicting = await parkEach(this.pool, principal, items, channel);
    const [held, freed]: [Item[], Item[]] = [[], []];
    for (const item of conflicting) {
      const { source, id } = item.event;
      const [there] = await this.parked({ tenant: principal.tenant, source, id }, null, 1);
      const isFree = there === undefined || (await this.refuseAltered(there));
      (isFree ? freed : held).push(item);
    }
    if (freed.length === 0) return held;
    return [...held, ...(await parkEach(this.pool, principal, freed, channel))];
  }

  async parked(
    filter: ParkedFilter,
    after: string | null,
    limit: number,
  ): Promise<readonly ParkedItem[]> {
    const [afterTenant, afterSource, afterId] = after
      ? (JSON.parse(after) as [string, string, string])
      : ['', '', ''];
    const [where, asked] = whereOf(filter);
    const { rows } = await this.pool.query<FoundColumns>(
      `SELECT p.tenant, p.source, p.event_id, p.agreement, p.channel, encode(p.digest, 'hex') AS digest, p.payload,
              encode(p.seal, 'hex') AS seal, p.arrival,
              CASE WHEN h.entry IS NOT NULL THEN json_build_object(
                'tenant', h.tenant, 'source', h.source, 'id', h.event_id, 'channel', h.channel, 'payload', h.payload,
                'seal', encode(h.seal, 'hex')) END AS original
         FROM ledger.parked p
         LEFT JOIN ledger.usage_history h ON h.entry = p.arrival AND h.step = 'parked'
        WHERE ${where} AND (p.tenant, p.source, p.event_id) > ($1, $2, $3)
        ORDER BY p.tenant, p.source, p.event_id LIMIT $4`,
      [afterTenant, afterSource, afterId, limit, ...asked],
    );
    return rows.map(toItem);
  }

  /** Refused for good: no longer waiting. False: somebody else has settled it, and nothing was put on record. */
  async refuseParked(
    { event, principal, channel }: ParkedItem,
    problems: readonly ItemProblem[],
  ): Promise<boolean> {
    const refusal = refusedUsage(principal.tenant, event, problems, principal.name);
    return (await endParked(this.pool, keyOf(principal.tenant, event), channel, refusal)) !== null;
  }

  /**
   * A row that is not what was parked is refused, with both texts, instead of recorded. False: it is what was parked, or
   * gone already.
   */
  async refuseAltered({ event: { source, id }, altered: found }: ParkedItem): Promise<boolean> {
    if (found === null) return false;
    const { row, differs } = found;
    const { refusal, channel, altered } = refusedAltered(row, differs);
    const key = { tenant: row.tenant, source: row.source, id: row.id };
    if ((await endParked(this.pool, key, channel, refusal, { altered })) === null) return false;
    this.onAltered({ source, id, differs });
    return true;
  }

  /** Usage that is in the ledger waits no longer. `actor`: who tried it, null for a sweep. */
  async settle(
    tenant: string,
    event: UsageEvent,
    became: Became = 'recorded',
    actor: string | null = null,
  ): Promise<void> {
    await settleParked(this.pool, keyOf(tenant, event), became, actor);
  }

  /** Still no agreement: try again later, at most once an hour. */
  async postpone(tenant: string, event: UsageEvent, reason: string | null = null): Promise<void> {
    await this.pool.query(
      `UPDATE ledger.parked
          SET attempts = attempts + 1, reason = coalesce($4, reason),
              next_try = clock_timestamp() + least(interval '1 hour', 2 * (clock_timestamp() - first_seen) + interval '5 seconds')
        WHERE tenant = $1 AND source = $2 AND event_id = $3`,
      [tenant, event.source, event.id, reason],
    );
  }

  /** Parked usage is tried with the next sweep, however often it was postponed. */
  async makeDue(tenant: string, event: UsageEvent): Promise<void> {
    await this.pool.query(
      `UPDATE ledger.parked SET next_try = clock_timestamp()
        WHERE tenant = $1 AND source = $2 AND event_id = $3`,
      [tenant, event.source, event.id],
    );
  }

  /** Puts each refusal on record; a dead letter that is refused again, having been sent again, is no new arrival. */
  async refuse(channel: RefusalChannel, refusals: readonly RefusalRecord[]): Promise<void> {
    if (refusals.length > 0) await recordLetters(this.pool, channel, refusals);
  }

  /** A dead letter that was sent again is in the ledger. True: its refusal was on record, and is settled by it. */
  async settleLetter(letter: LetterKey, became: Became): Promise<boolean> {
    return settleLetter(this.pool, letter, became);
  }
}

const keyOf = (tenant: string, { source, id }: Pick<UsageEvent, 'source' | 'id'>): ParkedKey => ({
  tenant,
  source,
  id,
});

const whereOf = (filter: ParkedFilter): readonly [string, readonly string[]] => {
  if (filter === 'due') return ['p.next_try <= clock_timestamp()', []];
  return 'agreement' in filter
    ? ['p.tenant = $5 AND p.agreement = $6', [filter.tenant, filter.agreement]]
    : [
        'p.tenant = $5 AND p.source = $6 AND p.event_id = $7',
        [filter.tenant, filter.source, filter.id],
      ];
};

const toItem = ({ event_id: id, ...columns }: FoundColumns): ParkedItem => {
  const row: FoundRow = { id, ...columns };
  const opened = openParked(row);
  const { tenant, source, agreement } = row;
  const named = { source, id, agreement, effectiveAt: '', currency: '' };
  const { event, actor } =
    opened.kind === 'sound' ? opened.payload : { event: named, actor: 'unknown' };
  return {
    event,
    principal: { tenant, name: actor, role: 'poster' },
    channel: row.channel as UsageChannel,
    altered: opened.kind === 'sound' ? null : { differs: opened.differs, row },
    cursor: JSON.stringify([tenant, source, id]),
  };
};
