import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inTurn } from './in-turn.js';

/** More turns of the event loop than anything here takes. */
const quiet = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
};

interface Course {
  readonly pieces: number;
  readonly ahead: number;
  /** The order in which the pieces end, each when nothing else goes on any more. */
  readonly ends: readonly number[];
  /** The piece that fails when it ends. */
  readonly fails?: number;
  /** The caller leaves when it has this result. */
  readonly until?: number;
}

/** Everything that happens, in order. */
const run = async ({ pieces, ahead, ends, fails, until }: Course): Promise<readonly string[]> => {
  const log: string[] = [];
  const end = new Map<number, () => void>();
  const results = inTurn(Array(pieces).keys(), ahead, async (index) => {
    log.push(`begin ${index}`);
    await new Promise<void>((resolve) => end.set(index, resolve));
    log.push(`end ${index}`);
    if (index === fails) throw new Error(`failed ${index}`);
    return index;
  });
  const take = async (): Promise<void> => {
    for await (const index of results) {
      log.push(`result ${index}`);
      if (index === until) break;
    }
  };
  const taking = take().catch((error: Error) => log.push(error.message));
  for (const index of ends) {
    await quiet();
    end.get(index)!();
  }
  await taking;
  return log;
};

describe('working on pieces in turn', () => {
  it('begins a piece when the result of the one before was taken, if none is to be ahead', async () => {
    expect(await run({ pieces: 2, ahead: 0, ends: [0, 1] })).toEqual([
      ...['begin 0', 'end 0', 'result 0'],
      ...['begin 1', 'end 1', 'result 1'],
    ]);
  });

  it('has one more under way than is being waited for, and gives results in order', async () => {
    expect(await run({ pieces: 3, ahead: 1, ends: [1, 0, 2] })).toEqual([
      ...['begin 0', 'begin 1', 'end 1', 'end 0', 'result 0'],
      ...['begin 2', 'result 1', 'end 2', 'result 2'],
    ]);
  });

  it('ends with the first failure, after what was begun, and begins nothing more', async () => {
    expect(await run({ pieces: 3, ahead: 1, ends: [0, 1], fails: 0 })).toEqual([
      ...['begin 0', 'begin 1', 'end 0', 'end 1', 'failed 0'],
    ]);
  });

  it('tells a failure when its turn comes', async () => {
    expect(await run({ pieces: 2, ahead: 1, ends: [1, 0], fails: 1 })).toEqual([
      ...['begin 0', 'begin 1', 'end 1', 'end 0', 'result 0', 'failed 1'],
    ]);
  });

  it('waits for what was begun when its caller leaves', async () => {
    expect(await run({ pieces: 3, ahead: 1, ends: [0, 1], until: 0 })).toEqual([
      ...['begin 0', 'begin 1', 'end 0', 'result 0', 'end 1'],
    ]);
  });

  it('gives nothing for nothing', async () => {
    expect(await run({ pieces: 0, ahead: 1, ends: [] })).toEqual([]);
  });
});
