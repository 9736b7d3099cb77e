import CliTable from 'cli-table3';
import { stripVTControlCharacters, styleText } from 'node:util';
import { printable } from './format.js';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** When the terminal is narrow, columns with the highest number go first; 0 (default): never. */
  readonly drop?: number;
}

export interface Table {
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** Printed below a rule, in bold. */
  readonly total?: readonly string[];
}

export interface Paper {
  readonly width: number;
  readonly color: boolean;
}

const GAP = 2;

export const style = (
  paper: Paper,
  format: Parameters<typeof styleText>[0],
  text: string,
): string => (paper.color ? styleText(format, text, { validateStream: false }) : text);

const widthOf = (text: string): number =>
  Math.max(...text.split('\n').map((line) => [...stripVTControlCharacters(line)].length));

const columnWidths = (table: Table): number[] =>
  table.columns.map((column, at) =>
    Math.max(
      widthOf(column.title),
      ...[...table.rows, ...(table.total ? [table.total] : [])].map((row) =>
        widthOf(row[at] ?? ''),
      ),
    ),
  );

/** The table without the columns that do not fit. */
const fitted = (table: Table, width: number): Table => {
  const widths = columnWidths(table);
  const needed = widths.reduce((sum, each) => sum + each + GAP, 1 - GAP);
  const worst = Math.max(0, ...table.columns.map(({ drop = 0 }) => drop));
  if (needed <= width || worst === 0) return table;
  const at = table.columns.findIndex(({ drop = 0 }) => drop === worst);
  const without = <Item>(items: readonly Item[]): Item[] =>
    items.filter((_, index) => index !== at);
  const narrower: Table = {
    ...table,
    columns: without(table.columns),
    rows: table.rows.map(without),
    ...(table.total ? { total: without(table.total) } : {}),
  };
  return fitted(narrower, width);
};

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

/** Plain columns, a rule below the heading and above the total. Never wider than the paper where it can be helped. */
export const renderTable = (whole: Table, paper: Paper): string => {
  const table = fitted(whole, paper.width);
  const left = whole.columns.filter((column) => !table.columns.includes(column));
  const widths = columnWidths(table);
  const drawn = new CliTable({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: table.columns.map(({ align }) => align),
    colWidths: widths,
  });
  const rule = widths.map((width) => style(paper, 'dim', '─'.repeat(width)));
  drawn.push(table.columns.map(({ title }) => style(paper, 'bold', title)));
  drawn.push(rule);
  for (const row of table.rows) drawn.push(row.map(printable));
  if (table.total) {
    drawn.push(rule);
    drawn.push(table.total.map((cell) => style(paper, 'bold', cell)));
  }
  const lines = drawn.toString().split('\n');
  const title = table.title === undefined ? [] : [style(paper, 'bold', table.title)];
  const narrow =
    left.length === 0
      ? []
      : [
          style(
            paper,
            'dim',
            ` Not at this width: ${left.map((column) => column.title || 'currency').join(', ')}`,
          ),
        ];
  return [...title, ...lines.map((line) => ` ${line}`.trimEnd()), ...narrow].join('\n');
};
