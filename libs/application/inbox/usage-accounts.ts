import type pg from 'pg';
import { displayInstant } from '../../domain/instant.js';
import type { UsageAccountsAnswer, UsageTotalsAnswer } from '../../contract/usage/answers.js';
import type { UsageChannel } from '../../contract/usage/usage-event.js';
import { present } from '../../domain/present.js';

type Counted = 'recorded' | 'duplicate';

/**
 * Counts what leaves no line where it could be counted: what was recorded or was there. Written at once, together with
 * what else came in the meantime, and awaited by nobody who waits for an answer: a process that is killed may leave out
 * of the counts what it did in its last moment, never out of the ledger.
 */
export class UsageCounter {
  private pending = new Map<string, Record<Counted, number>>();
  private writing: Promise<void> | null = null;

  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  count(tenant: string, channel: UsageChannel, outcome: Counted, count: number): void {
    const key = JSON.stringify([tenant, channel]);
    const counts = this.pending.get(key) ?? { recorded: 0, duplicate: 0 };
    counts[outcome] += count;
    this.pending.set(key, counts);
    this.writing ??= this.write().finally(() => (this.writing = null));
  }

  /** Everything counted before is written, unless the database is away. */
  async settled(): Promise<void> {
    await this.writing;
    if (this.pending.size === 0) return;
    this.writing ??= this.write().finally(() => (this.writing = null));
    await this.writing;
  }

  private async write(): Promise<void> {
    while (this.pending.size > 0) {
      const batch = this.pending;
      this.pending = new Map();
      try {
        await this.add(batch);
      } catch {
        // With the next that are counted: what they stand for is recorded, and must not fail for its count.
        for (const [key, { recorded, duplicate }] of batch) {
          const counts = this.pending.get(key) ?? { recorded: 0, duplicate: 0 };
          counts.recorded += recorded;
          counts.duplicate += duplicate;
          this.pending.set(key, counts);
        }
        return;
      }
    }
  }

  private async add(batch: ReadonlyMap<string, Record<Counted, number>>): Promise<void> {
    const sorted = [...batch].sort(([left], [right]) => (left < right ? -1 : 1));
    const keys = sorted.map(([key]) => JSON.parse(key) as [string, string]);
    const counts = sorted.map(([, each]) => each);
    await this.pool.query(
      `INSERT INTO ledger.usage_count AS c (tenant, channel, slot, came, recorded, duplicate)
       SELECT tenant, channel, pg_backend_pid() % 16, recorded + duplicate, recorded, duplicate
         FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS i (tenant, channel, recorded, duplicate)
       ON CONFLICT (tenant, channel, slot) DO UPDATE
          SET came = c.came + excluded.came, recorded = c.recorded + excluded.recorded,
              duplicate = c.duplicate + excluded.duplicate`,
      [
        keys.map(([tenant]) => tenant),
        keys.map(([, channel]) => channel),
        counts.map(({ recorded }) => recorded),
        counts.map(({ duplicate }) => duplicate),
      ],
    );
  }
}

interface CountRow extends UsageTotalsAnswer {
  readonly channel: string;
  readonly since: string | null;
}

/**
 * How much usage of a tenant came, channel by channel, and what became of it: of one moment. Null: of nobody, as far as
 * it could be read whose it was.
 */
export const usageAccounts = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string | null,
): Promise<UsageAccountsAnswer> => {
  const { rows } = await pool.query<Record<string, string | null>>(ACCOUNTS, [tenant ?? '']);
  const counts = rows.map((row): CountRow => ({
    channel: present(row['channel'], 'channel of a count'),
    since: row['since'] ?? null,
    in: Number(row['came']),
    recorded: Number(row['recorded']),
    duplicate: Number(row['duplicate']),
    parked: Number(row['parked']),
    refused: Number(row['refused']),
    discarded: Number(row['discarded']),
  }));
  const sum = (name: keyof UsageTotalsAnswer): number =>
    counts.reduce((total, row) => total + row[name], 0);
  const since = counts.flatMap((row) => row.since ?? []).sort()[0];
  return {
    since: since === undefined ? null : displayInstant(since),
    channels: counts.map(({ since: _, ...row }) => row),
    total: {
      in: sum('in'),
      recorded: sum('recorded'),
      duplicate: sum('duplicate'),
      parked: sum('parked'),
      refused: sum('refused'),
      discarded: sum('discarded'),
    },
    addsUp: counts.every(
      ({ in: came, recorded, duplicate, parked, refused, discarded }) =>
        came === recorded + duplicate + parked + refused + discarded,
    ),
  };
};

/** A refusal that was cured by trying it again counts as what it became; its repeats were duplicates of that. */
const ACCOUNTS = `
  WITH counted AS (
    SELECT channel, sum(came) AS came, sum(recorded) AS recorded, sum(duplicate) AS duplicate, min(since) AS since
      FROM ledger.usage_count WHERE tenant = $1 AND channel <> 'kafka-commands' GROUP BY 1
  ), waiting AS (
    SELECT channel, count(*) AS parked FROM ledger.parked WHERE tenant = $1 GROUP BY 1
  ), refusal AS (
    SELECT channel,
           sum(times) FILTER (WHERE settled_as IS NULL) AS refused,
           sum(times) FILTER (WHERE settled_as = 'discarded') AS discarded,
           count(*) FILTER (WHERE settled_as = 'recorded') AS recorded,
           sum(times - 1) FILTER (WHERE settled_as = 'recorded') AS repeated,
           sum(times) FILTER (WHERE settled_as = 'duplicate') AS duplicate
      FROM ledger.refused WHERE (tenant = $1 OR ($1 = '' AND tenant IS NULL)) AND channel <> 'kafka-commands' GROUP BY 1
  )
  SELECT channel, coalesce(c.came, 0) AS came,
         coalesce(c.recorded, 0) + coalesce(r.recorded, 0) AS recorded,
         coalesce(c.duplicate, 0) + coalesce(r.duplicate, 0) + coalesce(r.repeated, 0) AS duplicate,
         coalesce(w.parked, 0) AS parked, coalesce(r.refused, 0) AS refused, coalesce(r.discarded, 0) AS discarded,
         to_char(c.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS since
    FROM counted c FULL JOIN waiting w USING (channel) FULL JOIN refusal r USING (channel)
   ORDER BY channel`;
