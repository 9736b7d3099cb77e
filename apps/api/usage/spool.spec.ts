import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spool } from './spool.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spool-'));
});
afterEach(() => rm(folder, { recursive: true }));

const textOf = async (spool: Spool): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of spool.read()) parts.push(part);
  return Buffer.concat(parts).toString();
};

describe('a spooled answer', () => {
  it('is what was written, in order, beyond what memory takes', async () => {
    const spool = new Spool({ memoryMax: 100, fileMax: 1_000_000, folder });
    const texts = Array.from({ length: 20_000 }, (_, n) => `line ${n} ä\n`);
    for (const text of texts) expect(await spool.add(text)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
    expect(await textOf(spool)).toBe(texts.join(''));
    await spool.close();
  });

  it('says when it is full, and keeps what it has', async () => {
    const spool = new Spool({ memoryMax: 10, fileMax: 30, folder });
    const taken = [];
    for (let n = 0; n < 6; n += 1) taken.push(await spool.add(`${n}234567\n`));
    expect(taken).toEqual([true, true, true, false, false, false]);
    expect(await textOf(spool)).toBe('0234567\n1234567\n2234567\n');
    await spool.close();
  });

  it('keeps what it has where there is no disk to write to', async () => {
    const spool = new Spool({ memoryMax: 10, fileMax: 1_000, folder: join(folder, 'none') });
    expect(await spool.add('first\n')).toBe(true);
    expect(await spool.add('second\n')).toBe(false);
    expect(await spool.add('t\n')).toBe(false);
    expect(await textOf(spool)).toBe('first\n');
    await spool.close();
  });
});
