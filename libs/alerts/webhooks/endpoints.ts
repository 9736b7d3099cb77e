import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { inTransaction } from '../../projections/engine/transaction.js';

/** So many that are sent to: each alert is a delivery to every one of them. */
const ENDPOINTS_MAX = 20;

export interface NewEndpoint {
  readonly tenant: string;
  readonly endpointId: string;
  readonly url: string;
  readonly by: string;
}

/** The secret of the new endpoint, or why there is none. */
export type Registered =
  | { readonly outcome: 'registered'; readonly secret: string }
  | { readonly outcome: 'endpoint-already-registered' | 'endpoints-too-many' };

/** Standard Webhooks: 24 to 64 bytes, told with this prefix. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Whoever did not get the answer asks again at once, and not next week. */
const REPEATED_WITHIN = "interval '1 day'";

/**
 * Alerts from now on are sent to it. An id is never used again. The same request of the same key within a day is a repeat, and
 * gets the same answer, the secret too: the first may never have arrived.
 */
export const registerEndpoint = (
  pool: Pool,
  { tenant, endpointId, url, by }: NewEndpoint,
): Promise<Registered> =>
  inTransaction(pool, 'BEGIN', async (client) => {
    // One registration of a tenant at a time, so that the limit is one.
    await client.query(
      `SELECT pg_advisory_xact_lock(hashtextextended('alert-endpoints ' || $1, 0))`,
      [tenant],
    );
    const { rows } = await client.query<EndpointRow>(
      `SELECT e.endpoint_id AS id, e.retired_at IS NULL AS active, s.secret,
              e.url = $2 AND e.registered_by = $3
                AND e.registered_at > clock_timestamp() - ${REPEATED_WITHIN} AS repeated
       FROM ledger.alert_endpoint e LEFT JOIN ledger.alert_secret s USING (tenant, endpoint_id)
       WHERE e.tenant = $1`,
      [tenant, url, by],
    );
    const there = rows.find(({ id }) => id === endpointId);
    if (there?.repeated && there.secret !== null)
      return { outcome: 'registered', secret: there.secret };
    if (there !== undefined) return { outcome: 'endpoint-already-registered' };
    if (rows.filter(({ active }) => active).length >= ENDPOINTS_MAX)
      return { outcome: 'endpoints-too-many' };
    const secret = newSecret();
    await client.query(
      `INSERT INTO ledger.alert_endpoint (tenant, endpoint_id, url, registered_by) VALUES ($1, $2, $3, $4)`,
      [tenant, endpointId, url, by],
    );
    await client.query(
      'INSERT INTO ledger.alert_secret (tenant, endpoint_id, secret) VALUES ($1, $2, $3)',
      [tenant, endpointId, secret],
    );
    return { outcome: 'registered', secret };
  });

interface EndpointRow {
  readonly id: string;
  readonly active: boolean;
  /** Null: it was retired. */
  readonly secret: string | null;
  /** By the same key, for the same URL, within a day. */
  readonly repeated: boolean;
}

export interface EndpointRetired extends Omit<NewEndpoint, 'url'> {
  readonly reason: string;
}

/** Nothing more is sent to it: what is still to be delivered is given up, and its secret is gone. False: there is none. */
export const retireEndpoint = (
  pool: Pool,
  { tenant, endpointId, by, reason }: EndpointRetired,
): Promise<boolean> =>
  inTransaction(pool, 'BEGIN', async (client) => {
    const of = [tenant, endpointId];
    const { rowCount } = await client.query(
      'SELECT FROM ledger.alert_endpoint WHERE tenant = $1 AND endpoint_id = $2 FOR UPDATE',
      of,
    );
    if (rowCount === 0) return false;
    await client.query(
      `UPDATE ledger.alert_endpoint SET retired_at = clock_timestamp(), retired_by = $3, retired_because = $4
       WHERE tenant = $1 AND endpoint_id = $2 AND retired_at IS NULL`,
      [...of, by, reason],
    );
    await client.query(
      'DELETE FROM ledger.alert_secret WHERE tenant = $1 AND endpoint_id = $2',
      of,
    );
    await client.query(
      `UPDATE ledger.alert_delivery SET state = 'dead', reason = 'the endpoint was retired'
       WHERE tenant = $1 AND endpoint_id = $2 AND state = 'pending'`,
      of,
    );
    return true;
  });

export interface Replayed {
  readonly queued: number;
  /** Null: that was all. */
  readonly next: number | null;
}

const REPLAY_MAX = 1_000;

/**
 * Sends again what the tenant was told, from a number on: to an endpoint that lost it, or was not there yet. Null: there is
 * none that is sent to.
 */
export const replay = (
  pool: Pool,
  tenant: string,
  endpointId: string,
  from: number,
): Promise<Replayed | null> =>
  inTransaction(pool, 'BEGIN', async (client) => {
    const { rowCount } = await client.query(
      `SELECT FROM ledger.alert_endpoint
       WHERE tenant = $1 AND endpoint_id = $2 AND retired_at IS NULL FOR SHARE`,
      [tenant, endpointId],
    );
    if (rowCount === 0) return null;
    const { rows } = await client.query<{ number: string }>(
      `SELECT number::text FROM ledger.alert_message WHERE tenant = $1 AND number >= $2
       ORDER BY number LIMIT $3`,
      [tenant, from, REPLAY_MAX + 1],
    );
    const numbers = rows.map(({ number }) => number);
    const queued = numbers.slice(0, REPLAY_MAX);
    await client.query(
      `INSERT INTO ledger.alert_delivery (tenant, endpoint_id, number, about)
       SELECT a.tenant, $2, m.number, a.rule_id || ' ' || a.subject
       FROM ledger.alert_message m JOIN ledger.alert a ON a.number = m.alert
       WHERE m.tenant = $1 AND m.number = ANY ($3::bigint[])
       ON CONFLICT (tenant, endpoint_id, number) DO UPDATE
       SET state = 'pending', attempts = 0, next_try = clock_timestamp(), reason = NULL, status = NULL`,
      [tenant, endpointId, queued],
    );
    const next = numbers[REPLAY_MAX];
    return { queued: queued.length, next: next === undefined ? null : Number(next) };
  });
