import {
  FOCUS_COLUMNS,
  namesOf,
  REQUIRED_COLUMNS,
  UNREAD_COLUMNS,
  type FocusColumn,
} from './columns.js';
import { FocusFileRefused, type Layout } from './focus-row.js';

const KNOWN_NAMES: ReadonlyMap<string, string> = new Map(
  FOCUS_COLUMNS.flatMap((column) => namesOf(column).map((name) => [plain(name), name] as const)),
);

const UNREAD_NAMES: ReadonlyMap<string, string> = new Map(
  UNREAD_COLUMNS.map((name) => [plain(name), name]),
);

function plain(name: string): string {
  return name.replace(/[\s_-]/g, '').toLowerCase();
}

/** The header row to a layout. Refuses the file when a column that matters is missing, twice there, or misspelt. */
export const readHeader = (cells: readonly string[], line = 1): Layout => {
  const refuse = (code: string, column: string | null, message: string): never => {
    throw new FocusFileRefused(code, line, column, message);
  };
  const only = cells[0] ?? '';
  const delimiter = [';', '\t', '|'].find((candidate) => only.includes(candidate));
  if (cells.length === 1 && delimiter !== undefined) {
    refuse(
      'wrong-delimiter',
      null,
      `columns are separated by ${JSON.stringify(delimiter)}; FOCUS files use a comma`,
    );
  }
  const seen = new Set<string>();
  for (const name of cells) {
    const meant = KNOWN_NAMES.get(plain(name));
    if (meant === undefined) continue;
    if (seen.has(meant)) refuse('duplicate-column', meant, `the column ${meant} is there twice`);
    if (meant !== name) {
      refuse('misspelt-column', name, `the column ${JSON.stringify(name)} must be called ${meant}`);
    }
    seen.add(meant);
  }
  for (const column of REQUIRED_COLUMNS) {
    if (namesOf(column).some((name) => seen.has(name))) continue;
    const hint = cells.length === 1 ? '; is this a FOCUS file with a header line?' : '';
    refuse(
      'missing-column',
      column,
      `the column ${namesOf(column).join(' or ')} is missing${hint}`,
    );
  }
  return new Map<FocusColumn, readonly number[]>(
    FOCUS_COLUMNS.map((column) => [
      column,
      namesOf(column)
        .map((name) => cells.indexOf(name))
        .filter((index) => index >= 0),
    ]),
  );
};

/** Column names that are not quite FOCUS's, of columns that nothing here reads: no reason to refuse anything. */
export const misspeltUnread = (
  cells: readonly string[],
): readonly { readonly written: string; readonly meant: string }[] =>
  cells.flatMap((written) => {
    const meant = UNREAD_NAMES.get(plain(written));
    return meant === undefined || meant === written ? [] : [{ written, meant }];
  });

/** A header line among the rows: files that were joined. No charge has the name of a column as its cost. */
export const isHeader = (cells: readonly string[]): boolean =>
  cells.includes('BilledCost') && cells.includes('ChargeCategory');
