import type { NetChanges, NetRow } from '../../projections/engine/net-changes.js';
import type { Cell, Column, Projection, TableShape } from '../../projections/engine/projection.js';
import { faultOf, UnstorableCell } from '../../projections/engine/storable.js';
import { sqlText } from '../../projections/engine/sql-cells.js';
import { compareKeys, type SortedRows, type TextRow } from './compare.js';
import type { ReplayStore } from './store.js';

/** More rows than this machine is asked to hold. */
export class TooManyRows extends Error {
  override readonly name = 'TooManyRows';

  constructor(
    readonly projection: string,
    readonly rowsMax: number,
  ) {
    super(`${projection} has more than ${rowsMax} rows, which are not held in memory`);
  }
}

interface Held {
  readonly key: readonly Cell[];
  values: readonly Cell[];
}

/** Rows as they would stand in a table, and refused as it would refuse them. */
export class MemoryStore implements ReplayStore {
  readonly kind = 'memory';
  private readonly tables = new Map<TableShape, Map<string, Held>>();
  private held = 0;

  constructor(private readonly rowsMax: number) {}

  async add({ name, tables }: Projection, changes: NetChanges): Promise<void> {
    const now: (readonly [Map<string, Held>, string, Held])[] = [];
    for (const table of tables) {
      const rows = this.rowsOf(table);
      for (const row of changes.of(table)) {
        const text = JSON.stringify(row.key.map(sqlText));
        now.push([rows, text, merged(table, rows.get(text), row)]);
      }
    }
    // Nothing is refused from here on.
    for (const [rows, text, row] of now) {
      if (!rows.has(text)) this.held += 1;
      rows.set(text, row);
    }
    if (this.held > this.rowsMax) throw new TooManyRows(name, this.rowsMax);
  }

  async *rows(table: TableShape): SortedRows {
    const types = [...table.key, ...table.values];
    const rows = [...this.rowsOf(table).values()].map(({ key, values }): TextRow => {
      const cells = [...key, ...values];
      return types.map((type, at) => storedText(type, cells[at] ?? null));
    });
    yield rows.sort((left, right) => compareKeys(table, left, right));
  }

  private rowsOf(table: TableShape): Map<string, Held> {
    const rows = this.tables.get(table) ?? new Map<string, Held>();
    this.tables.set(table, rows);
    return rows;
  }
}

const merged = (table: TableShape, before: Held | undefined, { key, values }: NetRow): Held => {
  if (before !== undefined && table.kind === 'fact')
    throw new UnstorableCell(
      `${table.name}: the fact ${JSON.stringify(key.map(sqlText))} is there`,
    );
  const sums =
    before === undefined
      ? [...values]
      : values.map((value, at) => (value as bigint) + (before.values[at] as bigint));
  for (const [at, column] of table.values.entries()) {
    const fault = faultOf(column, sums[at] ?? null);
    if (fault !== null) throw new UnstorableCell(`${table.name}.${column.name}: ${fault}`);
  }
  return { key, values: sums };
};

const DECIMALS = 12;

/** As PostgreSQL prints it: numeric(38,12) has all of its decimals. */
const storedText = ({ type }: Column, cell: Cell): string | null => {
  const text = sqlText(cell);
  if (text === null || !type.startsWith('numeric')) return text;
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(DECIMALS, '0')}`;
};
