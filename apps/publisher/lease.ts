import type { Pool } from 'pg';
import type { ChainPoint } from '../../libs/ledger/ledger.js';
import { onlyRow } from '../../libs/ledger/postgres/sql-client.js';

/** The right to publish one shard. `epoch` grows with every new holder, so an old one can be told from a new one. */
export interface Lease {
  readonly shard: number;
  readonly epoch: number;
  /** Everything up to here was acknowledged by the topic when the lease was taken. */
  readonly checkpoint: ChainPoint;
}

interface LeaseRow {
  readonly shard: number;
  readonly epoch: string;
  readonly position: string;
  readonly hash: string | null;
}

/** Leases and checkpoints in ledger.relay_checkpoint. Time is the database's: processes' clocks never meet. */
export class RelayLeases {
  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly owner: string,
    private readonly leaseMs: number,
    private readonly genesisHash: string,
  ) {}

  async prepare(shardCount: number): Promise<void> {
    await this.pool.query(
      `INSERT INTO ledger.relay_checkpoint (shard)
       SELECT generate_series(0, $1::integer - 1) ON CONFLICT DO NOTHING`,
      [shardCount],
    );
    await this.pool.query(
      `DELETE FROM ledger.relay_member WHERE seen_until < clock_timestamp() - interval '1 hour'`,
    );
  }

  /** Says that this process is alive. Answers how many are, itself included. */
  async beat(): Promise<number> {
    await this.pool.query(
      `INSERT INTO ledger.relay_member (owner, seen_until) VALUES ($1, ${UNTIL('$2')})
       ON CONFLICT (owner) DO UPDATE SET seen_until = excluded.seen_until`,
      [this.owner, this.leaseMs],
    );
    const { rows } = await this.pool.query<{ members: number }>(
      `SELECT count(*)::integer AS members FROM ledger.relay_member
       WHERE seen_until > clock_timestamp()`,
    );
    return onlyRow(rows).members;
  }

  /** Takes up to `count` shards that nobody holds, or whose holder was not heard of in time. */
  async take(count: number): Promise<readonly Lease[]> {
    const { rows } = await this.pool.query<LeaseRow>(
      `UPDATE ledger.relay_checkpoint c
       SET owner = $1, lease_epoch = c.lease_epoch + 1, lease_until = ${UNTIL('$2')}
       FROM (SELECT shard FROM ledger.relay_checkpoint
             WHERE lease_until IS NULL OR lease_until < clock_timestamp()
             ORDER BY shard LIMIT $3 FOR UPDATE SKIP LOCKED) free
       WHERE c.shard = free.shard
       RETURNING c.shard, c.lease_epoch AS epoch, c.position, encode(c.hash, 'hex') AS hash`,
      [this.owner, this.leaseMs, count],
    );
    return rows.map((row) => ({
      shard: row.shard,
      epoch: Number(row.epoch),
      checkpoint: { position: Number(row.position), hash: row.hash ?? this.genesisHash },
    }));
  }

  /** The shards of `held` that are still ours, with their time extended. */
  async renew(held: readonly Lease[]): Promise<ReadonlySet<number>> {
    if (held.length === 0) return new Set();
    const { rows } = await this.pool.query<{ shard: number }>(
      `UPDATE ledger.relay_checkpoint c SET lease_until = ${UNTIL('$2')}
       FROM unnest($3::integer[], $4::bigint[]) AS held (shard, epoch)
       WHERE c.shard = held.shard AND c.lease_epoch = held.epoch AND c.owner = $1
       RETURNING c.shard`,
      [
        this.owner,
        this.leaseMs,
        held.map(({ shard }) => shard),
        held.map(({ epoch }) => String(epoch)),
      ],
    );
    return new Set(rows.map(({ shard }) => shard));
  }

  /** Compare-and-set. False: the lease is somebody else's by now, and nothing may be concluded from what was sent. */
  async move({ shard, epoch }: Lease, from: ChainPoint, to: ChainPoint): Promise<boolean> {
    const { rowCount } = await this.pool.query({
      name: 'relay-move',
      text: `UPDATE ledger.relay_checkpoint
       SET position = $4, hash = decode($5, 'hex'), lease_until = ${UNTIL('$6')}
       WHERE shard = $1 AND owner = $2 AND lease_epoch = $3 AND position = $7`,
      values: [shard, this.owner, epoch, to.position, to.hash, this.leaseMs, from.position],
    });
    return rowCount === 1;
  }

  /** Frees the shard for the publisher that looks next. */
  async release({ shard, epoch }: Lease): Promise<void> {
    await this.pool.query(
      `UPDATE ledger.relay_checkpoint SET owner = NULL, lease_until = NULL
       WHERE shard = $1 AND owner = $2 AND lease_epoch = $3`,
      [shard, this.owner, epoch],
    );
  }

  async leave(): Promise<void> {
    await this.pool.query('DELETE FROM ledger.relay_member WHERE owner = $1', [this.owner]);
  }
}

const UNTIL = (ms: string): string =>
  `clock_timestamp() + ${ms}::double precision * interval '1 millisecond'`;
