import type { Pool } from 'pg';
import { backOff } from '../../waiting/back-off.js';
import type { Outgoing, SendResult } from './send.js';

/** A delivery in hand: nobody else takes it until its time is over. */
export interface Claimed extends Outgoing {
  readonly tenant: string;
  readonly endpointId: string;
  readonly number: string;
  readonly attempts: number;
}

/** A try takes 15 s at most. One whose process died is tried again after this. */
const CLAIM_MS = 30_000;
/** 5 s after the first failure, doubling up to six hours: the sixteenth try is some thirty hours after the first. */
const BACK_OFF = { firstMs: 5_000, maxMs: 6 * 60 * 60_000 } as const;
const TRIES_MAX = 16;

/**
 * Takes up to `limit` deliveries that are due. What is about the same rule and subject goes to an endpoint in order: that
 * it is resolved is not told before that it fires.
 */
export const claimDue = async (pool: Pool, limit: number): Promise<readonly Claimed[]> => {
  const { rows } = await pool.query<Claimed>(
    `WITH due AS (
       SELECT d.tenant, d.endpoint_id, d.number FROM ledger.alert_delivery d
       WHERE d.state = 'pending' AND d.next_try <= clock_timestamp() AND NOT EXISTS (
         SELECT FROM ledger.alert_delivery e
         WHERE e.tenant = d.tenant AND e.endpoint_id = d.endpoint_id AND e.about = d.about
           AND e.state = 'pending' AND e.number < d.number)
       ORDER BY d.next_try LIMIT $1 FOR UPDATE SKIP LOCKED),
     taken AS (
       UPDATE ledger.alert_delivery d
       SET attempts = d.attempts + 1, last_try = clock_timestamp(), next_try = ${inMs('$2')}
       FROM due WHERE d.tenant = due.tenant AND d.endpoint_id = due.endpoint_id AND d.number = due.number
       RETURNING d.tenant, d.endpoint_id, d.number, d.attempts)
     SELECT t.tenant, t.endpoint_id AS "endpointId", t.number::text, t.attempts, p.url, s.secret, m.id, m.body
     FROM taken t
     JOIN ledger.alert_endpoint p USING (tenant, endpoint_id)
     JOIN ledger.alert_secret s USING (tenant, endpoint_id)
     JOIN ledger.alert_message m USING (number)
     ORDER BY t.number`,
    [limit, CLAIM_MS],
  );
  return rows;
};

/** What became of a try. Of one that somebody else has taken since, nothing is noted. */
export const noteResult = async (
  pool: Pool,
  { tenant, endpointId, number, attempts }: Claimed,
  { isDelivered, status, reason }: SendResult,
): Promise<void> => {
  const state = isDelivered ? 'delivered' : attempts >= TRIES_MAX ? 'dead' : 'pending';
  await pool.query(
    `UPDATE ledger.alert_delivery
     SET state = $5, status = $6, reason = $7, next_try = ${inMs('$8')}
     WHERE tenant = $1 AND endpoint_id = $2 AND number = $3 AND attempts = $4 AND state = 'pending'`,
    [tenant, endpointId, number, attempts, state, status, reason, backOff(attempts, BACK_OFF)],
  );
};

const inMs = (ms: string): string =>
  `clock_timestamp() + ${ms}::double precision * interval '1 millisecond'`;
