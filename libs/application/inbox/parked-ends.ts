import type pg from 'pg';
import {
  fingerprintOf,
  kept,
  keptPayload,
  problemsText,
  type RefusalRecord,
  type RefusalChannel,
} from './refusals.js';
import type { ParkedKey } from './usage-inbox.js';

export type Became = 'recorded' | 'duplicate';

/** Usage that is now in the ledger leaves `parked`, is told to history and counted, in one statement. */
export const settleParked = async (
  pool: Pick<pg.Pool, 'query'>,
  { tenant, source, id }: ParkedKey,
  became: Became,
  actor: string | null,
): Promise<void> => {
  await pool.query(
    `WITH settled AS (
       DELETE FROM ledger.parked WHERE tenant = $1 AND source = $2 AND event_id = $3 RETURNING *
     ), told AS (
       INSERT INTO ledger.usage_history (tenant, source, event_id, step, channel, code, actor, attempts)
       SELECT tenant, source, event_id, $4, channel, reason, $5, attempts + 1 FROM settled
     )
     INSERT INTO ledger.usage_count AS c (tenant, channel, slot, recorded, duplicate)
     SELECT tenant, channel, pg_backend_pid() % 16, ($4 = 'recorded')::integer, ($4 = 'duplicate')::integer
       FROM settled
     ON CONFLICT (tenant, channel, slot) DO UPDATE
        SET recorded = c.recorded + excluded.recorded, duplicate = c.duplicate + excluded.duplicate`,
    [tenant, source, id, became, actor],
  );
};

export interface EndOptions {
  /** The row as it was found, where it is not what was parked. */
  readonly altered?: string;
  /** Who gave it up, and why. */
  readonly discarded?: { readonly actor: string; readonly reason: string };
}

/**
 * Will not be recorded: from `parked` to `refused`, with when and why it was parked and how often it was tried. The
 * number of its refusal; null: somebody else has settled it, and nothing was put on record.
 */
export const endParked = async (
  pool: Pick<pg.Pool, 'query'>,
  key: ParkedKey,
  channel: RefusalChannel,
  refusal: RefusalRecord,
  { altered, discarded }: EndOptions = {},
): Promise<number | null> => {
  const payload = keptPayload(refusal);
  const fingerprint = discarded ? null : fingerprintOf(channel, refusal, payload);
  const { rows } = await pool.query<{ refusal: string }>(END, [
    ...[key.tenant, key.source, key.id],
    ...[channel, refusal.tenant, refusal.source, refusal.id, refusal.problem.code],
    kept(refusal.problem.pointer),
    refusal.digest,
    fingerprint,
    ...[refusal.agreement ?? null, refusal.actor ?? null],
    problemsText(refusal.problems ?? [refusal.problem]),
    ...[payload.text, payload.encoding, payload.truncated, altered ?? null],
    ...[discarded?.actor ?? null, discarded?.reason ?? null],
  ]);
  return rows[0] === undefined ? null : Number(rows[0].refusal);
};

const END = `
  WITH settled AS (
    DELETE FROM ledger.parked WHERE tenant = $1 AND source = $2 AND event_id = $3 RETURNING *
  ), ended AS (
    INSERT INTO ledger.refused AS line
           (channel, tenant, source, reference, code, pointer, payload_digest, fingerprint, agreement, actor, problems,
            payload, encoding, truncated, altered, settled_as, last_seen, parked_at, parked_for, attempts)
    SELECT $4, $5, $6, $7, $8, $9, decode($10, 'hex'), decode($11, 'hex'), $12, $13, $14, $15, $16, $17::boolean, $18,
           CASE WHEN $19::text IS NOT NULL THEN 'discarded' END, clock_timestamp(), first_seen, reason,
           attempts + CASE WHEN $19::text IS NULL THEN 1 ELSE 0 END
      FROM settled
    ON CONFLICT (fingerprint) WHERE settled_as IS NULL DO UPDATE
       SET times = line.times + 1, last_seen = excluded.last_seen
    RETURNING refusal, tenant, source, reference, channel, code
  ), told AS (
    INSERT INTO ledger.usage_history (tenant, source, event_id, refusal, step, channel, code, actor, reason)
    SELECT tenant, source, reference, refusal, 'discarded', channel, code, $19, $20 FROM ended
     WHERE $19::text IS NOT NULL
  )
  SELECT refusal FROM ended`;
