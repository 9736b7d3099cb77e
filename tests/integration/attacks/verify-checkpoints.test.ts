import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { VerifyReport } from '../../../libs/audit/report.js';
import { AttackedLedger, LedgerToAttack } from '../../support/attacked-ledger.js';
import { databaseServers } from '../../support/database.js';
import { runCli } from '../../support/run-cli.js';

interface Kept extends Omit<VerifyReport, 'shards'> {
  shards: { shard: number; position: number; events: number; hash: string; marks: string[] }[];
}

/** Half a ledger, another ledger and half a checkpoint do not pass. */
describe.each(databaseServers())('a ledger against a kept checkpoint, on $name', (server) => {
  let base: LedgerToAttack;
  let ledger: AttackedLedger;
  let folder: string;
  let kept: Kept;
  beforeAll(async () => {
    base = await LedgerToAttack.open(server);
  });
  afterAll(() => base.close());
  beforeEach(async () => {
    ledger = await base.copy();
    folder = mkdtempSync(join(tmpdir(), 'ledger-kept-'));
    const { code } = await verify('--json', '--out', file('kept.json'));
    expect(code).toBe(0);
    kept = read('kept.json');
  });
  afterEach(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });

  const file = (name: string): string => join(folder, name);
  const read = (name: string): Kept => JSON.parse(readFileSync(file(name), 'utf8')) as Kept;
  const verify = (...args: string[]) => runCli(ledger.ownerUrl, ['verify', ...args]);
  const compare = (name = 'kept.json') => verify('--checkpoint', file(name));
  const compared = async (name = 'kept.json'): Promise<Kept> =>
    JSON.parse((await verify('--checkpoint', file(name), '--json')).out) as Kept;
  /** The shard with most events, so that there is room within. */
  const full = (): { shard: number; position: number } =>
    [...kept.shards].sort((one, other) => other.position - one.position)[0]!;

  /** As the version before wrote it. */
  const keepOld = (): void => {
    const { sound, ledgerId, events, shards, findings, findingsTotal, durationMs } = kept;
    const told = shards.map(({ shard, events: count, position, hash }) => ({
      ...{ shard, events: count, position, hash },
    }));
    writeFileSync(
      file('old.json'),
      JSON.stringify({
        sound,
        ledgerId,
        events,
        shards: told,
        findings,
        findingsTotal,
        durationMs,
      }),
    );
  };

  const dropShard = async (shard: number): Promise<void> =>
    ledger.attack(
      `DELETE FROM ledger.ledger_event WHERE shard = ${shard}`,
      `DELETE FROM ledger.shard_head WHERE shard = ${shard}`,
      `DELETE FROM ledger.stream WHERE shard = ${shard}`,
    );

  describe('says what it came to', () => {
    it('without one: internally consistent only, and how to keep one', async () => {
      const { code, out } = await verify();
      expect(code).toBe(0);
      expect(out).toMatch(/^Internally consistent only: \d+ events in 4 shards/);
      expect(out).not.toMatch(/^Sound/m);
      expect(out.replaceAll('\n', ' ')).toContain(
        'A history that was rewritten as a whole, or cut off at its end, would look the same',
      );
      expect(kept).toMatchObject({
        ...{ sound: true, level: 'internally-consistent', checkpoint: null },
        conclusion: expect.stringMatching(/^Internally consistent only: /),
      });
    });

    it('with one: which it was, and that it was compared', async () => {
      const { code, out } = await compare();
      expect(code).toBe(0);
      expect(out.replaceAll('\n', ' ')).toContain(
        `Sound, and kept.json (${kept.takenAt.slice(0, 10)}, ${kept.events} events) is part of it`,
      );
      expect(await compared()).toMatchObject({
        ...{ sound: true, level: 'matches-checkpoint' },
        checkpoint: {
          ...{ file: file('kept.json'), takenAt: kept.takenAt, ledgerId: kept.ledgerId },
          ...{ events: kept.events, shards: 4, matched: true, limits: [] },
        },
      });
    });

    it('with one of the version before: what it cannot prove', async () => {
      keepOld();
      // It knew no other genesis hash than the one of its format, and no shard of this ledger is empty.
      expect(kept.shards.every(({ position }) => position > 0)).toBe(true);
      const { code, out } = await compare('old.json');
      expect(code).toBe(0);
      expect(out.replaceAll('\n', ' ')).toContain('It was written by a version that kept one hash');
    });
  });

  describe('finds another set of shards', () => {
    it.each([0, 1, 2, 3])(
      'where shard %s was dropped, with everything that names it',
      async (gone) => {
        await dropShard(gone);
        await ledger.attack(`UPDATE ledger.ledger SET shard_count = 3`);
        const { code, err } = await compare();
        expect(code).toBe(3);
        expect(err).toMatch(/genesis hash [0-9a-f]{64} is not of ledger \S+ with 3 shards/);
        const report = await compared();
        expect(report).toMatchObject({ sound: false, checkpoint: { matched: false } });
        expect(report.findings).toContainEqual(
          expect.objectContaining({ finding: 'checkpoint-mismatch', shard: 3 }),
        );
        // The genesis hash binds the number of shards: also without a checkpoint.
        expect(await ledger.names()).toContain('genesis-mismatch');
      },
    );

    it('where one was dropped of a ledger that does not bind their number', async () => {
      keepOld();
      await dropShard(3);
      await ledger.attack('UPDATE ledger.ledger SET shard_count = 3');
      const { code } = await compare('old.json');
      expect(code).toBe(3);
      expect((await compared('old.json')).findings).toContainEqual(
        expect.objectContaining({
          ...{ finding: 'checkpoint-mismatch', shard: 3, from: 1, to: kept.shards[3]!.position },
          detail: expect.stringContaining('shard 3 is gone'),
        }),
      );
    });

    it('where one was emptied', async () => {
      const { shard } = full();
      await ledger.attack(
        `DELETE FROM ledger.ledger_event WHERE shard = ${shard}`,
        `DELETE FROM ledger.stream WHERE shard = ${shard}`,
        `UPDATE ledger.shard_head SET position = 0, recorded_at = NULL,
           hash = (SELECT genesis_hash FROM ledger.ledger) WHERE shard = ${shard}`,
      );
      expect((await ledger.verify()).findings).toEqual([]);
      expect((await compared()).findings).toEqual([
        expect.objectContaining({
          ...{ finding: 'checkpoint-mismatch', shard, from: 1, to: full().position },
          detail: expect.stringContaining('the ledger ends at 0'),
        }),
      ]);
    });

    it.each([5, 1024])('where there are %s', async (shards) => {
      await ledger.attack(
        `UPDATE ledger.ledger SET shard_count = ${shards}`,
        `INSERT INTO ledger.shard_head (shard, epoch, position, hash)
           SELECT shard, 1, 0, genesis_hash FROM ledger.ledger, generate_series(4, ${shards} - 1) AS shard`,
      );
      const { code } = await compare();
      expect(code).toBe(3);
      const { findings } = await compared();
      expect(findings).toContainEqual(
        expect.objectContaining({
          finding: 'checkpoint-mismatch',
          detail: `the checkpoint is of 4 shards, the ledger has ${shards}`,
        }),
      );
    });
  });

  describe('names the place that was changed as far as it can be known', () => {
    it.each([1, 2, 16, 17, 33])('in a shard that was rewritten from %s on', async (position) => {
      const { shard, position: upTo } = full();
      await ledger.rewrite({ shard, position }, (entry) => ({ ...entry, actor: 'mallory' }));
      expect((await ledger.verify()).findings).toEqual([]);
      const { findings } = await compared();
      expect(findings).toHaveLength(1);
      const { finding, from, to, position: place, detail } = findings[0]!;
      expect([finding, findings[0]!.shard]).toEqual(['checkpoint-mismatch', shard]);
      expect(from).toBeLessThanOrEqual(position);
      expect(to).toBeGreaterThanOrEqual(position);
      expect(to! - from!).toBeLessThan(16);
      expect(place).toBeNull();
      expect(detail).toContain(`somewhere in ${from} to ${to} of shard ${shard} was changed`);
      expect(to).toBeLessThan(upTo);
      const { err } = await compare();
      expect(err).toContain(`in shard ${shard}, somewhere in ${from} to ${to}`);
      // One hash cannot say where.
      keepOld();
      expect((await compared('old.json')).findings).toEqual([
        expect.objectContaining({
          finding: 'checkpoint-mismatch',
          shard,
          position: null,
          from: 1,
          to: upTo,
        }),
      ]);
    });

    it('in every shard, where every shard was rewritten', async () => {
      for (const { shard } of kept.shards)
        await ledger.rewrite({ shard, position: 1 }, (entry) => ({ ...entry, actor: 'mallory' }));
      expect((await ledger.verify()).findings).toEqual([]);
      const { findings } = await compared();
      expect(findings.map(({ finding, shard, from }) => [finding, shard, from])).toEqual(
        kept.shards.map(({ shard }) => ['checkpoint-mismatch', shard, 1]),
      );
    });

    it('of an entry that was moved into another shard, and calls that no gap', async () => {
      const { shard, position } = full();
      const victim = { shard, position: position - 3 };
      const into = (shard + 1) % 4;
      await ledger.attack(
        `UPDATE ledger.ledger_event SET shard = ${into}, stream_version = 9000
         WHERE shard = ${shard} AND position = ${victim.position}`,
        `UPDATE ledger.ledger_event SET position = 9000 WHERE shard = ${into} AND position = ${victim.position}
           AND entry LIKE '%"shard":"${shard}"%'`,
      );
      const { findings } = await ledger.verify();
      const [first] = findings;
      expect(first).toMatchObject({
        ...{ finding: 'moved', ...victim },
        detail: expect.stringContaining(`stands in shard ${into}`),
      });
      expect(findings.map(({ finding }) => finding)).not.toContain('gap');
    });
  });

  describe('takes no half of one', () => {
    it.each<[string, string, (said: Kept) => void]>([
      ['checkpoint-shard-missing', 'only its first shard', (said) => void said.shards.splice(1)],
      [
        'checkpoint-counts-contradict',
        'positions of 0',
        (said) => {
          for (const shard of said.shards)
            Object.assign(shard, { position: 0, hash: said.genesisHash });
        },
      ],
      [
        'checkpoint-shard-unknown',
        'a shard 7',
        (said) => void said.shards.push({ ...said.shards[0]!, shard: 7 }),
      ],
      [
        'checkpoint-position-invalid',
        'a position -5',
        (said) => void (said.shards[0]!.position = -5),
      ],
      ['checkpoint-not-sound', 'findings', (said) => void Object.assign(said, { sound: false })],
      [
        'checkpoint-not-sound',
        'findings, and made to say that there are none',
        (said) => void Object.assign(said, { findings: [{ finding: 'gap' }] }),
      ],
    ])('%s: one with %s', async (code, _, change) => {
      change(kept);
      writeFileSync(file('half.json'), JSON.stringify(kept));
      const ran = await compare('half.json');
      expect([ran.code, ran.out]).toEqual([2, '']);
      expect(ran.err).toContain(`[${code}]`);
      expect(ran.err).toContain('To fix it:');
    });

    it('checkpoint-not-json: one that was cut off', async () => {
      writeFileSync(file('half.json'), readFileSync(file('kept.json'), 'utf8').slice(0, 900));
      const ran = await compare('half.json');
      expect([ran.code, ran.out]).toEqual([2, '']);
      expect(ran.err).toContain('[checkpoint-not-json]');
    });

    it.each<[string, (said: Kept) => void]>([
      ['another hash at its end', (said) => void (said.shards[2]!.hash = 'ab'.repeat(32))],
      [
        'another number of streams',
        (said) =>
          void Object.assign(said.shards[1]!, { streams: { count: 1, digest: 'ab'.repeat(32) } }),
      ],
      [
        'another hash in between',
        (said) => {
          const { marks } = said.shards.find((shard) => shard.shard === full().shard)!;
          marks[0] = marks[0]!.replace(/[0-9a-f]{8}$/, '00000000');
        },
      ],
      [
        'fewer events',
        (said) => {
          const shard = said.shards.find((each) => each.shard === full().shard)!;
          shard.position -= 1;
          shard.events -= 1;
          Object.assign(said, { events: said.events - 1 });
          // No mark beyond its end, which would make it unusable instead.
          shard.marks = shard.marks.filter((mark) => Number(mark.split(' ')[0]) < shard.position);
        },
      ],
    ])('that has %s', async (_, change) => {
      change(kept);
      writeFileSync(file('other.json'), JSON.stringify(kept));
      expect((await compare('other.json')).code).toBe(3);
    });
  });

  describe('is never written over by what it was compared with', () => {
    it.each(['the same path', 'another way of writing it', 'a symbolic link', 'a hard link'])(
      'by %s',
      async (how) => {
        const before = readFileSync(file('kept.json'), 'utf8');
        let out = file('kept.json');
        if (how.endsWith('link')) out = file('link.json');
        if (how === 'a symbolic link') symlinkSync(file('kept.json'), out);
        if (how === 'a hard link') linkSync(file('kept.json'), out);
        if (how === 'another way of writing it') out = `${folder}/./kept.json`;
        const { shard } = full();
        await ledger.rewrite({ shard, position: 2 }, (entry) => ({ ...entry, actor: 'mallory' }));
        const ran = await verify('--checkpoint', file('kept.json'), '--json', '--out', out);
        expect([ran.code, ran.out]).toEqual([2, '']);
        expect(ran.err).toContain('[checkpoint-is-output]');
        expect(readFileSync(file('kept.json'), 'utf8')).toBe(before);
        expect((await compare()).code).toBe(3);
      },
    );

    it('nor by a report with findings, whatever that was compared with', async () => {
      const before = readFileSync(file('kept.json'), 'utf8');
      writeFileSync(file('today.json'), before);
      const { shard } = full();
      await ledger.rewrite({ shard, position: 2 }, (entry) => ({ ...entry, actor: 'mallory' }));
      const ran = await verify(
        '--checkpoint',
        file('kept.json'),
        '--json',
        '--out',
        file('today.json'),
      );
      expect(ran.code).toBe(3);
      expect(ran.err).toContain('is a checkpoint and is left as it is');
      expect(JSON.parse(ran.out)).toMatchObject({ sound: false });
      expect(readFileSync(file('today.json'), 'utf8')).toBe(before);
      // Where nothing is lost, the report goes where it should.
      const other = await verify(
        '--checkpoint',
        file('kept.json'),
        '--json',
        '--out',
        file('new.json'),
      );
      expect([other.code, other.out]).toEqual([3, '']);
      expect(read('new.json')).toMatchObject({ sound: false, level: 'not-sound' });
      expect((await compare('new.json')).code).toBe(2);
    });
  });
});
