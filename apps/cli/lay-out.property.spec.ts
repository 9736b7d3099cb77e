import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatUnits } from '../../libs/domain/money.js';
import { barOf, figure, isFigure, partsOf, textOf, type Cell, type Digits } from './cells.js';
import { layOut } from './lay-out.js';
import type { Column, Table } from './table.js';
import { textWidth } from './text-width.js';

const WIDTHS = [40, 60, 72, 80, 100, 120, 200];
const ALL_DIGITS: readonly Digits[] = ['cents', 'compact', 'exact'];

/** As many digits as one amount may have. */
const amount = fc
  .tuple(
    fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }),
    fc.integer({ min: 0, max: 29 }),
    fc.boolean(),
  )
  .map(([units, shift, negative]) =>
    formatUnits((negative ? -1n : 1n) * (units / 10n ** BigInt(shift))),
  );

const letters = fc.stringMatching(/^[a-z]{1,30}$/);
const words = fc.array(letters, { minLength: 1, maxLength: 6 }).map((each) => each.join(' '));

type Kind = 'text' | 'figure' | 'percent' | 'bar' | 'both';
const cellOf: Readonly<Record<Kind, fc.Arbitrary<Cell>>> = {
  text: words,
  figure: amount.map((each) => figure({ amount: each, currency: 'USD' })),
  percent: fc.integer({ min: 0, max: 1000 }).map((tenths) => `${(tenths / 10).toFixed(1)} %`),
  bar: fc.constant(barOf('0.4', 24)),
  both: amount.map((each) => [
    figure({ amount: each, currency: 'USD' }),
    barOf('0.4', 17),
    'so far',
  ]),
};

const tableOf = fc
  .tuple(
    fc.array(fc.constantFrom<Kind>('text', 'figure', 'percent', 'bar', 'both'), {
      minLength: 1,
      maxLength: 7,
    }),
    fc.boolean(),
  )
  .chain(([kinds, headed]) => {
    const all: readonly Kind[] = headed ? ['text', ...kinds] : kinds;
    const columns = fc.tuple(
      ...all.map((kind) =>
        fc.record({
          title: letters.map((text) => text.slice(0, 17)),
          align: fc.constant<Column['align']>(kind === 'text' || kind === 'bar' ? 'left' : 'right'),
          drop: fc.integer({ min: 0, max: 3 }),
        }),
      ),
    );
    const row = fc.tuple(...all.map((kind) => cellOf[kind]));
    return fc.record({
      title: words,
      columns,
      rows: fc.array(row, { minLength: 1, maxLength: 4 }),
      total: row,
    });
  });

const NUMBER = /(?:[<>] )?-?\d[\d,]*(?:\.\d+)?(?: [MBT%](?![a-z]))?/g;

const numbersOf = (text: string): readonly string[] => text.match(NUMBER) ?? [];

const complete = ({ rows, total }: Table): ReadonlySet<string> =>
  new Set(
    [...rows, total ?? []]
      .flat()
      .flatMap(partsOf)
      .flatMap((part) => ALL_DIGITS.map((digits) => textOf(part, digits)))
      .flatMap(numbersOf),
  );

describe('a table on a screen of any width', () => {
  it.each([false, true])('never cuts a number, and is never wider (exact: %s)', (exact) => {
    fc.assert(
      fc.property(
        tableOf,
        fc.oneof(fc.constantFrom(...WIDTHS), fc.integer({ min: 40, max: 200 })),
        (table, width) => {
          const { text } = layOut(table, { width, color: false, isScreen: true, exact });
          expect(Math.max(...text.split('\n').map(textWidth))).toBeLessThanOrEqual(width);
          const whole = complete(table);
          expect(numbersOf(text).filter((number) => !whole.has(number))).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('shows every row, and says which columns it left out', () => {
    fc.assert(
      fc.property(tableOf, fc.integer({ min: 40, max: 200 }), (table, width) => {
        const { text } = layOut(table, { width, color: false, isScreen: true });
        const said = /Not at this width: ([\s\S]*)$/.exec(text)?.[1]?.split(/[,\s]+/) ?? [];
        const figures = table.columns.filter(
          ({ title }, at) =>
            !said.includes(title) && partsOf(table.rows[0]![at]!).some((part) => isFigure(part)),
        );
        const amounts = numbersOf(text).filter((number) => !number.endsWith('%'));
        expect(amounts.length).toBeGreaterThanOrEqual(figures.length * (table.rows.length + 1));
      }),
    );
  });
});

describe('a table that nobody looks at', () => {
  it('keeps its cents at any width, where it is to the cent', () => {
    fc.assert(
      fc.property(tableOf, (each) => {
        const table = { ...each, toTheCent: true };
        const { text, isCompact } = layOut(table, { width: 40, color: false });
        expect([isCompact, / [MBT]$/m.test(text)]).toEqual([false, false]);
      }),
    );
  });
});
