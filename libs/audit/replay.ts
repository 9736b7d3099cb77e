import type { Pool, PoolClient } from 'pg';
import type { LedgerReader } from '../ledger/ledger.js';
import { readCheckpoints, type Checkpoint } from '../projections/checkpoint.js';
import { continuing } from '../projections/event-source.js';
import { liveGeneration, relationOf, type Generation } from '../projections/generations.js';
import { NetChanges } from '../projections/net-changes.js';
import type { Projection, TableShape } from '../projections/projection.js';
import { skippedPositions } from '../projections/quarantine.js';
import { upsert } from '../projections/upsert.js';

/** A row that is not what the ledger says. `live` or `replayed` is null where the row is missing there. */
export interface Difference {
  readonly table: string;
  readonly key: Readonly<Record<string, string | null>>;
  readonly live: Readonly<Record<string, string | null>> | null;
  readonly replayed: Readonly<Record<string, string | null>> | null;
}

export interface ReplayedProjection {
  readonly name: string;
  readonly version: number;
  readonly ledgerPosition: Readonly<Record<string, number>>;
  /** Entries folded, and rows compared in all tables. */
  readonly entries: number;
  readonly rows: number;
  readonly differences: number;
  /** In the order of the projection's tables, then by key. */
  readonly first: Difference | null;
  /** The chain does not lead to where the view says it is: what is wrong, and null when nothing is. */
  readonly chain: string | null;
}

export interface Replay {
  readonly matches: boolean;
  readonly projections: readonly ReplayedProjection[];
}

export interface ReplayOptions {
  readonly pool: Pool;
  readonly reader: LedgerReader;
  readonly projections: readonly Projection[];
  /** Only this tenant's entries and rows. Default: all. */
  readonly tenant?: string;
  readonly onProgress?: (progress: {
    readonly projection: string;
    readonly folded: number;
    readonly of: number;
  }) => void;
}

const PAGE = 1_000;

/**
 * Folds every event from zero into fresh tables and compares them with the live ones, row by row. The projector may go
 * on meanwhile: what it adds is replayed too, inside the transaction that compares. Memory holds one page of entries;
 * the fresh tables are temporary and go with the connection. Throws when a view is not there.
 */
export const replayAndCompare = async (options: ReplayOptions): Promise<Replay> => {
  const projections: ReplayedProjection[] = [];
  for (const projection of options.projections) projections.push(await replay(options, projection));
  return {
    matches: projections.every(({ differences, chain }) => differences === 0 && chain === null),
    projections,
  };
};

const replay = async (
  options: ReplayOptions,
  projection: Projection,
): Promise<ReplayedProjection> => {
  const client = await options.pool.connect();
  try {
    await client.query('SET default_transaction_read_only = off'); // temporary tables are tables
    for (const table of projection.tables) await client.query(freshTable(table));
    const folding = new Folding(options, projection, client);
    const before = await liveGeneration(client, projection);
    if (!before) throw new Error(`there is no live view ${projection.name} to compare with`);
    await folding.upTo(await readCheckpoints(client, before));
    for (const table of projection.tables) await client.query(`ANALYZE ${fresh(table)}`);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const live = (await liveGeneration(client, projection))!;
    const checkpoints = await readCheckpoints(client, live);
    await folding.upTo(checkpoints);
    const compared = await compare(client, live, options.tenant ?? null);
    return {
      name: projection.name,
      version: projection.version,
      ledgerPosition: Object.fromEntries(
        checkpoints.map(({ shard, position }) => [shard, position]),
      ),
      entries: folding.entries,
      ...compared,
      chain: folding.chainFault(checkpoints),
    };
  } finally {
    // Closing the connection drops its temporary tables, whatever happened.
    client.release(true);
  }
};

const fresh = (table: TableShape): string => `pg_temp.${table.name}`;

const freshTable = (table: TableShape): string => {
  const columns = [...table.key, ...table.values].map(({ name, type }) => `${name} ${type}`);
  const key = table.key.map(({ name }) => name);
  return `CREATE TEMPORARY TABLE ${table.name} (${columns.join(', ')}, PRIMARY KEY (${key.join(', ')}))`;
};

class Folding {
  entries = 0;
  private readonly reached = new Map<
    number,
    { readonly position: number; readonly hash: string }
  >();

  constructor(
    private readonly options: ReplayOptions,
    private readonly projection: Projection,
    private readonly client: PoolClient,
  ) {}

  async upTo(checkpoints: readonly Checkpoint[]): Promise<void> {
    const of = checkpoints.reduce((sum, { position }) => sum + position, 0);
    for (const { shard, position: target } of checkpoints) {
      const skipped = await skippedPositions(this.client, this.projection, shard);
      let at = this.at(shard);
      while (at.position < target) {
        at = await this.page(shard, at, target, skipped);
        this.reached.set(shard, at);
        const folded = [...this.reached.values()].reduce((sum, each) => sum + each.position, 0);
        this.options.onProgress?.({ projection: this.projection.name, folded, of });
      }
    }
  }

