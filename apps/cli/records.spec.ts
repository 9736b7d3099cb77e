import { describe, expect, it } from '@jest/globals';
import { recordsOf } from './records.js';

const rows = [
  { id: 'a', amount: { amount: '1.5', currency: 'USD' }, isOpen: true, lines: ['x', 'y'] },
  { id: 'b', amount: null, isOpen: false, lines: [] },
];

describe('records', () => {
  it('are members of the rows: amounts without their currency, words for yes and no', () => {
    expect(recordsOf(rows, ['id', 'amount', 'isOpen'])).toEqual({
      columns: ['id', 'amount', 'isOpen'],
      rows: [
        ['a', '1.5', 'true'],
        ['b', null, 'false'],
      ],
    });
  });

  it('have columns of other names, which say what stands there', () => {
    const { columns, rows: cells } = recordsOf(rows, [
      ['lines', ({ lines }) => lines.length],
      'id',
    ]);
    expect([columns, cells]).toEqual([
      ['lines', 'id'],
      [
        [2, 'a'],
        [0, 'b'],
      ],
    ]);
  });

  it('have no column that is no member of the rows, or is no single value', () => {
    // @ts-expect-error -- a column that the rows do not have
    expect(recordsOf(rows, ['amounts']).rows).toEqual([[undefined], [undefined]]);
    // @ts-expect-error -- a list has no cell
    expect(recordsOf(rows, ['lines']).columns).toEqual(['lines']);
  });
});
