import { setImmediate as nextTurn } from 'node:timers/promises';
import { present } from '../../libs/domain/present.js';

/**
 * The results of working on each piece, in their order. `ahead`: pieces that are begun before the result of the one
 * before is there. Each begins in a turn of the event loop of its own, so that what the one before sent is on its way.
 * Whoever fails or leaves early waits for what was begun: nothing goes on behind the caller's back.
 */
export async function* inTurn<Piece, Result>(
  pieces: Iterable<Piece>,
  ahead: number,
  work: (piece: Piece) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const begun: Promise<Result>[] = [];
  try {
    for (const piece of pieces) {
      if (begun.length > 0) await nextTurn();
      const result = work(piece);
      result.catch(() => undefined); // it may fail before its turn comes
      begun.push(result);
      if (begun.length > ahead) yield await first(begun);
    }
    while (begun.length > 0) yield await first(begun);
  } finally {
    await Promise.allSettled(begun);
  }
}

const first = <Result>(begun: Promise<Result>[]): Promise<Result> =>
  present(begun.shift(), 'piece that was begun');
