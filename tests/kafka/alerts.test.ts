import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { topicNames } from '../../infra/kafka/topics.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { eventually } from '../support/eventually.js';
import { describeKafka, kafkaBrokers, uniquePrefix } from '../support/kafka.js';
import { startRoleProcess, type RoleProcess } from '../support/role-process.js';
import { startApi, type RunningApi } from '../integration/api/running-api.js';
import { Receiver } from '../integration/alerts/receiver.js';
import { deal, done, endpointAt, RULE, use } from '../integration/alerts/watched.js';

jest.setTimeout(180_000);

const COMMITMENT = 'amazon-anthropic.cloud';

interface Told {
  readonly key: string;
  readonly number: number;
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

describeKafka('alerts in their topic', () => {
  const prefix = uniquePrefix();
  const { ledgerAlerts } = topicNames(prefix);
  let api: RunningApi;
  let admin: KafkaTopicAdmin;
  let receiver: Receiver;
  let running: RoleProcess | null = null;

  const start = (fault?: string): RoleProcess => {
    const more = {
      ...{ LEDGER_WEBHOOK_PRIVATE: '1', LEDGER_LEASE_MS: '600' },
      ...(fault === undefined ? {} : { LEDGER_FAULT: fault }),
    };
    const runtimeUrl = String(api.pool.options.connectionString);
    running = startRoleProcess('alerter', { runtimeUrl, brokers: kafkaBrokers(), prefix, more });
    return running;
  };
  const stop = async (): Promise<void> => {
    running?.child.kill('SIGKILL');
    await running?.ended;
    running = null;
  };
  const told = async (): Promise<readonly Told[]> => {
    if ((await admin.partitionCount(ledgerAlerts)) === null) return [];
    const records = await admin.readTail(ledgerAlerts, 0, 1_000);
    return records.map(({ key, value, headers }) => ({
      key: String(key),
      number: Number(String(headers['ce_number'])),
      id: String(headers['ce_id']),
      type: String(headers['ce_type']),
      body: String(value),
    }));
  };
  /** What a reader takes that keeps the last number. */
  const taken = async (): Promise<readonly Told[]> => {
    let last = 0;
    return (await told()).filter(({ number }) => {
      const isNew = number > last;
      last = Math.max(last, number);
      return isNew;
    });
  };

  beforeAll(async () => {
    admin = new KafkaTopicAdmin({ brokers: kafkaBrokers(), clientId: 'reader' });
    api = await startApi();
    receiver = await Receiver.start();
    await deal(api);
    await endpointAt(api, receiver.url);
    await done(api, '/v1/alert-rules', RULE);
  });
  afterEach(stop);
  afterAll(async () => {
    await receiver.close();
    await admin.close();
    await api.close();
  });

  it('stand there once by number, whoever is killed when, as webhooks have them', async () => {
    for (const point of ['before-publish', 'after-publish'])
      for (const amount of ['950', '-950']) {
        const before = (await taken()).length;
        const killed = start(`alerter:${point}`);
        await killed.url;
        await use(api, amount);
        expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
        start();
        await eventually(async () => expect(await taken()).toHaveLength(before + 1), 60_000);
        await stop();
      }
    const all = await taken();
    expect(all.map(({ key, number, type }) => [key, number, type])).toEqual([
      ['acme', 1, 'commitment-ledger.alert-firing.v1'],
      ['acme', 2, 'commitment-ledger.alert-resolved.v1'],
      ['acme', 3, 'commitment-ledger.alert-firing.v1'],
      ['acme', 4, 'commitment-ledger.alert-resolved.v1'],
    ]);
    expect(JSON.parse(all[0]?.body ?? '')).toMatchObject({
      type: 'alert.firing',
      data: { subject: COMMITMENT, facts: { value: '0.95' }, id: all[0]?.id },
    });
    start();
    // Two were sent and not noted: they stand there more than once, each time with the same id.
    const times = async (wanted: number): Promise<number> =>
      (await told()).filter(({ number }) => number === wanted).length;
    await eventually(async () => {
      expect(await times(3)).toBeGreaterThan(1);
      expect(await times(4)).toBeGreaterThan(1);
    }, 60_000);
    const everything = await told();
    expect(new Set(everything.map(({ number, id }) => `${number} ${id}`)).size).toBe(4);
    await eventually(
      () => expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(4),
      60_000,
    );
    const bodies = new Map(receiver.received.map(({ id, body }) => [id, body]));
    for (const { id, body } of all) expect(bodies.get(id)).toBe(body);
  });

  it('wait for a broker that is away, and webhooks do not', async () => {
    const before = (await taken()).length;
    receiver.received.length = 0;
    const runtimeUrl = String(api.pool.options.connectionString);
    const more = { LEDGER_WEBHOOK_PRIVATE: '1', LEDGER_LEASE_MS: '600' };
    running = startRoleProcess('alerter', { runtimeUrl, brokers: ['127.0.0.1:1'], prefix, more });
    const away = running;
    await away.url;
    await use(api, '960');
    await eventually(() => expect(receiver.told).toEqual([`firing used ${COMMITMENT}`]), 60_000);
    await eventually(async () => {
      const ready = await away.ready();
      expect(ready?.status).toBe(503);
      expect(JSON.stringify(ready?.body)).toContain('alerts are not in the topic');
    }, 60_000);
    await stop();
    start();
    await eventually(async () => expect(await taken()).toHaveLength(before + 1), 60_000);
  });
});
