import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pause, Wakeup } from './wakeup.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** What has resolved so far, in order. */
const watch = (waits: Readonly<Record<string, Promise<void>>>): string[] => {
  const risen: string[] = [];
  for (const [name, wait] of Object.entries(waits)) void wait.then(() => risen.push(name));
  return risen;
};

describe('a wake-up', () => {
  it('is heard by all who wait, at once', async () => {
    const wakeup = new Wakeup();
    const risen = watch({ one: wakeup.wait(0), other: wakeup.wait(0, { ms: 1_000 }) });
    await jest.advanceTimersByTimeAsync(999);
    expect(risen).toEqual([]);
    wakeup.wake();
    await jest.advanceTimersByTimeAsync(0);
    expect(risen).toEqual(['one', 'other']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that comes between looking and waiting is not slept through, and counts once', async () => {
    const wakeup = new Wakeup();
    const seen = wakeup.count;
    wakeup.wake();
    const risen = watch({ early: wakeup.wait(seen), later: wakeup.wait(wakeup.count) });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(risen).toEqual(['early']);
  });

  it('need not come: the time ends the wait, and not before', async () => {
    const wakeup = new Wakeup();
    const risen = watch({ late: wakeup.wait(0, { ms: 200 }) });
    await jest.advanceTimersByTimeAsync(199);
    expect(risen).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(risen).toEqual(['late']);
  });

  it('is not waited for by whoever is stopped, and nothing stays behind', async () => {
    const wakeup = new Wakeup();
    const closing = new AbortController();
    const removed = jest.spyOn(closing.signal, 'removeEventListener');
    const waits = { first: wakeup.wait(0, { ms: 5_000, signal: closing.signal }) };
    const risen = watch(waits);
    closing.abort();
    await jest.advanceTimersByTimeAsync(0);
    expect(risen).toEqual(['first']);
    expect(removed).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
    await wakeup.wait(0, { signal: closing.signal });
    await pause(5_000, closing.signal);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a pause', () => {
  it('lasts as long as it was asked to', async () => {
    const risen = watch({ over: pause(50) });
    await jest.advanceTimersByTimeAsync(49);
    expect(risen).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(risen).toEqual(['over']);
  });
});
