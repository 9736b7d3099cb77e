import type { Pool } from 'pg';
import { onlyRow, type SqlClient } from '../../ledger/postgres/sql-client.js';

/** The right to evaluate. `epoch` grows with every holder, so that an old one can be told from a new one. */
export interface Lease {
  readonly epoch: string;
}

/** Another process evaluates by now: nothing of this one counts any more. */
export class LeaseLost extends Error {}

/** The lease of the one evaluator, in ledger.alert_evaluator. Time is the database's: processes' clocks never meet. */
export class EvaluatorLease {
  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly owner: string,
    private readonly leaseMs: number,
  ) {}

  /** Null: somebody has it, and was heard of in time. */
  async take(): Promise<Lease | null> {
    const { rows } = await this.pool.query<Lease>(
      `UPDATE ledger.alert_evaluator
       SET owner = $1, epoch = epoch + 1, lease_until = ${UNTIL}
       WHERE lease_until IS NULL OR lease_until < clock_timestamp()
       RETURNING epoch::text`,
      [this.owner, this.leaseMs],
    );
    return rows[0] ?? null;
  }

  /** False: it is somebody else's. */
  async renew({ epoch }: Lease): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE ledger.alert_evaluator SET lease_until = ${UNTIL} WHERE owner = $1 AND epoch = $3`,
      [this.owner, this.leaseMs, epoch],
    );
    return rowCount === 1;
  }

  /** For whoever looks next. */
  async release({ epoch }: Lease): Promise<void> {
    await this.pool.query(
      `UPDATE ledger.alert_evaluator SET owner = NULL, lease_until = NULL
       WHERE owner = $1 AND epoch = $2`,
      [this.owner, epoch],
    );
  }
}

const UNTIL = `clock_timestamp() + $2::double precision * interval '1 millisecond'`;

/** Locks the row of the evaluator until the transaction ends. Answers the last number given. @throws LeaseLost. */
export const lockNumbers = async (client: SqlClient, { epoch }: Lease): Promise<number> => {
  const { rows } = await client.query<{ last: string; epoch: string }>(
    'SELECT last_number::text AS last, epoch::text FROM ledger.alert_evaluator FOR UPDATE',
  );
  const row = onlyRow(rows);
  if (row.epoch !== epoch) throw new LeaseLost();
  return Number(row.last);
};

/** Within the same transaction. */
export const noteNumber = async (client: SqlClient, last: number): Promise<void> => {
  await client.query('UPDATE ledger.alert_evaluator SET last_number = $1', [last]);
};
