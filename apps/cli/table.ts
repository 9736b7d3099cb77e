import { styleText } from 'node:util';
import type { Cell } from './cells.js';

export interface Column {
  readonly title: string;
  /** What it is called where it has no title. */
  readonly name?: string;
  readonly align: 'left' | 'right';
  /** When the terminal is narrow, columns with the highest number go first; 0 (default): never. */
  readonly drop?: number;
  /** Sentences: broken at spaces before anything else is given up. */
  readonly wraps?: boolean;
}

export interface Table {
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Printed below a rule, in bold. */
  readonly total?: readonly Cell[];
  /** Amounts are compared with others, in a file: they keep their cents as long as there is room. */
  readonly toTheCent?: boolean;
}

export interface Paper {
  readonly width: number;
  readonly color: boolean;
  /** The table goes to a screen: no line may be wider than it. */
  readonly isScreen?: boolean;
  /** All digits of amounts, whatever room they take. */
  readonly exact?: boolean;
}

export const style = (
  paper: Paper,
  format: Parameters<typeof styleText>[0],
  text: string,
): string => (paper.color ? styleText(format, text, { validateStream: false }) : text);

/** Each line by itself: a colour that goes on over a line break would run through the columns beside it. */
export const tint = (paper: Paper, format: Parameters<typeof styleText>[0], text: string): string =>
  text
    .split('\n')
    .map((line) => style(paper, format, line))
    .join('\n');

export const nameOf = ({ title, name }: Column): string => title || (name ?? 'currency');
