import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import {
  describeKafkaServers,
  startTestKafka,
  uniquePrefix,
  type TestKafka,
} from '../support/kafka.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startRoleProcess, type RoleProcess } from '../support/role-process.js';

jest.setTimeout(120_000);

const ALL = 'api,intake,publisher,projector';

describeKafkaServers('the readiness of a process with all roles', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  const processes: RoleProcess[] = [];

  beforeAll(async () => {
    kafka = await startTestKafka(1);
    database = await testDatabase();
  });
  afterEach(async () => {
    for (const { child, ended } of processes.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
  });
  afterAll(async () => {
    await database.drop();
    await kafka.stop();
  });

  const start = (prefix: string): RoleProcess => {
    const started = startRoleProcess(ALL, {
      runtimeUrl: database.runtimeUrl,
      brokers: kafka.brokers,
      prefix,
      more: { LEDGER_ALLOW_UNSAFE_DURABILITY: '1' },
    });
    processes.push(started);
    return started;
  };
  const ask = async (process: RoleProcess, query: string) => {
    const answer = await fetch(`${await process.url}/health/ready${query}`);
    return { status: answer.status, body: (await answer.json()) as object };
  };
  const isReady = (process: RoleProcess) =>
    eventually(async () => expect(await process.ready()).toMatchObject({ status: 200 }), 40_000);
  /** What it logged: warnings and worse. */
  const warned = (process: RoleProcess): string[] =>
    process
      .said()
      .split('\n')
      .filter((line) => /"level":[456]0/.test(line));

  it('comes without a warning on a cluster that is well: on a new one, and again', async () => {
    const prefix = uniquePrefix();
    for (let times = 0; times < 2; times += 1) {
      const process = start(prefix);
      await isReady(process);
      expect(warned(process)).toEqual([]);
      process.child.kill('SIGTERM');
      expect(await process.ended).toEqual({ code: 0, signal: null });
      expect(warned(process)).toEqual([]);
    }
  });

  it('leaves HTTP where it is when the broker goes away, and lets nobody say that it works who does not', async () => {
    const process = start(uniquePrefix());
    await isReady(process);
    await kafka.kill(1);
    for (const role of ['publisher', 'intake', 'projector'])
      await eventually(async () => {
        const { status, body } = await ask(process, `?role=${role}`);
        expect({ status, body }).toMatchObject({
          status: 503,
          body: {
            status: 'not-ready',
            readable: true,
            writable: true,
            reason: null,
            roles: [{ role, ready: false, reason: expect.stringMatching(/broker/) }],
          },
        });
        expect(JSON.stringify(body)).not.toContain('"publishing"');
      }, 30_000);
    expect(await ask(process, '?role=api')).toMatchObject({
      status: 200,
      body: { status: 'ready', roles: [{ role: 'api', ready: true, reason: null }] },
    });
    expect(await ask(process, '')).toMatchObject({
      status: 503,
      body: { roles: [{ role: 'api', ready: true }, { role: 'intake', ready: false }, {}, {}] },
    });
    await kafka.restart(1);
    await isReady(process);
  });
});