  /** The view ends with a hash of the ledger: another one means that it was folded from other entries. */
  chainFault(checkpoints: readonly Checkpoint[]): string | null {
    const wrong = checkpoints.find(({ shard, hash }) => this.at(shard).hash !== hash);
    return wrong
      ? `shard ${wrong.shard}: the view was folded up to ${wrong.hash} at position ${wrong.position}, the ledger has ${this.at(wrong.shard).hash} there`
      : null;
  }

  private at(shard: number): { readonly position: number; readonly hash: string } {
    return this.reached.get(shard) ?? { position: 0, hash: this.options.reader.genesisHash };
  }

  private async page(
    shard: number,
    at: { readonly position: number; readonly hash: string },
    target: number,
    skipped: ReadonlySet<number>,
  ) {
    const { reader, tenant } = this.options;
    const limit = Math.min(PAGE, target - at.position);
    const read = await reader.read(shard, at.position, limit);
    const entries = continuing(read, shard, at.position, at.hash);
    const last = entries.at(-1);
    if (!last) throw new Error(`shard ${shard} ends at ${at.position}, the view at ${target}`);
    const changes = new NetChanges();
    for (const entry of entries) {
      if (skipped.has(entry.position) || (tenant !== undefined && entry.tenant !== tenant))
        continue;
      if (!this.projection.handles.includes(entry.event.type)) continue;
      this.projection.fold(entry, changes);
    }
    for (const table of this.projection.tables) {
      await upsert(this.client, fresh(table), table, changes.of(table));
    }
    this.entries += entries.length;
    return { position: last.position, hash: last.hash };
  }
}

const compare = async (client: PoolClient, live: Generation, tenant: string | null) => {
  let rows = 0;
  let differences = 0;
  let first: Difference | null = null;
  for (const table of live.projection.tables) {
    const { counted, differing } = await countDifferences(client, live, table, tenant);
    rows += counted;
    differences += differing;
    if (differing > 0 && first === null) first = await firstDifference(client, live, table, tenant);
  }
  return { rows, differences, first };
};

/** Live rows beside replayed ones. Keys are never null, so a null key says on which side the row is missing. */
const sideBySide = (live: Generation, table: TableShape): string => {
  const on = table.key.map(({ name }) => `l.${name} = r.${name}`).join(' AND ');
  const side = (relation: string): string =>
    `(SELECT * FROM ${relation} WHERE $1::text IS NULL OR tenant = $1)`;
  return `${side(relationOf(live, table))} l FULL JOIN ${side(fresh(table))} r ON ${on}`;
};

const differs = (table: TableShape): string => {
  const columns = [...table.key, ...table.values].map(({ name }) => name);
  return `(${columns.map((name) => `l.${name}`).join(', ')}) IS DISTINCT FROM (${columns.map((name) => `r.${name}`).join(', ')})`;
};

const countDifferences = async (
  client: PoolClient,
  live: Generation,
  table: TableShape,
  tenant: string | null,
) => {
  const { rows } = await client.query<{ counted: string; differing: string }>(
    `SELECT count(*) AS counted, count(*) FILTER (WHERE ${differs(table)}) AS differing
     FROM ${sideBySide(live, table)}`,
    [tenant],
  );
  return { counted: Number(rows[0]!.counted), differing: Number(rows[0]!.differing) };
};

const firstDifference = async (
  client: PoolClient,
  live: Generation,
  table: TableShape,
  tenant: string | null,
): Promise<Difference> => {
  const columns = [...table.key, ...table.values].map(({ name }) => name);
  const texts = (side: string): string => columns.map((name) => `${side}.${name}::text`).join(', ');
  const order = table.key.map(({ name }) => `coalesce(l.${name}, r.${name})`).join(', ');
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${texts('l')}, ${texts('r')} FROM ${sideBySide(live, table)}
           WHERE ${differs(table)} ORDER BY ${order} LIMIT 1`,
    values: [tenant],
    rowMode: 'array',
  });
  const cells = rows[0]!;
  const named = (from: number, names: readonly string[]) =>
    Object.fromEntries(names.map((name, at) => [name, cells[from + at] ?? null]));
  const isThere = (from: number): boolean => cells[from] !== null;
  const keys = table.key.map(({ name }) => name);
  return {
    table: table.name,
    key: named(isThere(0) ? 0 : columns.length, keys),
    live: isThere(0) ? named(0, columns) : null,
    replayed: isThere(columns.length) ? named(columns.length, columns) : null,
  };
};
