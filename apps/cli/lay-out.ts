import CliTable from 'cli-table3';
import {
  BAR_WIDTH_MIN,
  isBar,
  isFigure,
  isTinted,
  partsOf,
  textOf,
  type Cell,
  type Digits,
  type Part,
} from './cells.js';
import { listed } from './listed.js';
import { nameOf, style, tint, type Column, type Paper, type Table } from './table.js';
import { lineWidth, longestWord, textWidth, wrapped } from './text-width.js';
import { present } from '../../libs/domain/present.js';

export interface LaidOut {
  readonly text: string;
  /** True: amounts were rounded to fit. */
  readonly isCompact: boolean;
}

const GAP = 2;
/** Every line of a table starts with a space. */
const MARGIN = 1;
/** Sentences in lines shorter than this are no pleasure. */
const SENTENCE_MIN = 32;
const WORDS_MIN = 12;

/** The least and the best width of a column. */
interface Track {
  readonly least: number;
  readonly best: number;
}

const rowsOf = ({ rows, total }: Table): readonly (readonly Cell[])[] =>
  total === undefined ? rows : [...rows, total];

const trackOf = (
  { title, align, wraps = false }: Column,
  parts: readonly Part[],
  digits: Digits,
  wrapsAll: boolean,
): Track => {
  const texts = parts.filter((part) => !isBar(part)).map((part) => textOf(part, digits));
  const best = Math.max(lineWidth(title), ...texts.map(textWidth));
  const bars = parts.filter(isBar).map(({ width }) => width);
  if (bars.length > 0)
    return { least: Math.max(best, BAR_WIDTH_MIN), best: Math.max(best, ...bars) };
  if (align === 'right' || !(wraps || wrapsAll)) return { least: best, best };
  const words = Math.max(lineWidth(title), ...texts.map(longestWord));
  return { least: Math.min(best, Math.max(words, wraps ? SENTENCE_MIN : WORDS_MIN)), best };
};

const tracksOf = (table: Table, digits: Digits, wrapsAll = false): readonly Track[] =>
  table.columns.map((column, at) =>
    trackOf(
      column,
      rowsOf(table).flatMap((row) => partsOf(row[at] ?? '')),
      digits,
      wrapsAll,
    ),
  );

/** Widths that fill the paper as far as columns can use it, from left to right; null: it is too narrow. */
const widthsOf = (tracks: readonly Track[], paperWidth: number): readonly number[] | null => {
  const room = paperWidth - MARGIN - GAP * (tracks.length - 1);
  let left = room - tracks.reduce((sum, { least }) => sum + least, 0);
  if (left < 0) return null;
  return tracks.map(({ least, best }) => {
    const more = Math.min(best - least, left);
    left -= more;
    return least + more;
  });
};

const without = (table: Table, at: number): Table => {
  const keep = <Item>(items: readonly Item[]): Item[] => items.filter((_, index) => index !== at);
  return {
    ...table,
    columns: keep(table.columns),
    rows: table.rows.map(keep),
    ...(table.total === undefined ? {} : { total: keep(table.total) }),
  };
};

/** The table without the column that is needed least; null when all are needed. */
const narrower = (table: Table): Table | null => {
  const worst = Math.max(0, ...table.columns.map(({ drop = 0 }) => drop));
  return worst === 0
    ? null
    : without(
        table,
        table.columns.findIndex(({ drop = 0 }) => drop === worst),
      );
};

interface Fitted {
  readonly table: Table;
  readonly digits: Digits;
  readonly widths: readonly number[];
}

const fit = (table: Table, digits: Digits, width: number, wrapsAll = false): Fitted | null => {
  const widths = widthsOf(tracksOf(table, digits, wrapsAll), width);
  return widths === null ? null : { table, digits, widths };
};

/** The table loses one column after another until it fits. `last`: what is left when none may go. */
const dropped = (
  table: Table,
  fits: (narrower: Table) => Fitted | null,
): { readonly fitted: Fitted | null; readonly last: Table } => {
  for (let last = table; ;) {
    const fitted = fits(last);
    const next = fitted === null ? narrower(last) : null;
    if (next === null) return { fitted, last };
    last = next;
  }
};

const digitsOf = ({ toTheCent = false }: Table, { exact = false }: Paper): Digits => {
  if (exact) return 'exact';
  return toTheCent ? 'cents' : 'compact';
};

