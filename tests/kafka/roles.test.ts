import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createApiKey } from '../../libs/access/api-keys.js';
import { createPool } from '../../libs/host/pool.js';
import { eventually } from '../support/eventually.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { startRoleProcess, type RoleProcess } from '../support/role-process.js';
import { topicFindings } from '../support/topic-invariants.js';
import { Relaying } from './relaying.js';

jest.setTimeout(90_000);

describeKafka('processes with roles', () => {
  let relaying: Relaying;
  let deals: readonly string[];
  const processes: RoleProcess[] = [];
  beforeEach(async () => {
    relaying = await Relaying.open(kafkaBrokers());
    deals = await relaying.deals();
  });
  afterEach(async () => {
    for (const { child, ended } of processes.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    await relaying.close();
  });

  const start = (role: string, more: Record<string, string> = {}): RoleProcess => {
    const { runtimeUrl, prefix } = relaying;
    const environment = { runtimeUrl, brokers: kafkaBrokers(), prefix };
    const started = startRoleProcess(role, {
      ...environment,
      more: { LEDGER_LEASE_MS: '1000', ...more },
    });
    processes.push(started);
    return started;
  };
  const becomesReady = (role: RoleProcess) =>
    eventually(async () => expect(await role.ready()).toMatchObject({ status: 200 }), 40_000);
  const projected = () =>
    eventually(async () => expect(await relaying.projected()).toBe(true), 40_000);

  it('carry usage from the api to its burn-down, and drain when told to', async () => {
    const owner = createPool(relaying.ownerUrl, { max: 1 });
    const key = await createApiKey(owner, { tenant: 'acme', name: 'ann', role: 'poster' });
    await owner.end();
    const [api, carriers] = [start('api'), start('publisher,projector')];
    await becomesReady(carriers);
    await becomesReady(api);
    const asked = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const posted = await fetch(`${await api.url}/v1/usage-events`, {
      method: 'POST',
      headers: asked,
      body: JSON.stringify({
        source: 'finance',
        id: 'distributed-1',
        agreement: deals[0],
        effectiveAt: '2026-03-15T00:00:00Z',
        currency: 'USD',
        amount: '123.45',
      }),
    });
    expect(posted.status).toBe(201);
    await projected();
    expect(await relaying.contents()).toContain('123.45');
    expect(await relaying.contents()).toBe(await relaying.fromZero());
    const metrics = await (await fetch(`${await carriers.url}/metrics`)).text();
    expect(metrics).toMatch(/ledger_publisher_lag_events\{shard="0"\} 0/);
    expect(metrics).toMatch(/ledger_projector_entries_total\{from="topic"\} [1-9]/);
    for (const each of [api, carriers]) {
      each.child.kill('SIGTERM');
      expect(await each.ended).toEqual({ code: 0, signal: null });
    }
  });

  it('are alive but not ready without a broker, and say why', async () => {
    const lonely = start('projector,publisher', { KAFKA_BROKERS: '127.0.0.1:1' });
    const live = await fetch(`${await lonely.url}/health/live`);
    expect(live.status).toBe(200);
    await eventually(async () =>
      expect(await lonely.ready()).toMatchObject({
        status: 503,
        body: {
          status: 'not-ready',
          database: 'reachable',
          roles: [
            { role: 'projector', ready: false, now: { trouble: expect.stringMatching(/broker/) } },
            { role: 'publisher', ready: false },
          ],
        },
      }),
    );
    lonely.child.kill('SIGTERM');
    expect(await lonely.ended).toEqual({ code: 0, signal: null });
  });

  it('refuse a role that does not exist, and Kafka roles without Kafka', async () => {
    const misspelt = start('publishr');
    expect(await misspelt.ended).toMatchObject({ code: 2 });
    expect(misspelt.said()).toMatch(/Did you mean publisher\?/);
    const alone = start('intake', { KAFKA_BROKERS: '' });
    expect(await alone.ended).toMatchObject({ code: 2 });
    expect(alone.said()).toMatch(/KAFKA_BROKERS/);
  });

  it('only repeat when frozen before a send, and woken long after another took over', async () => {
    await relaying.use(deals[0]!, 20);
    const zombie = start('publisher', { LEDGER_FAULT: 'publisher:before-send@1=stop' });
    await eventually(() => expect(zombie.said()).toContain('LEDGER_FAULT reached'), 40_000);
    await relaying.publish('heir');
    await eventually(async () => expect(await relaying.published()).toBe(true));
    await relaying.use(deals[0]!, 20);
    await eventually(async () => expect(await relaying.published()).toBe(true));
    const ends = async () =>
      (await relaying.admin.endOffsets(relaying.topic)).reduce((a, b) => a + b);
    const before = await ends();
    zombie.child.kill('SIGCONT');
    await eventually(async () => expect(await ends()).toBeGreaterThan(before));
    await relaying.use(deals[0]!, 20);
    await eventually(async () => expect(await relaying.published()).toBe(true));
    expect(await topicFindings(relaying.admin, relaying.topic, relaying.ledger)).toEqual([]);
    await becomesReady(zombie);
  });

  it.each([
    'publisher:before-send',
    'publisher:after-send',
    'publisher:after-checkpoint',
    'projector:after-fold',
    'projector:after-upsert',
    'projector:after-checkpoint',
    'projector:after-commit',
    'projector:before-settle',
  ])('lose and double nothing when killed at %s', async (point) => {
    await relaying.use(deals[0]!, 20);
    const killed = start('publisher,projector', { LEDGER_FAULT: `${point}@2` });
    expect(await killed.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(killed.said()).toContain(`LEDGER_FAULT reached ${point}`);
    await relaying.use(deals[1]!, 20);
    start('publisher,projector');
    await projected();
    expect(await relaying.contents()).toBe(await relaying.fromZero());
    expect(await topicFindings(relaying.admin, relaying.topic, relaying.ledger)).toEqual([]);
  });
});
