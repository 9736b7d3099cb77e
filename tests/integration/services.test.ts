import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../support/database.js';

/** Nobody listens there: what works over Kafka is alive, and not ready. */
const NO_BROKER = '127.0.0.1:9';
const HTTP_FRAMEWORKS = /^(fastify|@fastify\/.*|find-my-way|express|@nestjs\/platform-.*)$/;

interface Main {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said(): string;
  url(): Promise<string>;
}

const running: ChildProcess[] = [];

/**
 * The `main` of a service as an OS starts it, telling which packages it loads. Built by tsc: what is injected by its type
 * there is not what it is where the sources run.
 */
const start = (service: string, environment: Readonly<Record<string, string>>): Main => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('LEDGER_') && name !== 'DATABASE_URL',
  );
  const main = `dist/apps/${service}/main.js`;
  const child = spawn(process.execPath, ['--import', './tests/support/loaded-modules.mjs', main], {
    env: { ...Object.fromEntries(inherited), LEDGER_PORT: '0', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.push(child);
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  return {
    child,
    ended: once(child, 'exit').then(([code]) => code as number | null),
    said: () => text,
    url: async () => {
      for (;;) {
        const found = /"url":"(http:[^"]+)"/.exec(text)?.[1];
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(text);
        await sleep(50);
      }
    },
  };
};

const loadedBy = ({ said }: Main): readonly string[] =>
  said()
    .split('\n')
    .flatMap((line) => (line.startsWith('loaded ') ? line.slice('loaded '.length) : []));

let database: TestDatabase;
beforeAll(async () => {
  // Built already, unless this file is run by itself.
  execFileSync(process.execPath, ['infra/setup/run.mjs', 'build'], { stdio: 'pipe' });
  database = await testDatabase();
}, 180_000);
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await database.drop();
});

describe.each(['intake', 'publisher', 'projector'])('the service %s', (service) => {
  let main: Main;
  let url: string;
  beforeAll(async () => {
    main = start(service, { LEDGER_RUNTIME_URL: database.runtimeUrl, KAFKA_BROKERS: NO_BROKER });
    url = await main.url();
  }, 120_000);

  it('loads NestJS, and no HTTP framework', () => {
    const loaded = loadedBy(main);
    expect(loaded).toContain('@nestjs/core');
    expect(loaded.filter((name) => HTTP_FRAMEWORKS.test(name))).toEqual([]);
  });

  it('is alive without a broker, and says why it is not ready', async () => {
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'live' });
    const ready = await fetch(`${url}/health/ready?role=${service}`);
    expect(ready.status).toBe(503);
    expect(ready.headers.get('retry-after')).toBe('2');
    expect(await ready.json()).toMatchObject({
      status: 'not-ready',
      ...{ database: 'reachable', readable: true, writable: true, projections: [] },
      roles: [{ role: service, ready: false, reason: expect.any(String) }],
    });
  });

  it('answers questions about other roles, other paths and other methods with problems', async () => {
    const answers = await Promise.all([
      fetch(`${url}/health/ready?role=api`),
      fetch(`${url}/health/ready?access=some`),
      fetch(`${url}/v1/ledger`),
      fetch(`${url}/version`, { method: 'POST' }),
      fetch(`${url}/metrics`, { headers: { authorization: 'Bearer cl_0123456789abcdef' } }),
    ]);
    const codes = [];
    for (const answer of answers) {
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      const { status, code } = (await answer.json()) as { status: number; code: string };
      expect(answer.status).toBe(status);
      codes.push([status, code]);
    }
    expect(codes).toEqual([
      [404, 'role-not-here'],
      [400, 'query-invalid'],
      [404, 'no-such-path'],
      [405, 'method-not-allowed'],
      [401, 'key-unknown'],
    ]);
  });

  it('tells its metrics', async () => {
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    expect(await answer.text()).toContain('\nledger_database_up 1\n');
  });

  it('ends in order at SIGTERM', async () => {
    main.child.kill('SIGTERM');
    expect(await main.ended).toBe(0);
  }, 60_000);
});

describe('the service api', () => {
  it('serves the api, and loads its framework', async () => {
    const main = start('api', { LEDGER_RUNTIME_URL: database.runtimeUrl });
    const url = await main.url();
    expect((await fetch(`${url}/v1/ledger`)).status).toBe(401);
    expect(await (await fetch(`${url}/health/ready?role=api`)).json()).toMatchObject({
      roles: [{ role: 'api' }],
    });
    expect(loadedBy(main)).toEqual(expect.arrayContaining(['fastify', '@nestjs/platform-fastify']));
    main.child.kill('SIGTERM');
    expect(await main.ended).toBe(0);
  }, 120_000);
});

describe('a service that cannot start', () => {
  it.each([
    ['intake', {}, 'kafka-missing', 'The role intake needs Kafka: set KAFKA_BROKERS'],
    ['publisher', { LEDGER_PROT: '1' }, 'unknown-variable', 'Did you mean LEDGER_PORT?'],
    ['api', { DATABASE_URL: 'postgres://o@127.0.0.1:9/l' }, 'owner-credentials-held', 'owner'],
  ])(
    '%s says so in one line with a code: %j',
    async (service, settings, code, words) => {
      const main = start(service, { LEDGER_RUNTIME_URL: database.runtimeUrl, ...settings });
      expect(await main.ended).toBe(1);
      const lines = main
        .said()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('loaded '));
      expect(lines).toHaveLength(1);
      const told = JSON.parse(lines[0] ?? '') as { code: string; msg: string };
      expect(told.code).toBe(code);
      expect(told.msg).toContain(words);
      expect(told).not.toHaveProperty('stack');
    },
    60_000,
  );
});
