import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blockOf, SPANS, wholeBlocks, wholeBlocksEnd } from './blocks.js';
import { NetChanges } from './net-changes.js';
import { addSums, sumTable } from './table.js';
import { history } from '../testing/entries.js';
import { SAMPLES } from '../../domain/testing/samples.js';

describe('blocks of positions', () => {
  it('number a block by the positions it holds', () => {
    expect([1, 512, 513, 1_024, 1_025].map((position) => blockOf(position, 512))).toEqual([
      0, 0, 1, 1, 2,
    ]);
  });

  it.each([
    { position: 0, end: 0, ranges: [] },
    { position: 511, end: 0, ranges: [] },
    { position: 512, end: 512, ranges: [[512, 0, 0]] },
    { position: 513, end: 512, ranges: [[512, 0, 0]] },
    { position: 16_383, end: 15_872, ranges: [[512, 0, 30]] },
    { position: 16_384, end: 16_384, ranges: [[16_384, 0, 0]] },
    {
      position: 1_600_000,
      end: 1_600_000,
      ranges: [
        [524_288, 0, 2],
        [16_384, 96, 96],
        [512, 3_104, 3_124],
      ],
    },
  ])('up to position $position end at $end', ({ position, end, ranges }) => {
    expect(wholeBlocksEnd(position, { spans: SPANS })).toBe(end);
    expect(
      wholeBlocks(7, position, { spans: SPANS }).map(({ span, shard, first, last }) => {
        expect(shard).toBe(7);
        return [span, first, last];
      }),
    ).toEqual(ranges);
  });

  it('follow each other without a gap or an overlap, few of each size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (position) => {
        let covered = 0;
        for (const { span, first, last } of wholeBlocks(0, position, { spans: SPANS })) {
          expect(first * span).toBe(covered);
          if (span !== 524_288) expect(last - first).toBeLessThan(31);
          covered = (last + 1) * span;
        }
        expect(covered).toBe(wholeBlocksEnd(position, { spans: SPANS }));
        expect(position - covered).toBeLessThan(512);
      }),
    );
  });

  it('hold the same amounts in every size', () => {
    const table = sumTable('t', { who: 'text' }, ['amount'], { subject: 'who', spans: [2, 4, 16] });
    const entries = history(
      ...Array.from({ length: 7 }, () => ({
        event: SAMPLES.AgreementActivated,
        effective: '2026-01-01',
        recorded: '2026-01-01',
      })),
    );
    const changes = new NetChanges();
    for (const entry of entries) {
      addSums(changes, table, entry, entry.effectiveAt, { who: 'a' }, { amount: 1n });
    }
    const held = (span: number) =>
      changes
        .of(table)
        .filter(({ key }) => key[2] === span)
        .map(({ key, values }) => [key[4], values[0]]);
    expect(held(2)).toEqual([
      [0, 2n],
      [1, 2n],
      [2, 2n],
      [3, 1n],
    ]);
    expect(held(4)).toEqual([
      [0, 4n],
      [1, 3n],
    ]);
    expect(held(16)).toEqual([[0, 7n]]);
    expect(changes.added(table)).toHaveLength(4);
  });
});
