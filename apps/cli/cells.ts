import type { MoneyText } from '../../libs/domain/money.js';
import { bar, compact, exact, grouped, printable } from './format.js';

/** An amount whose digits depend on the room there is. */
export interface Figure {
  readonly kind: 'figure';
  /** Canonical decimal text. */
  readonly amount: string;
}

/** A bar as long as its column is wide, at most `width`. */
export interface Bar {
  readonly kind: 'bar';
  readonly ratio: string | null;
  readonly width: number;
}

/** Words in a colour, where there is colour: they say the same without it. */
export interface Tinted {
  readonly kind: 'tinted';
  readonly text: string;
  readonly tint: Tint;
}
export type Tint = 'red' | 'yellow' | 'green' | 'cyan' | 'dim';

export type Part = string | Figure | Bar | Tinted;
/** One thing, or several below each other. */
export type Cell = Part | readonly Part[];

/** `cents`: to the cent. `compact`: `94.36 B`. `exact`: every digit. */
export type Digits = 'cents' | 'compact' | 'exact';

const WRITE: Readonly<Record<Digits, (amount: string) => string>> = {
  cents: grouped,
  compact,
  exact,
};

/** Bars shorter than this say nothing. */
export const BAR_WIDTH_MIN = 6;

/** A money cell; a dash where there is no amount. */
export const figure = (money: MoneyText | null): Part =>
  money === null ? '–' : { kind: 'figure', amount: money.amount };

export const barOf = (ratio: string | null, width: number): Bar => ({ kind: 'bar', ratio, width });

export const tinted = (text: string, tint: Tint): Tinted => ({ kind: 'tinted', text, tint });

export const partsOf = (cell: Cell): readonly Part[] =>
  Array.isArray(cell) ? (cell as readonly Part[]) : [cell as Part];

export const isBar = (part: Part): part is Bar => typeof part !== 'string' && part.kind === 'bar';

export const isTinted = (part: Part): part is Tinted =>
  typeof part !== 'string' && part.kind === 'tinted';

export const isFigure = (part: Part): part is Figure =>
  typeof part !== 'string' && part.kind === 'figure';

/** A part as text; `barWidth`: the room of its column. */
export const textOf = (part: Part, digits: Digits, barWidth = Infinity): string => {
  if (typeof part === 'string') return printable(part);
  if (part.kind === 'tinted') return printable(part.text);
  return part.kind === 'bar'
    ? bar(part.ratio, Math.min(part.width, barWidth))
    : WRITE[digits](part.amount);
};
