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
