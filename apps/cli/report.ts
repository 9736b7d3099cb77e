import { SKIPPED_EVENTS_TOLD } from '../../libs/projections/asking/question.js';
import type { Seen } from '../../libs/projections/asking/seen.js';
import { count, plural } from './format.js';
import { layOut } from './lay-out.js';
import { style, type Paper, type Table } from './table.js';
import { wrapped } from './text-width.js';

/** One answer, ready for people (headline, tables, notes), for programs (`answer`) and for spreadsheets (`records`). */
export interface Report {
  /** One sentence that says what the tables show. */
  readonly headline: string;
  readonly tables: readonly Table[];
  /** Short sentences below the tables. */
  readonly notes: readonly string[];
  /** The answer as the API gives it. */
  readonly answer: unknown;
  /** Exact values, one table. */
  readonly records: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number | null)[])[];
  };
  readonly seen: Seen | null;
}

export const OUTPUT_FORMATS = ['table', 'json', 'csv'] as const;
export type Format = (typeof OUTPUT_FORMATS)[number];

/** `1 skipped event (0:4104)`: what an answer or a view lacks. */
export const skippedText = ({
  skipped,
  skippedEvents,
}: Pick<Seen, 'skipped' | 'skippedEvents'>): string => {
  const more = skipped > skippedEvents.length ? ', …' : '';
  return `${plural(skipped, 'skipped event')} (${skippedEvents.join(', ')}${more})`;
};

/** A note below an answer that lacks entries, and so is wrong by them. */
export const incompleteText = (seen: Pick<Seen, 'skipped' | 'skippedEvents'>): string =>
  `INCOMPLETE: without ${skippedText(seen)}.`;

/** `as of 2026-11-21, everything recorded; shard 0 at 120, 1 at 7; up to date`. */
const seenText = (seen: Seen): string => {
  const known = seen.knownAt === null ? 'everything recorded' : `as known at ${seen.knownAt}`;
  const positions = Object.entries(seen.ledgerPosition)
    .map(([shard, position]) => `${shard}:${position}`)
    .join(' ');
  const lag = seen.lag === 0 ? 'up to date' : `${count(seen.lag)} events behind the ledger`;
  return `As of ${seen.asOf}, ${known} · ledger position ${positions} · ${lag}`;
};

const ROUNDED =
  'Amounts are rounded one by one, so a total can differ by a cent; --json and --format csv are exact.';

const COMPACT = 'M million, B billion, T trillion, rounded; --exact shows all digits.';

const roundingNote = (report: Report, paper: Paper, isCompact: boolean): string[] => {
  if (isCompact) return [COMPACT];
  const hasTotal = report.tables.some(({ total }) => total !== undefined);
  return hasTotal && paper.exact !== true ? [ROUNDED] : [];
};

const asTable = (report: Report, paper: Paper): string => {
  const line = (text: string): string => wrapped(text, paper.width);
  const tables = report.tables.map((table) => layOut(table, paper));
  const parts = [style(paper, 'bold', line(report.headline)), ...tables.map(({ text }) => text)];
  const isCompact = tables.some((table) => table.isCompact);
  const below = [...report.notes, ...roundingNote(report, paper, isCompact)].map(line);
  if (report.seen) {
    const lagging = report.seen.lag > 0;
    if (report.seen.skipped > 0)
      below.push(style(paper, 'yellow', line(incompleteText(report.seen))));
    below.push(style(paper, lagging ? 'yellow' : 'dim', line(seenText(report.seen))));
  }
  if (below.length > 0) parts.push(below.join('\n'));
  return `${parts.join('\n\n')}\n`;
};

const NEEDS_QUOTES = /[",\r\n]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * Where a spreadsheet would begin a formula, full-width forms included: at the start of a cell, and of a line within it,
 * because a spreadsheet that expects another delimiter does not see the quotes and takes that line for a row.
 */
const FORMULA = /(?<=^|[\r\n])(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/g;

/** A cell of a CSV file; what a spreadsheet would run as a formula gets an apostrophe in front. Numbers stay numbers. */
export const csvCell = (value: string | number | null): string => {
  if (value === null) return '';
  const text = String(value);
  const safe = NUMBER.test(text) ? text : text.replace(FORMULA, "'");
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export const csvLine = (cells: readonly (string | number | null)[]): string =>
  `${cells.map(csvCell).join(',')}\n`;

/**
 * What several answers have seen, side by side with the answer that they were listed by: they lack what any of them lacks.
 * With more than what one answer names, it is at least so many.
 */
export const seenTogether = (listed: Seen, answers: readonly Seen[]): Seen => {
  const all = [listed, ...answers];
  const events = [...new Set(all.flatMap(({ skippedEvents }) => skippedEvents))];
  return {
    ...(answers[0] ?? listed),
    skipped: Math.max(events.length, ...all.map(({ skipped }) => skipped)),
    skippedEvents: events.slice(0, SKIPPED_EVENTS_TOLD),
  };
};

/** A file of rows has no footer: each row of an answer says what the answer lacks. */
const SKIPPED_COLUMNS = ['skipped', 'skippedEvents'];

const skippedCells = (seen: Seen | null): (string | number)[] =>
  seen === null ? [] : [seen.skipped, seen.skippedEvents.join(' ')];

export const render = (report: Report, format: Format, paper: Paper): string => {
  switch (format) {
    case 'table':
      return asTable(report, paper);
    case 'json':
      return `${JSON.stringify(report.answer, null, 2)}\n`;
    case 'csv':
      return [
        [...report.records.columns, ...(report.seen ? SKIPPED_COLUMNS : [])],
        ...report.records.rows.map((row) => [...row, ...skippedCells(report.seen)]),
      ]
        .map(csvLine)
        .join('');
  }
};
