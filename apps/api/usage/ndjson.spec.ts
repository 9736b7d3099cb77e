import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { groupsOfLines, LINE_MAX } from './ndjson.js';

const linesOf = async (chunks: readonly Buffer[]): Promise<[number, string | null][]> => {
  const lines: [number, string | null][] = [];
  for await (const group of groupsOfLines(Readable.from(chunks)))
    for (const { number, bytes } of group)
      lines.push([number, bytes === null ? null : Buffer.from(bytes).toString()]);
  return lines;
};

/** Cut into pieces of these sizes, over and over. */
const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length]!;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
};

describe('lines of a stream', () => {
  it('are numbered as they were sent, blank ones passed over, the last without its line feed too', async () => {
    expect(await linesOf([Buffer.from('a\n\nb\r\n\r\nc')])).toEqual([
      [1, 'a'],
      [3, 'b'],
      [5, 'c'],
    ]);
    expect(await linesOf([])).toEqual([]);
  });

  it('are the same however the stream is cut', async () => {
    const text = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\r', ' '), maxLength: 6 }));
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(text, sizes, async (lines, each) => {
        const bytes = Buffer.from(lines.join('\n'));
        expect(await linesOf(cut(bytes, each))).toEqual(await linesOf([bytes]));
      }),
    );
  });

  it.each([1_000, 50_000, 200_000])('that are too long are not kept, cut by %d', async (size) => {
    const text = `a\n${'x'.repeat(LINE_MAX)}\n${'y'.repeat(LINE_MAX + 1)}\n${'z'.repeat(300_000)}\nb`;
    const lines = await linesOf(cut(Buffer.from(text), [size]));
    expect(lines.map(([number, line]) => [number, line?.length ?? null])).toEqual([
      [1, 1],
      [2, LINE_MAX],
      [3, null],
      [4, null],
      [5, 1],
    ]);
  });
});
