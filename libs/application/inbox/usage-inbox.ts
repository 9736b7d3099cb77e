import type pg from 'pg';
import { openParked, sealOf, type FoundRow, type ParkedPayload } from './parked-seal.js';
import { endParked, settleParked, type Became } from './parked-ends.js';
import type { Principal } from '../../access/principal.js';
import { recordRefusals, type Refusal } from './refusals.js';
import { refusalOf, refusalOfAltered } from './refusal-of.js';
import { retriedLetters, type RetriedLetter } from './retried-letters.js';
import { UsageCounter } from './usage-accounts.js';
import { toRecordDrawdown } from '../usage-command.js';
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

/** Of one agreement, one by its identity, or whatever is due. */
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

  constructor(private readonly pool: pg.Pool) {
    this.counter = new UsageCounter(pool);
  }

  /**
   * Idempotent: the same identity stays parked once, with what was sent first. Returns the indexes of items whose
   * identity is already waiting with other content: these are not parked.
   */
  async park(
    principal: Principal,
    items: readonly { readonly event: UsageEvent; readonly reason: string }[],
    channel: UsageChannel = 'http',
  ): Promise<ReadonlySet<number>> {
    const sealed = items.map(({ event }) => {
      const payload = JSON.stringify({ event, actor: principal.name } satisfies ParkedPayload);
      const { digest } = toRecordDrawdown(event, principal);
      const row = { ...event, tenant: principal.tenant, channel, digest, payload };
      return { digest, payload, seal: sealOf(row) };
    });
    const { rows } = await this.pool.query<{ ordinal: string; held: boolean }>(PARK, [
      principal.tenant,
      items.map(({ event }) => event.source),
      items.map(({ event }) => event.id),
      items.map(({ event }) => event.agreement),
      items.map(({ reason }) => reason),
      sealed.map(({ payload }) => payload),
      sealed.map(({ digest }) => Buffer.from(digest, 'hex')),
      sealed.map(({ seal }) => Buffer.from(seal, 'hex')),
      channel,
      principal.name,
    ]);
    const at = (held: boolean): number[] =>
      rows.filter((row) => row.held === held).map(({ ordinal }) => Number(ordinal) - 1);
    const unseen = at(false);
    if (unseen.length === 0) return new Set(at(true));
    // Parked by somebody else since the statement began, so that it could be neither inserted nor seen: look again.
    const again = await this.park(
      principal,
      unseen.map((index) => items[index]!),
      channel,
    );
    return new Set([...at(true), ...[...again].map((index) => unseen[index]!)]);
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
    const refusal = refusalOf(principal.tenant, event, problems, principal.name);
    return (await endParked(this.pool, keyOf(principal.tenant, event), channel, refusal)) !== null;
  }

  /** Not recorded, because it is not what was parked: refused, with both texts. False: it is gone already. */
  async refuseAltered({ row, differs }: NonNullable<ParkedItem['altered']>): Promise<boolean> {
    const { refusal, channel, altered } = refusalOfAltered(row, differs);
    const key = { tenant: row.tenant, source: row.source, id: row.id };
    return (await endParked(this.pool, key, channel, refusal, { altered })) !== null;
  }

  /** It is in the ledger: no longer waiting. `actor`: who tried it, null for a sweep. */
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

  /** With the next sweep, however often it was postponed. */
  async makeDue(tenant: string, event: UsageEvent): Promise<void> {
    await this.pool.query(
      `UPDATE ledger.parked SET next_try = clock_timestamp()
        WHERE tenant = $1 AND source = $2 AND event_id = $3`,
      [tenant, event.source, event.id],
    );
  }

  async refuse(channel: UsageChannel, refusals: readonly Refusal[]): Promise<void> {
    await recordRefusals(this.pool, channel, refusals);
  }

  /** Dead letters that were sent again, and became this: true for those whose refusal is settled by it. */
  async settleLetters(letters: readonly RetriedLetter[]): Promise<readonly boolean[]> {
    return retriedLetters(this.pool, letters);
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

/**
 * What is parked is told to history in the same statement, with its content. What comes again while it waits is a
 * duplicate; what waits with other content is left to be refused, and counted there.
 */
const PARK = `
  WITH item AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bytea[])
           WITH ORDINALITY AS i (source, event_id, agreement, reason, payload, digest, seal, ordinal)
  ), inserted AS (
    INSERT INTO ledger.parked
           (tenant, source, event_id, agreement, reason, payload, digest, seal, channel, arrival)
    SELECT DISTINCT ON (source, event_id) $1, source, event_id, agreement, reason, payload, digest, seal, $9,
           nextval('ledger.usage_history_entry')
      FROM item ORDER BY source, event_id, ordinal
    ON CONFLICT DO NOTHING
    RETURNING source, event_id, digest, arrival, reason, payload, seal, first_seen
  ), told AS (
    INSERT INTO ledger.usage_history
           (entry, at, tenant, source, event_id, step, channel, code, actor, payload, seal)
    SELECT arrival, first_seen, $1, source, event_id, 'parked', $9, reason, $10, payload, seal FROM inserted
  ), looked AS (
    SELECT item.ordinal, item.digest, coalesce(inserted.digest, earlier.digest) AS held
      FROM item
      LEFT JOIN inserted USING (source, event_id)
      LEFT JOIN ledger.parked AS earlier
             ON earlier.tenant = $1 AND earlier.source = item.source AND earlier.event_id = item.event_id
  ), counted AS (
    INSERT INTO ledger.usage_count AS c (tenant, channel, slot, came, duplicate)
    SELECT $1, $9, pg_backend_pid() % 16, count(*), count(*) - (SELECT count(*) FROM inserted)
      FROM looked WHERE held = digest HAVING count(*) > 0
    ON CONFLICT (tenant, channel, slot) DO UPDATE
       SET came = c.came + excluded.came, duplicate = c.duplicate + excluded.duplicate
  )
  SELECT ordinal, held IS NOT NULL AS held FROM looked WHERE held IS DISTINCT FROM digest`;
