import type { FocusColumn } from './columns.js';

/** What is wrong with one row: it is refused, the rows around it are not. */
export interface RowProblem {
  readonly kind: 'problem';
  /** Line of the (uncompressed) file where the row starts; the header is line 1. */
  readonly line: number;
  readonly column: string | null;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly value: string | null;
  readonly message: string;
  /** Where the row as a whole cannot be read: its cells, as they came. */
  readonly cells?: readonly string[];
}

/** Worth a word, and no reason to refuse anything. */
export interface FocusRemark {
  readonly line: number;
  /** `misspelt-column`: nothing reads it. `repeated-header`: files that were joined; no row. */
  readonly code: 'misspelt-column' | 'repeated-header';
  readonly message: string;
}

/** The file as a whole cannot be read, or not beyond `line`. */
export class FocusFileRefused extends Error {
  constructor(
    readonly code: string,
    readonly line: number | null,
    readonly column: string | null,
    message: string,
  ) {
    super(message);
    this.name = 'FocusFileRefused';
  }
}

/** Where each known column stands in the file's rows, -1 where it is missing. */
export type Layout = ReadonlyMap<FocusColumn, readonly number[]>;

const NULL_TOKENS: ReadonlySet<string> = new Set(['', 'NULL', 'null', 'Null']);

/** Real files write null as `NULL`, as nothing, or as both in one row. */
const nullable = (text: string | undefined): string | null =>
  text === undefined || NULL_TOKENS.has(text) ? null : text;

/** One charge row, as written. `text` answers null for null and for a column that the file does not have. */
export interface FocusRow {
  readonly kind: 'row';
  readonly line: number;
  text(column: FocusColumn): string | null;
  /** All that the row says, by column, as JSON: for whoever has to see what was refused. */
  json(): string;
}

export class CsvRow implements FocusRow {
  readonly kind = 'row';

  constructor(
    readonly line: number,
    private readonly layout: Layout,
    private readonly cells: readonly string[],
  ) {}

  text(column: FocusColumn): string | null {
    for (const index of this.layout.get(column) ?? []) {
      const value = nullable(this.cells[index]);
      if (value !== null) return value;
    }
    return null;
  }

  json(): string {
    return jsonOf(this, this.layout.keys());
  }
}

const jsonOf = (row: Pick<FocusRow, 'text'>, columns: Iterable<FocusColumn>): string => {
  const said = [...columns].flatMap((column) => {
    const value = row.text(column);
    return value === null ? [] : [[column, value]];
  });
  return JSON.stringify(Object.fromEntries(said));
};

/** A row from named values: for tests, and for sources that are not CSV. */
export const rowOf = (
  values: Readonly<Partial<Record<FocusColumn, string>>>,
  line = 2,
): FocusRow => {
  const text = (column: FocusColumn): string | null => nullable(values[column]);
  return {
    kind: 'row',
    line,
    text,
    json: () => jsonOf({ text }, Object.keys(values) as FocusColumn[]),
  };
};
