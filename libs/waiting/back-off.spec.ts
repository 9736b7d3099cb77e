import { describe, expect, it } from '@jest/globals';
import { backOff } from './back-off.js';

const FAILURES = [1, 2, 3, 4, 5, 6, 7, 8, 1_000];

describe('waiting after failures in a row', () => {
  it('doubles up to five seconds for the loop of a shard', () => {
    expect(FAILURES.map((failures) => backOff(failures))).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000,
    ]);
  });

  it('keeps to the limits it is given', () => {
    const limits = { firstMs: 250, maxMs: 1_000 };
    expect(FAILURES.slice(0, 4).map((failures) => backOff(failures, limits))).toEqual([
      250, 500, 1_000, 1_000,
    ]);
  });
});
