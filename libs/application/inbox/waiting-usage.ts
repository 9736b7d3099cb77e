import type pg from 'pg';

/** Parked usage, as people are shown it. */
export interface WaitingItem {
  readonly source: string;
  readonly id: string;
  readonly agreement: string;
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly since: string;
  readonly attempts: number;
}

/** How much of a tenant is parked, for which agreements, and the oldest of it. */
export const waitingUsage = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  limit: number,
): Promise<{
  readonly count: number;
  readonly agreements: readonly string[];
  readonly items: readonly WaitingItem[];
}> => {
  const { rows: agreements } = await pool.query<{ agreement: string; count: string }>(
    'SELECT agreement, count(*) AS count FROM ledger.parked WHERE tenant = $1 GROUP BY 1 ORDER BY 1',
    [tenant],
  );
  const { rows: items } = await pool.query<WaitingItem>(
    `SELECT source, event_id AS id, agreement, reason, attempts,
            to_char(first_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
       FROM ledger.parked WHERE tenant = $1 ORDER BY first_seen, source, event_id LIMIT $2`,
    [tenant, limit],
  );
  return {
    count: agreements.reduce((sum, { count }) => sum + Number(count), 0),
    agreements: agreements.map(({ agreement }) => agreement),
    items,
  };
};
