import { describe, expect, it } from '@jest/globals';
import { at } from '../../testing/context.js';
import { terms } from '../../testing/builders.js';
import { everInForce, heldOf, inForceAt, statement, withStatement } from './timeline.js';

/** The same statements told to a book and to a view: number 0 is the pledge, the others amend it in that order. */
const numbersHeld = (dates: readonly string[], terminatedAt: string | null = null) => {
  const statements = dates.map((dated, number) => statement(at(dated), number, terms()));
  const timeline = everInForce(statements.reduce(withStatement, [] as typeof statements));
  const stated = statements.map(({ dated, number }) => ({
    kind: number === 0 ? ('pledge' as const) : ('amendment' as const),
    dated,
    number,
  }));
  const ends = terminatedAt === null ? null : at(terminatedAt);
  return {
    book: timeline[inForceAt(timeline, at('2030-01'))]!.number,
    view: heldOf(stated, ends)?.number,
  };
};

describe('the terms that hold', () => {
  it.each([
    ['are the pledge alone', ['2026-01'], 0],
    [
      'are those that hold from later, whichever was recorded first',
      ['2026-01', '2026-06', '2026-03'],
      1,
    ],
    ['are of two from one moment those recorded later', ['2026-01', '2026-03', '2026-03'], 2],
    ['are an amendment that is dated before what it amends', ['2026-03', '2026-01'], 1],
    ['are of two before the pledge those dated later', ['2026-06', '2026-03', '2026-01'], 1],
  ])('%s, for a book and for a view', (_, dates, number) => {
    expect(numbersHeld(dates)).toEqual({ book: number, view: number });
  });

  it('are not those that would hold only after the end', () => {
    expect(numbersHeld(['2026-01', '2026-03', '2026-06'], '2026-06').view).toBe(1);
    expect(numbersHeld(['2026-01', '2026-03', '2026-06'], '2026-06-02').view).toBe(2);
  });

  it('are none while the pledge is not there yet', () => {
    expect(heldOf([{ kind: 'amendment', dated: at('2026-01') }], null)).toBeNull();
    expect(heldOf([], null)).toBeNull();
  });
});