/** Fewer digits first, where it may be, then fewer columns, then broken sentences. Null: it takes a list. */
const forScreen = (table: Table, paper: Paper): Fitted | null => {
  const { width } = paper;
  const digits = digitsOf(table, paper);
  const all = fit(table, digits, width);
  if (all !== null) return all;
  if (digits === 'exact') return fit(table, 'exact', width, true);
  const { fitted, last } = dropped(table, (each) => fit(each, 'compact', width));
  return fitted ?? fit(last, 'compact', width, true);
};

/** A table for a pipe is the same every time: fewer columns, and at last a line that is too long. */
const forPipe = (table: Table, paper: Paper): Fitted => {
  const { width } = paper;
  const digits = digitsOf(table, paper);
  const whole = (each: Table): readonly Track[] =>
    tracksOf(each, digits).map((track, at) =>
      each.columns[at]?.wraps === true ? track : { ...track, least: track.best },
    );
  const fits = (each: Table): Fitted | null => {
    const widths = widthsOf(whole(each), width);
    return widths === null ? null : { table: each, digits, widths };
  };
  const { fitted, last } = dropped(table, fits);
  return fitted ?? { table: last, digits, widths: whole(last).map(({ least }) => least) };
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

const SCALED = / [MBT]$/;

/** Cells as text. Where some amounts of a column carry a letter, the others leave its room free: points stay in line. */
const drawnCells = (
  { table, digits, widths }: Fitted,
  paper: Paper,
): ((row: readonly Cell[]) => string[]) => {
  const scaled = table.columns.map((_, at) =>
    rowsOf(table).some((row) =>
      partsOf(row[at] ?? '').some((part) => isFigure(part) && SCALED.test(textOf(part, digits))),
    ),
  );
  const cell = (part: Part, at: number): string => {
    const width = present(widths[at], 'width of a column');
    const text = textOf(part, digits, width);
    if (isTinted(part)) return tint(paper, part.tint, wrapped(text, width));
    if (!isFigure(part)) return table.columns[at]?.align === 'left' ? wrapped(text, width) : text;
    const aligned = scaled[at] === true && !SCALED.test(text) ? `${text}  ` : text;
    return lineWidth(aligned) <= width ? aligned : text;
  };
  return (row) =>
    table.columns.map((_, at) =>
      partsOf(row[at] ?? '')
        .map((part) => cell(part, at))
        .join('\n'),
    );
};

const draw = (fitted: Fitted, paper: Paper): string[] => {
  const { table, widths } = fitted;
  const drawn = new CliTable({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: table.columns.map(({ align }) => align),
    colWidths: [...widths],
  });
  const cells = drawnCells(fitted, paper);
  const rule = widths.map((width) => style(paper, 'dim', '─'.repeat(width)));
  drawn.push(table.columns.map(({ title }) => style(paper, 'bold', title)));
  drawn.push(rule);
  for (const row of table.rows) drawn.push(cells(row));
  if (table.total) {
    drawn.push(rule);
    drawn.push(cells(table.total).map((cell) => style(paper, 'bold', cell)));
  }
  return drawn
    .toString()
    .split('\n')
    .map((line) => ` ${line}`.trimEnd());
};

const hasLetters = (table: Table): boolean =>
  rowsOf(table).some((row) =>
    row.some((cell) =>
      partsOf(cell).some((part) => isFigure(part) && SCALED.test(textOf(part, 'compact'))),
    ),
  );

/** Plain columns, a rule below the heading and above the total; on a narrow screen a list. No number is ever cut. */
export const layOut = (whole: Table, paper: Paper): LaidOut => {
  const { isScreen = false, width } = paper;
  const text = (line: string): string => (isScreen ? wrapped(line, width, false) : line);
  const title = whole.title === undefined ? [] : [style(paper, 'bold', text(whole.title))];
  const fitted = isScreen ? forScreen(whole, paper) : forPipe(whole, paper);
  if (fitted === null) {
    const digits = paper.exact === true ? 'exact' : 'compact';
    const lines = [...title, ...listed(whole, digits, paper)];
    return { text: lines.join('\n'), isCompact: digits === 'compact' && hasLetters(whole) };
  }
  const { table } = fitted;
  const left = whole.columns.filter((column) => !table.columns.includes(column));
  const narrow =
    left.length === 0
      ? []
      : [style(paper, 'dim', text(` Not at this width: ${left.map(nameOf).join(', ')}`))];
  return {
    text: [...title, ...draw(fitted, paper), ...narrow].join('\n'),
    isCompact: fitted.digits === 'compact' && hasLetters(table),
  };
};
