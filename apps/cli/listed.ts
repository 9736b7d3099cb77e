import {
  isBar,
  isFigure,
  isTinted,
  partsOf,
  textOf,
  type Cell,
  type Digits,
  type Part,
} from './cells.js';
import { nameOf, style, tint, type Paper, type Table } from './table.js';
import { lineWidth, longestWord, textWidth, wrapped } from './text-width.js';

const INDENT = 3;

/**
 * A table as a list, for screens that are narrower than its columns: for every row its first text, below it a line of label
 * and value for each column. Text that does not fit goes on in the next line; a number stays in one.
 */
export const listed = (table: Table, digits: Digits, paper: Paper): string[] => {
  const { columns, rows, total } = table;
  const headed = columns[0]?.align === 'left';
  const labels = columns.map(nameOf);
  const labelled = headed ? labels.slice(1) : labels;
  const labelWidth = Math.max(0, ...labelled.map(lineWidth));
  const room = paper.width - INDENT - labelWidth - 2;
  const fold = (part: Part, width: number): string => {
    if (isBar(part)) return textOf(part, digits, width);
    const text = textOf(part, digits);
    if (isTinted(part)) return tint(paper, part.tint, wrapped(text, width, false));
    return isFigure(part) ? text : wrapped(text, width, false);
  };

  const field = (cell: Cell, at: number): string[] => {
    const isText = columns[at]?.align === 'left';
    const parts = partsOf(cell).filter((part) => part !== '');
    if (parts.length === 0) return [];
    const label = ' '.repeat(INDENT) + (labels[at] ?? '');
    // Numbers, and words as far as can be, stay whole: what does not fit beside its label stands below.
    const widest = Math.max(...parts.map((part) => textWidth(textOf(part, digits, room))));
    const width = paper.width - INDENT - 2;
    const word = Math.max(...parts.map((part) => longestWord(textOf(part, digits, room))));
    if (widest > room && (!isText || room < widest / 2 || (word > room && word <= width))) {
      const below = parts.flatMap((part) =>
        isText || isBar(part) ? fold(part, width).split('\n') : textOf(part, digits).split('\n'),
      );
      const indent = (line: string): number =>
        Math.max(0, Math.min(INDENT + 2, paper.width - lineWidth(line)));
      return [label, ...below.map((line) => ' '.repeat(indent(line)) + line)];
    }
    const lines = parts.flatMap((part) => fold(part, room).split('\n'));
    return lines.map((line, index) =>
      `${index === 0 ? label.padEnd(INDENT + labelWidth) : ' '.repeat(INDENT + labelWidth)}  ${line}`.trimEnd(),
    );
  };

  const block = (row: readonly Cell[], isTotal: boolean): string[] => {
    const heading = headed
      ? partsOf(row[0] ?? '')
          .flatMap((part) => fold(part, paper.width - 1).split('\n'))
          .map((line) => ` ${style(paper, 'bold', line)}`)
      : [];
    const fields = row.flatMap((cell, at) => (headed && at === 0 ? [] : field(cell, at)));
    return [...heading, ...fields.map((line) => (isTotal ? style(paper, 'bold', line) : line))];
  };

  const blocks = [
    ...rows.map((row) => block(row, false)),
    ...(total === undefined ? [] : [block(total, true)]),
  ];
  return blocks.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
};
