import type { PoolClient } from 'pg';
import type { NetChanges } from '../../projections/engine/net-changes.js';
import type { Projection, TableShape } from '../../projections/engine/projection.js';
import { upsertOf } from '../../projections/engine/upsert.js';
import type { SortedRows, TextRow } from './compare.js';
import type { ReplayStore } from './store.js';

/** Temporary tables: they go with the connection. Writing to them is allowed where a transaction is read only. */
export class TemporaryStore implements ReplayStore {
  readonly kind = 'temporary-tables';

  private constructor(private readonly client: PoolClient) {}

  static async open(
    client: PoolClient,
    projections: readonly Projection[],
  ): Promise<TemporaryStore> {
    for (const { tables } of projections)
      for (const table of tables) await client.query(temporaryTable(table));
    return new TemporaryStore(client);
  }

  async add({ tables }: Projection, changes: NetChanges): Promise<void> {
    const named = tables.map((table) => ({
      relation: temporary(table),
      table,
      rows: changes.of(table),
    }));
    const statement = upsertOf(named);
    if (statement === null) return;
    // One statement is all or nothing; within a transaction it takes a savepoint to go on after it failed.
    await this.client.query('SAVEPOINT adding');
    try {
      await this.client.query(statement);
      await this.client.query('RELEASE SAVEPOINT adding');
    } catch (error) {
      await this.client.query('ROLLBACK TO SAVEPOINT adding');
      throw error;
    }
  }

  rows(table: TableShape): SortedRows {
    return sortedRows(this.client, temporary(table), table, null);
  }
}

const temporary = (table: TableShape): string => `pg_temp.${table.name}`;

const temporaryTable = (table: TableShape): string => {
  const columns = [...table.key, ...table.values].map(({ name, type }) => `${name} ${type}`);
  const key = table.key.map(({ name }) => name);
  return `CREATE TEMPORARY TABLE ${table.name} (${columns.join(', ')}, PRIMARY KEY (${key.join(', ')}))`;
};

const ROWS_PER_FETCH = 2_000;

/** The rows of a relation of the table's shape, as text, in the order of its key. In a transaction, through a cursor. */
export async function* sortedRows(
  client: PoolClient,
  relation: string,
  { key, values }: TableShape,
  tenant: string | null,
): AsyncGenerator<readonly TextRow[]> {
  const cursor = `replay_${relation.replace(/\W/g, '_')}`.slice(0, 63);
  const columns = [...key, ...values].map(({ name }) => `${name}::text`);
  const order = key.map(({ name }) => `side.${name}`);
  await client.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT ${columns.join(', ')} FROM ${relation} AS side
     ${tenant === null ? '' : `WHERE tenant = ${client.escapeLiteral(tenant)}`} ORDER BY ${order.join(', ')}`,
  );
  for (;;) {
    const { rows } = await client.query<(string | null)[]>({
      text: `FETCH ${ROWS_PER_FETCH} FROM ${cursor}`,
      rowMode: 'array',
    });
    if (rows.length === 0) break;
    yield rows;
  }
  await client.query(`CLOSE ${cursor}`);
}
