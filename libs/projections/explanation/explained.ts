import type { MoneyText } from '../../domain/money.js';
import type { RecordedEntry, StreamName } from '../../ledger/ledger.js';
import type { AnyRow, AnyWanted, RowsOf } from '../asking/rows-wanted.js';
import type { UpTo } from '../asking/snapshot.js';
import type { Projection } from '../engine/projection.js';
import type { Address } from './address.js';
import type { BlocksWith, Narrow } from './blocks-with.js';

/** Which side of a figure a line belongs to: a sum has one, a ratio two. */
export type Side = 'sum' | 'numerator' | 'denominator';

/** A figure that another one is made of, or a limit that the terms set. Amounts in units of 10^-12, with their sign. */
export interface Operand {
  /** The member's name in the view's answer; of a limit null. */
  readonly name: string | null;
  readonly side: Side;
  readonly units: bigint | null;
  /** What is no money: days, a count. Decimal text. */
  readonly number: string | null;
  /** Why it is there: a limit, or how much of what it names counts. Null: all of it. */
  readonly rule: string | null;
  /** Where it is explained itself. */
  readonly address: Address | null;
  /** The entry that brought it about. */
  readonly place: UpTo | null;
}

/** What is said of an amount beside what its entry says. */
export interface Decided {
  readonly because: 'used' | 'taken-back' | 'moved' | 'terms' | 'stated' | 'paid';
  readonly rule: string | null;
  readonly class: string | null;
  /** The statement of terms that decided it: which one (1 is the pledge) and its entry. */
  readonly terms: { readonly version: number; readonly place: UpTo } | null;
}

/** An entry of its own; `isGone`: what it gave, it gives no more. */
export interface Source extends UpTo {
  readonly isGone?: boolean;
}

/** The rows of one table that a figure adds up, and the entries that they come from, in order. */
export interface EntriesOf {
  readonly from:
    | {
        readonly streams: readonly StreamName[];
        /** Only what came after these; absent: everything. */
        readonly after?: readonly UpTo[];
        /** What part of a commitment the figure is of, where it is not the whole. */
        readonly narrow?: Narrow;
        /** Only these blocks have something of it; absent: all may. */
        readonly only?: BlocksWith;
      }
    | { readonly places: readonly Source[] };
  readonly projection: Projection;
  readonly wanted: AnyWanted;
  /** In units; 0: the row is no part of the figure. */
  readonly amountOf: (row: AnyRow) => bigint;
  readonly decidedBy: (entry: RecordedEntry, row: AnyRow) => Decided;
}

/** The same with the table's own rows. */
export const entriesOf = <W extends AnyWanted>(
  entries: Omit<EntriesOf, 'wanted' | 'amountOf' | 'decidedBy'> & {
    readonly wanted: W;
    readonly amountOf: (row: RowsOf<{ readonly lines: W }>['lines'][number]) => bigint;
    readonly decidedBy: (
      entry: RecordedEntry,
      row: RowsOf<{ readonly lines: W }>['lines'][number],
    ) => Decided;
  },
): EntriesOf => entries as unknown as EntriesOf;

/** How a figure came about. */
export interface Explained {
  readonly currency: string;
  /** As the view answers it: money, a ratio, or null. */
  readonly figure: MoneyText | string | null;
  /** Why it is null. */
  readonly absent: string | null;
  readonly formula: string;
  readonly operands: readonly Operand[];
  readonly entries: EntriesOf | null;
  /** What the operands of a ratio come to, to be compared with the figure. Null: it is a sum. */
  readonly quotient: MoneyText | string | null;
}

const NOTHING = { number: null, rule: null, address: null, place: null } as const;

/** A figure of its own; `units` with the sign that it has here. */
export const operand = (
  name: string,
  units: bigint,
  more: Partial<Pick<Operand, 'side' | 'rule' | 'address' | 'place'>> = {},
): Operand => ({ ...NOTHING, side: 'sum', name, units, ...more });

export const count = (name: string, number: number, side: Side): Operand => ({
  ...NOTHING,
  ...{ name, side, units: null, number: String(number) },
});

/** What a limit adds or takes away; none where it does not bind. */
export const limit = (rule: string, units: bigint, place: UpTo | null = null): Operand[] =>
  units === 0n ? [] : [{ ...NOTHING, name: null, side: 'sum', units, rule, place }];

/** What brings a sum below zero up to it. */
export const notBelowZero = (operands: readonly Operand[]): readonly Operand[] => {
  const sum = sumOfOperands(operands);
  return [...operands, ...limit('not-below-zero', sum < 0n ? -sum : 0n)];
};

export const sumOfOperands = (operands: readonly Operand[]): bigint =>
  operands.reduce((sum, { side, units }) => (side === 'sum' ? sum + (units ?? 0n) : sum), 0n);

type Made = Pick<Explained, 'currency' | 'figure'>;

export const absent = (made: Made, why: string): Explained => ({
  ...made,
  ...{ absent: why, formula: '', operands: [], entries: null, quotient: null },
});

/** The operands, and then what the entries give. */
export const sum = (
  made: Made,
  formula: string,
  operands: readonly Operand[],
  entries: EntriesOf | null = null,
): Explained => ({ ...made, absent: null, formula, operands, entries, quotient: null });

export const ratio = (
  made: Made,
  formula: string,
  operands: readonly Operand[],
  quotient: Explained['quotient'],
): Explained => ({ ...made, absent: null, formula, operands, entries: null, quotient });
