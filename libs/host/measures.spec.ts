import { describe, expect, it } from '@jest/globals';
import { atMostEvery } from './measures.js';

describe('a measure of what is dear to measure', () => {
  it('is taken once for all who ask within the time, also while it is being taken', async () => {
    let now = 0;
    let taken = 0;
    const measure = atMostEvery(
      100,
      async () => {
        taken += 1;
        await Promise.resolve();
      },
      () => now,
    );
    await Promise.all([measure(), measure()]);
    now = 99;
    await measure();
    expect(taken).toBe(1);
    now = 100;
    await measure();
    expect(taken).toBe(2);
  });

  it('is tried again when it failed, no sooner', async () => {
    let now = 0;
    const outcomes = [Promise.reject(new Error('away')), Promise.resolve()];
    const measure = atMostEvery(
      100,
      () => outcomes.shift()!,
      () => now,
    );
    await expect(measure()).rejects.toThrow('away');
    await expect(measure()).rejects.toThrow('away');
    now = 100;
    await expect(measure()).resolves.toBeUndefined();
  });
});
