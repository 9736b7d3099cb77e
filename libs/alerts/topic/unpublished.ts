import type { Pool } from 'pg';
import type { AlertMessage } from '../../contract/messages/alert-messages.js';
import { onlyRow } from '../../ledger/postgres/sql-client.js';
import type { Lease } from '../record/lease.js';

/** The last number that is known to be in the topic. */
export const publishedTo = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ published: string }>(
    'SELECT published::text FROM ledger.alert_evaluator',
  );
  return Number(onlyRow(rows).published);
};

interface Row extends Omit<AlertMessage, 'number' | 'at'> {
  readonly number: string;
}

/** The messages after a number, in their order. */
export const messagesAfter = async (
  pool: Pool,
  number: number,
  limit: number,
): Promise<readonly AlertMessage[]> => {
  const { rows } = await pool.query<Row>(
    `SELECT m.number::text, m.tenant, m.id, m.state, a.rule_id AS "ruleId", a.subject, m.body
     FROM ledger.alert_message m JOIN ledger.alert a ON a.number = m.alert
     WHERE m.number > $1 ORDER BY m.number LIMIT $2`,
    [number, limit],
  );
  return rows.map((row) => ({
    ...row,
    number: Number(row.number),
    at: (JSON.parse(row.body) as { readonly timestamp: string }).timestamp,
  }));
};

/** False: another process evaluates and publishes by now, or somebody has moved it. */
export const notePublished = async (
  pool: Pool,
  { epoch }: Lease,
  from: number,
  to: number,
): Promise<boolean> => {
  const { rowCount } = await pool.query(
    'UPDATE ledger.alert_evaluator SET published = $3 WHERE epoch = $1 AND published = $2',
    [epoch, from, to],
  );
  return rowCount === 1;
};
