import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTurn } from './in-turn.js';

/** Works on pieces that take so many milliseconds each; negative: they fail then. Everything that happens, in order. */
const run = async (pieces: readonly number[], ahead: number, until = Infinity) => {
  const log: string[] = [];
  try {
    const results = inTurn(pieces.entries(), ahead, async ([index, ms]) => {
      log.push(`begin ${index}`);
      await sleep(Math.abs(ms));
      log.push(`end ${index}`);
      if (ms < 0) throw new Error(`failed ${index}`);
      return index;
    });
    for await (const index of results) {
      log.push(`result ${index}`);
      if (index === until) break;
    }
  } catch (error) {
    log.push((error as Error).message);
  }
  return log;
};

describe('working on pieces in turn', () => {
  it('begins a piece when the result of the one before was taken, if none is to be ahead', async () => {
    expect(await run([5, 1], 0)).toEqual([
      ...['begin 0', 'end 0', 'result 0'],
      ...['begin 1', 'end 1', 'result 1'],
    ]);
  });

  it('has one more under way than is being waited for, and gives results in order', async () => {
    expect(await run([20, 1, 1], 1)).toEqual([
      ...['begin 0', 'begin 1', 'end 1', 'end 0', 'result 0'],
      ...['begin 2', 'result 1', 'end 2', 'result 2'],
    ]);
  });

  it('ends with the first failure, after what was begun, and begins nothing more', async () => {
    expect(await run([-1, 20, 1], 1)).toEqual([
      ...['begin 0', 'begin 1', 'end 0', 'end 1', 'failed 0'],
    ]);
  });

  it('tells a failure when its turn comes', async () => {
    expect(await run([20, -1], 1)).toEqual([
      ...['begin 0', 'begin 1', 'end 1', 'end 0', 'result 0', 'failed 1'],
    ]);
  });

  it('waits for what was begun when its caller leaves', async () => {
    expect(await run([1, 20, 1], 1, 0)).toEqual([
      ...['begin 0', 'begin 1', 'end 0', 'result 0', 'end 1'],
    ]);
  });

  it('gives nothing for nothing', async () => {
    expect(await run([], 1)).toEqual([]);
  });
});
