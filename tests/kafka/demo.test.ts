import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { describeKafka, kafkaBrokers, uniquePrefix } from '../support/kafka.js';

jest.setTimeout(240_000);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describeKafka('npm run demo -- --kafka', () => {
  let folder: string;
  let databases: readonly TestDatabase[];
  let prefix: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-demo-'));
    databases = await Promise.all([testDatabase(), testDatabase()]);
    prefix = uniquePrefix();
  });
  afterEach(async () => {
    await Promise.all(databases.map((database) => database.drop()));
    await rm(folder, { recursive: true });
  });

  const start = (database: TestDatabase, args: readonly string[], env = {}) => {
    const main = ['--import', './tests/support/typescript.mjs', 'apps/cli/main.ts', 'demo'];
    const child = spawn(process.execPath, [...main, '--json', '--rows', '365', ...args], {
      env: {
        ...process.env,
        DATABASE_URL: database.ownerUrl,
        LEDGER_RUNTIME_URL: database.runtimeUrl,
        LEDGER_DATA_DIR: folder,
        LEDGER_TOPIC_PREFIX: prefix,
        KAFKA_BROKERS: kafkaBrokers().join(','),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ran = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
    const ended = once(child, 'close').then(([code]) => ({ ...ran, code: code as number | null }));
    return { child, ran, ended };
  };

  it('ends with the tables of the standalone demo, resumes, and stops all that it started', async () => {
    const [standalone, distributed] = databases as [TestDatabase, TestDatabase];
    const [one, four] = await Promise.all([
      start(standalone, ['--exit']).ended,
      start(distributed, ['--kafka', '--exit']).ended,
    ]);
    expect(four.err).toMatch(/1,5\d\d synthetic usage events through Kafka/);
    expect([one.code, four.code]).toEqual([0, 0]);
    expect(one.out).toMatch(/"amazon-anthropic\.cloud"/);
    expect(four.out).toBe(one.out);

    const again = start(distributed, ['--kafka']);
    await eventually(() => expect(again.ran.err).toContain('Ctrl-C stops; the data stays'), 90_000);
    expect(again.ran.err).toContain('they are still here');
    expect(again.ran.out).toBe(one.out);
    const pids = [...again.ran.err.matchAll(/\(process (\d+)\)/g)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(5);
    expect(pids.every(isAlive)).toBe(true);
    again.child.kill('SIGINT');
    again.child.kill('SIGINT');
    expect(await again.ended).toMatchObject({ code: 0 });
    expect(pids.some(isAlive)).toBe(false);
  });

  it('says in one sentence why it cannot run', async () => {
    const nobody = start(databases[0]!, ['--kafka'], { KAFKA_BROKERS: '127.0.0.1:1' });
    const nothing = start(databases[1]!, ['--kafka'], {
      KAFKA_BROKERS: '',
      JAVA_HOME: join(folder, 'no-java'),
    });
    const [unanswered, withoutJava] = await Promise.all([nobody.ended, nothing.ended]);
    expect(unanswered).toMatchObject({ code: 1, out: '' });
    expect(unanswered.err).toMatch(/^Failed: No Kafka broker answers at 127\.0\.0\.1:1 /);
    expect(withoutJava).toMatchObject({ code: 1, out: '' });
    expect(withoutJava.err).toMatch(
      /^Failed: .*Java 17 is not installed: install it .*KAFKA_BROKERS/,
    );
  });
});
