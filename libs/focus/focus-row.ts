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
export const nullable = (text: string | undefined): string | null =>
  text === undefined || NULL_TOKENS.has(text) ? null : text;

/** One charge row, as written. `text` answers null for null and for a column that the file does not have. */
export interface FocusRow {
  readonly kind: 'row';
  readonly line: number;
  text(column: FocusColumn): string | null;
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
}

/** A row from named values: for tests, and for sources that are not CSV. */
export const rowOf = (
  values: Readonly<Partial<Record<FocusColumn, string>>>,
  line = 2,
): FocusRow => ({
  kind: 'row',
  line,
  text: (column) => nullable(values[column]),
});
