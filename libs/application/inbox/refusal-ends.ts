import type pg from 'pg';
import { fingerprintOf, problemsText, type RefusalChannel } from './refusals.js';
import type { ItemProblem } from '../../contract/usage/usage-event.js';

/** Ends a refusal, once. `actor`: who tried it, null where its letter came again. False: it had ended before. */
export const settleRefusal = async (
  pool: Pick<pg.Pool, 'query'>,
  refusal: number,
  settledAs: 'recorded' | 'duplicate' | 'discarded',
  actor: string | null,
  reason: string | null = null,
): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `WITH ended AS (
       UPDATE ledger.refused SET settled_as = $2 WHERE refusal = $1 AND settled_as IS NULL RETURNING *
     )
     INSERT INTO ledger.usage_history (tenant, source, event_id, refusal, step, channel, code, actor, reason)
     SELECT tenant, source, reference, refusal, $2, channel, code, $3, $4
       FROM ended`,
    [refusal, settledAs, actor, reason],
  );
  return rowCount === 1;
};

/** Tried again, and refused for the same reason. `actor`: as above. */
export const tellRetried = async (
  pool: Pick<pg.Pool, 'query'>,
  refusal: number,
  code: string,
  actor: string | null,
): Promise<void> => {
  await pool.query(
    `WITH seen AS (
       UPDATE ledger.refused SET last_seen = clock_timestamp() WHERE refusal = $1 RETURNING *
     )
     INSERT INTO ledger.usage_history (tenant, source, event_id, refusal, step, channel, code, actor)
     SELECT tenant, source, reference, refusal, 'retried', channel, $2, $3 FROM seen`,
    [refusal, code, actor],
  );
};

interface Line {
  readonly channel: RefusalChannel;
  readonly tenant: string | null;
  readonly source: string | null;
  readonly reference: string | null;
  readonly digest: string | null;
  readonly letterDigest: string | null;
  readonly actor: string | null;
  readonly payload: string | null;
}

/**
 * Tried again, and refused for another reason: the line of the old one ends, and one with the new reason goes on in its
 * place, with all that came until now. False: it had ended before.
 */
export const refuseAnew = async (
  pool: Pick<pg.Pool, 'query'>,
  refusal: number,
  problems: readonly ItemProblem[],
  actor: string | null,
): Promise<boolean> => {
  const { rows } = await pool.query<Line>(
    `SELECT channel, tenant, source, reference, encode(payload_digest, 'hex') AS digest,
            encode(letter_digest, 'hex') AS "letterDigest", actor, payload
       FROM ledger.refused WHERE refusal = $1`,
    [refusal],
  );
  const [line] = rows;
  const [problem] = problems;
  if (line === undefined || problem === undefined) return false;
  const fingerprint = fingerprintOf(
    line.channel,
    { ...line, id: line.reference, problem },
    { text: line.payload, encoding: 'utf-8', truncated: false },
  );
  const { rowCount } = await pool.query(ANEW, [
    ...[refusal, problem.code, problem.pointer, problemsText(problems), fingerprint, actor],
  ]);
  return rowCount === 1;
};

const ANEW = `
  WITH ended AS (
    UPDATE ledger.refused SET settled_as = 'refused' WHERE refusal = $1 AND settled_as IS NULL RETURNING *
  ), told AS (
    INSERT INTO ledger.usage_history (tenant, source, event_id, refusal, step, channel, code, actor)
    SELECT tenant, source, reference, refusal, 'retried', channel, $2, $6 FROM ended
  )
  INSERT INTO ledger.refused AS line
         (channel, tenant, source, reference, code, pointer, problems, fingerprint, payload_digest, agreement, actor,
          payload, encoding, truncated, letter_digest, times, last_seen, parked_at, parked_for, attempts)
  SELECT channel, tenant, source, reference, $2, $3, $4, decode($5, 'hex'), payload_digest, agreement, actor, payload,
         encoding, truncated, letter_digest, times, clock_timestamp(), parked_at, parked_for, attempts
    FROM ended
  ON CONFLICT (fingerprint) WHERE settled_as IS NULL DO UPDATE
     SET times = line.times + excluded.times, last_seen = excluded.last_seen`;
