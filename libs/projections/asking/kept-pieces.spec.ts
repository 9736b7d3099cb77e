import { describe, expect, it } from '@jest/globals';
import { KeptPieces } from './kept-pieces.js';

interface Kept {
  readonly pieces: ReadonlyMap<string, string>;
  readonly run: number;
}

/** A run that ends when the test says so. */
const runs = () => {
  const begun: { readonly before: Kept | null; end: (failed?: Error) => void }[] = [];
  const run = (before: Kept | null): Promise<Kept> =>
    new Promise((resolve, reject) => {
      const number = begun.length + 1;
      const pieces = new Map([['deal', 'piece']]);
      begun.push({
        before,
        end: (failed) => (failed ? reject(failed) : resolve({ pieces, run: number })),
      });
    });
  return { begun, run };
};

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('what a process keeps between questions', () => {
  it('goes on from what was kept before', async () => {
    const { begun, run } = runs();
    const kept = new KeptPieces();
    const first = kept.next('a', run);
    begun[0]!.end();
    const second = kept.next('a', run);
    expect((await first).run).toBe(1);
    await soon();
    begun[1]!.end();
    expect((await second).run).toBe(2);
    expect([begun[0]!.before, begun[1]!.before?.run]).toEqual([null, 1]);
    expect(kept.latest<Kept>('a')?.run).toBe(2);
    expect(kept.latest('b')).toBeNull();
  });

  it('is read once for all who came meanwhile, and not by a run that had begun before they came', async () => {
    const { begun, run } = runs();
    const kept = new KeptPieces();
    const [first, ...others] = [1, 2, 3, 4].map(() => kept.next('a', run));
    await soon();
    expect(begun).toHaveLength(1);
    begun[0]!.end();
    await soon();
    expect(begun).toHaveLength(2);
    begun[1]!.end();
    expect((await first!).run).toBe(1);
    expect((await Promise.all(others)).map((each) => each.run)).toEqual([2, 2, 2]);
  });

  it('is nothing after a run that failed, and those who waited try again', async () => {
    const { begun, run } = runs();
    const kept = new KeptPieces();
    const first = kept.next('a', run);
    const second = kept.next('a', run);
    begun[0]!.end(new Error('no database'));
    await expect(first).rejects.toThrow('no database');
    await soon();
    expect(begun[1]!.before).toBeNull();
    begun[1]!.end();
    expect((await second).run).toBe(2);
  });

  it('is let go where it becomes too much, the longest unasked first', async () => {
    const { begun, run } = runs();
    // Each name counts as one, and each piece.
    const kept = new KeptPieces(4);
    const ask = async (name: string) => {
      const asked = kept.next(name, run);
      begun.at(-1)!.end();
      await asked;
    };
    await ask('a');
    await ask('b');
    await ask('a');
    await ask('c');
    expect(['a', 'b', 'c'].map((name) => kept.latest(name) !== null)).toEqual([true, false, true]);
  });
});
