import type { ItemProblem } from '../contract/usage/usage-event.js';

/** What is told of one row, or line, that was refused. */
export interface RefusedRow {
  /** Line of the imported file where the row starts. */
  readonly line: number;
  /** Column of a CSV file, or JSON pointer into a line of NDJSON. */
  readonly column: string | null;
  readonly code: string;
  readonly value: string | null;
  readonly message: string;
}

/** Problems of a usage event as those of the row that it was made of. */
export const refusedRows = (
  line: number,
  problems: readonly ItemProblem[],
): readonly RefusedRow[] =>
  problems.map(({ code, pointer, message }) => ({
    ...{ line, column: pointer === '' ? null : pointer, code, value: null, message },
  }));

export const rowProblem = ({ code, column, message }: RefusedRow): ItemProblem => ({
  ...{ code, pointer: column ?? '', message },
});
