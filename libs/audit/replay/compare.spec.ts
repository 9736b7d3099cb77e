import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TableShape } from '../../projections/engine/projection.js';
import { compareBytes, compareRows, type TextRow } from './compare.js';

const TABLE: TableShape = {
  name: 't',
  kind: 'sum',
  key: [
    { name: 'who', type: 'text COLLATE "C" NOT NULL' },
    { name: 'block', type: 'integer NOT NULL' },
  ],
  values: [{ name: 'amount', type: 'numeric(38,12)' }],
  blocks: null,
  indexes: [],
};

async function* inChunks(rows: readonly TextRow[], size = 2): AsyncGenerator<readonly TextRow[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

describe('rows side by side', () => {
  it('are sorted as UTF-8 is, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
        expect(Math.sign(compareBytes(left, right))).toBe(bytes);
      }),
    );
  });

  it('differ where one has more, less or another value, each counted once', async () => {
    const live = [
      ['a', '2', '1'],
      ['a', '10', '1'],
      ['b', '1', null],
      ['d', '1', '1'],
    ];
    const replayed = [
      ['a', '2', '1'],
      ['a', '10', '2'],
      ['c', '1', '1'],
      ['d', '1', '1'],
    ];
    const compared = await compareRows(TABLE, inChunks(live), inChunks(replayed, 3));
    expect(compared).toEqual({
      rows: 5,
      differences: 3,
      first: {
        table: 't',
        key: { who: 'a', block: '10' },
        live: { who: 'a', block: '10', amount: '1' },
        replayed: { who: 'a', block: '10', amount: '2' },
      },
    });
    expect(await compareRows(TABLE, inChunks([]), inChunks(live))).toMatchObject({
      differences: 4,
      first: { live: null, key: { who: 'a', block: '2' } },
    });
  });
});
