import type { RefusedRow } from './refused-row.js';

/** Why rows were refused: rows with the same code in the same column are one reason. */
export interface Reason {
  readonly code: string;
  readonly column: string | null;
  readonly rows: number;
  /** The line where the reason was met first, and what was said there. */
  readonly line: number;
  readonly message: string;
}

/** Kinds that are kept apart. A file that is damaged in more ways needs no longer list. */
const KINDS_MAX = 1_000;

export class Reasons {
  private readonly byKind = new Map<string, Reason>();
  /** Problems of kinds beyond those that are kept apart. */
  private others = 0;

  add({ line, column, code, message }: RefusedRow): void {
    const kind = `${code}\u0000${column ?? ''}`;
    const known = this.byKind.get(kind);
    if (known !== undefined) this.byKind.set(kind, { ...known, rows: known.rows + 1 });
    else if (this.byKind.size < KINDS_MAX)
      this.byKind.set(kind, { code, column, rows: 1, line, message });
    else this.others += 1;
  }

  /** Reasons, the most frequent first, then in the order of the file. */
  get all(): readonly Reason[] {
    return [...this.byKind.values()].sort(
      (left, right) => right.rows - left.rows || left.line - right.line,
    );
  }

  get isComplete(): boolean {
    return this.others === 0;
  }
}
