import { describe, expect, it } from '@jest/globals';
import { RISKS, riskOf, riskRank, type Standing } from './risk.js';

const running: Standing = {
  isBinding: true,
  state: 'running',
  remaining: 10n,
  pastDue: 0n,
  pace: 'on',
  exhaustion: 'expected',
  hasEnd: true,
};

describe('the risk of a commitment', () => {
  it.each<readonly [Partial<Standing>, string]>([
    [{}, 'low on-track'],
    [{ pace: 'ahead' }, 'low on-track'],
    [{ pace: null }, 'low on-track'],
    [{ pastDue: 1n }, 'high past-due'],
    [{ state: 'ended', pastDue: 10n, exhaustion: 'never' }, 'high ended-short'],
    [{ state: 'terminated', pace: null, exhaustion: null }, 'high ended-short'],
    [{ exhaustion: 'after-end', pace: 'ahead' }, 'medium too-late'],
    [{ exhaustion: 'never', pace: 'behind' }, 'medium too-late'],
    [{ pace: 'behind' }, 'medium behind-pace'],
    [{ hasEnd: false, pace: 'behind', exhaustion: 'never' }, 'medium behind-pace'],
    [{ hasEnd: false, pace: null, exhaustion: 'never' }, 'unknown no-end-known'],
    [{ hasEnd: false, pace: 'on', exhaustion: 'never' }, 'low on-track'],
    [{ state: 'ahead', exhaustion: 'never' }, 'low not-started'],
    [{ remaining: 0n, exhaustion: 'already' }, 'none done'],
    [{ remaining: 0n, state: 'terminated', pace: null, exhaustion: null }, 'none done'],
    [{ isBinding: false, pastDue: 10n }, 'none not-binding'],
  ])('with %j is %s', (changed, expected) => {
    const { level, reason } = riskOf({ ...running, ...changed });
    expect(`${level} ${reason}`).toBe(expected);
  });

  it('ranks from the worst, and levels go with it', () => {
    expect(RISKS.map(([reason]) => riskRank({ reason }))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const levels = RISKS.map(([, level]) => level);
    expect([...new Set(levels)]).toEqual(['high', 'medium', 'unknown', 'low', 'none']);
    expect(levels.filter((level, at) => level !== levels[at - 1])).toHaveLength(5);
  });
});
