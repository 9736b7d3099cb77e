import type pg from 'pg';
import type { Principal } from '../../access/principal.js';
import type { UsageChannel, UsageEvent } from '../../contract/usage/usage-event.js';
import { toRecordDrawdown } from '../usage-command.js';
import { sealOf, type ParkedPayload } from './parked-seal.js';

/** A usage event that waits, and why. */
export interface ParkableItem {
  readonly event: UsageEvent;
  readonly reason: string;
}

/** Parks each, once. Answers the items whose identity is already waiting with other content: these are not parked. */
export const parkEach = async <Item extends ParkableItem>(
  pool: Pick<pg.Pool, 'query'>,
  principal: Principal,
  items: readonly Item[],
  channel: UsageChannel,
): Promise<readonly Item[]> => {
  const sealed = items.map(({ event }) => {
    const payload = JSON.stringify({ event, actor: principal.name } satisfies ParkedPayload);
    const { digest } = toRecordDrawdown(event, principal);
    const row = { ...event, tenant: principal.tenant, channel, digest, payload };
    return { digest, payload, seal: sealOf(row) };
  });
  const { rows } = await pool.query<{ ordinal: string; held: boolean }>(PARK, [
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
  const heldAt = new Map(rows.map(({ ordinal, held }) => [Number(ordinal) - 1, held]));
  const conflicting = items.filter((_, index) => heldAt.get(index) === true);
  const unseen = items.filter((_, index) => heldAt.get(index) === false);
  if (unseen.length === 0) return conflicting;
  // Parked by somebody else since the statement began, so that it could be neither inserted nor seen: look again.
  return [...conflicting, ...(await parkEach(pool, principal, unseen, channel))];
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
