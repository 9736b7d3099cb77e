import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { readLines } from './lines.js';

/** Number, text (null: too long) and beginning of each line; the chunks are cut where they are given apart. */
const linesOf = async (chunks: readonly string[], bytesMax?: number): Promise<unknown[]> => {
  const lines: unknown[] = [];
  for await (const { number, bytes, head } of readLines(Readable.from(chunks), bytesMax))
    lines.push([number, bytes?.toString() ?? null, head?.toString() ?? null]);
  return lines;
};

describe('lines of a file', () => {
  it('are numbered as in the file, empty ones counted and left out', async () => {
    expect(await linesOf(['one\n\n  \nfour\r\n', 'five'])).toEqual([
      [1, 'one', null],
      [4, 'four\r', null],
      [5, 'five', null],
    ]);
    expect(await linesOf([])).toEqual([]);
    expect(await linesOf(['\n'])).toEqual([]);
  });

  it('are whole wherever the chunks were cut, in the middle of a character too', async () => {
    const bytes = Buffer.from('{"a":"é"}\n{"b":1}');
    const chunks = [...bytes].map((byte) => Buffer.of(byte));
    const texts: string[] = [];
    for await (const line of readLines(Readable.from(chunks)))
      texts.push(line.bytes?.toString() ?? '?');
    expect(texts).toEqual(['{"a":"é"}', '{"b":1}']);
  });

  it('that are too long are passed over, with how they begin, and those behind them are read', async () => {
    const long = `${'x'.repeat(2_000)}y`;
    expect(await linesOf([`12345678\n${long}\nlast`], 8)).toEqual([
      [1, '12345678', null],
      [2, null, 'x'.repeat(1_024)],
      [3, 'last', null],
    ]);
    expect(await linesOf(['123456', '789\nok'], 8)).toEqual([
      [1, null, '123456789'],
      [2, 'ok', null],
    ]);
  });
});
