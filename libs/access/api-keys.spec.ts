import { describe, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import type pg from 'pg';
import { CACHE_MS, createApiKey, StoredApiKeys } from './api-keys.js';

const guess = (n: number): string => `cl_${String(n).padStart(43, '0')}`;
const hashOf = (key: string): string => hash('sha256', key, 'hex');

/** A table of keys that remembers what it was asked, and a clock that stands still until it is moved. */
const table = () => {
  const rows = new Map<string, object>();
  const asked: number[] = [];
  const gates: (() => void)[] = [];
  let gated = false;
  const query = async (_: string, [hashes]: [readonly Buffer[]]) => {
    asked.push(hashes.length);
    const found = hashes.flatMap((each) => rows.get(each.toString('hex')) ?? []);
    if (gated) await new Promise<void>((resolve) => gates.push(resolve));
    return { rows: found };
  };
  const clock = { now: 0 };
  return {
    asked,
    clock,
    keys: new StoredApiKeys({ query } as unknown as Pick<pg.Pool, 'query'>, () => clock.now),
    put: (key: string, row: object = {}): void => {
      const hash = hashOf(key);
      rows.set(hash, {
        ...{ hash, tenant: 'acme', name: 'n', role: 'poster', person: 'p', sources: null },
        ...row,
      });
    },
    hold: () => (gated = true),
    release: () => {
      gated = false;
      for (const open of gates.splice(0)) open();
    },
  };
};

describe('who a key belongs to', () => {
  it('is its tenant, name and role, whose it is and of which sources it may post', async () => {
    const { keys, put } = table();
    put(guess(1));
    put(guess(2), { sources: ['a'] });
    put(guess(3), { role: 'king' });
    const principal = { tenant: 'acme', name: 'n', role: 'poster', person: 'p' };
    expect(await keys.find(guess(1))).toEqual(principal);
    expect(await keys.find(guess(2))).toEqual({ ...principal, sources: ['a'] });
    expect(await keys.find(guess(3))).toBeNull();
  });

  it('is not asked of the database for what does not look like a key', async () => {
    const { keys, asked } = table();
    for (const text of ['', 'cl_short', `cl_${'!'.repeat(43)}`, `${guess(1)}0`])
      expect(await keys.find(text)).toBeNull();
    expect(asked).toEqual([]);
  });

  it('is remembered for a short time, also where there is nobody', async () => {
    const { keys, asked, clock, put } = table();
    put(guess(1));
    for (let n = 0; n < 5; n += 1) {
      expect(await keys.find(guess(1))).not.toBeNull();
      expect(await keys.find(guess(2))).toBeNull();
    }
    expect(asked).toEqual([1, 1]);
    clock.now = CACHE_MS;
    put(guess(2));
    expect(await keys.find(guess(2))).not.toBeNull();
  });

  it('is asked for together, however many guess at once', async () => {
    const { keys, asked } = table();
    const guesses = Array.from({ length: 1_000 }, (_, n) => keys.find(guess(n)));
    expect(new Set(await Promise.all(guesses))).toEqual(new Set([null]));
    expect(asked).toEqual([1_000]);
  });

  it('is known at once when the key is new, also while others are being looked for', async () => {
    const { keys, put, hold, release } = table();
    hold();
    const before = keys.find(guess(1));
    await new Promise((resolve) => setImmediate(resolve));
    put(guess(2));
    const after = keys.find(guess(2));
    release();
    expect([await before, (await after)?.name]).toEqual([null, 'n']);
  });

  it('is looked for soon, though the question before is not answered', async () => {
    const { keys, asked, put, hold, release } = table();
    put(guess(2));
    hold();
    const stuck = keys.find(guess(1));
    await new Promise((resolve) => setImmediate(resolve));
    const other = keys.find(guess(2));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(asked).toEqual([1, 1]);
    release();
    expect([await stuck, (await other)?.name]).toEqual([null, 'n']);
  });

  it('does not leave memory behind for guesses', async () => {
    const { keys } = table();
    for (let from = 0; from < 30_000; from += 5_000)
      await Promise.all(Array.from({ length: 5_000 }, (_, n) => keys.find(guess(from + n))));
    expect(JSON.stringify(keys, sizes).match(/"size":\d+/g)).toEqual(['"size":0', '"size":10000']);
  });
});

const sizes = (_: string, value: unknown): unknown =>
  value instanceof Map ? { size: value.size } : value;

describe('making a key', () => {
  it.each(['', 'Acme', 'a b', 'a/b', 'ä', 'x'.repeat(64)])(
    'is refused for the tenant %j',
    async (tenant) => {
      const query = () => Promise.reject(new Error('asked'));
      await expect(
        createApiKey({ query } as never, { tenant, name: 'n', role: 'poster' }),
      ).rejects.toMatchObject({ code: 'tenant-invalid' });
    },
  );
});
