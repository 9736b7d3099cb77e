import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { applicationOver } from '../support/application.js';
import type { RecordedEntry } from '../../libs/ledger/ledger.js';
import { toLedgerMessage } from '../../libs/contract/messages/ledger-events.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import type { OutgoingRecord } from '../../libs/contract/messages/records.js';
import { projections } from '../../libs/projections/all.js';
import { burnDown } from '../../libs/projections/burn-down/query.js';
import type { Projection } from '../../libs/projections/engine/projection.js';
import { ensureLive } from '../../libs/projections/engine/rebuild.js';
import { projectionStatus } from '../../libs/projections/engine/status.js';
import { createMetrics } from '../../libs/host/metrics.js';
import { createPool } from '../../libs/host/pool.js';
import { appendForged } from '../support/append-forged.js';
import { cuttableProxy } from '../support/cuttable-proxy.js';
import { eventually } from '../support/eventually.js';
import { forged, forgedNext } from '../support/forge.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { Relaying } from './relaying.js';

jest.setTimeout(60_000);

describeKafka('projecting what the topic brings', () => {
  let relaying: Relaying;
  let deals: readonly string[];
  let outside: KafkaPublisher;
  beforeAll(() => {
    outside = new KafkaPublisher({ brokers: kafkaBrokers(), clientId: 'outside' });
  });
  beforeEach(async () => {
    relaying = await Relaying.open(kafkaBrokers());
    deals = await relaying.deals();
    for (const deal of deals) await relaying.use(deal, 40);
  });
  afterEach(() => relaying.close());
  afterAll(() => outside.close());

  const entriesOf = (shard: number) => relaying.ledger.read(shard, 0, 100_000);
  const message = (entry: RecordedEntry) => toLedgerMessage(entry, relaying.ledger.ledgerId);
  const put = (shard: number, records: readonly OutgoingRecord[]) =>
    outside.publish(relaying.topic, shard, records);
  const projected = () => eventually(async () => expect(await relaying.projected()).toBe(true));
  const expectFromZero = async () => {
    await projected();
    expect(await relaying.contents()).toBe(await relaying.fromZero());
  };
  const settled = () =>
    eventually(async () =>
      expect(await relaying.admin.committedOffsets(relaying.group, relaying.topic)).toEqual(
        await relaying.admin.endOffsets(relaying.topic),
      ),
    );
  const readFrom = async (metrics: ReturnType<typeof createMetrics>) => {
    const { values } = await metrics.projectorEntries.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.from, value]));
  };

  it('takes everything from the topic, and nothing from the ledger, when the topic has it all', async () => {
    await relaying.publish('publisher');
    const metrics = createMetrics('test');
    const projector = await relaying.projectFromTopic({ metrics });
    await expectFromZero();
    await settled();
    const from = await readFrom(metrics);
    expect(from['topic']).toBeGreaterThan(0);
    expect(from['ledger'] ?? 0).toBe(0);
    expect(projector.status()).toMatchObject({ ready: true, troubles: {} });
  });

  it('makes good what is missing, and drops what comes again or in the wrong order', async () => {
    for (const shard of [0, 1]) {
      const messages = (await entriesOf(shard)).map(message);
      await put(shard, messages.slice(0, 5));
      await put(shard, messages.slice(2, 9));
      await put(shard, messages.slice(12, 20));
      await put(shard, messages.slice(4, 14));
      await put(shard, [...messages.slice(30, 34), ...messages.slice(21, 23).reverse()]);
      await put(shard, messages.slice(0, 3));
      await put(shard, messages.slice(-1));
    }
    await relaying.projectFromTopic();
    await expectFromZero();
    await settled();
  });

  it('changes nothing when the topic is replayed from offset 0, or its offsets are deleted', async () => {
    await relaying.publish('publisher');
    const first = await relaying.projectFromTopic();
    await projected();
    await settled();
    const once = await relaying.contents();
    await first.close();
    await relaying.admin.resetOffsets(relaying.group, relaying.topic, [0, 0]);
    const second = await relaying.projectFromTopic();
    await settled();
    await second.close();
    await relaying.admin.resetOffsets(relaying.group, relaying.topic, 'earliest');
    await relaying.use(deals[0]!, 5);
    await relaying.projectFromTopic();
    await projected();
    await settled();
    expect(await relaying.contents()).not.toBe(once);
    expect(await relaying.contents()).toBe(await relaying.fromZero());
  });

  it('loses nothing when the source is switched in either direction, or both are followed', async () => {
    await relaying.publish('publisher');
    for (let round = 0; round < 4; round += 1) {
      const fromTopic = await relaying.projectFromTopic({ limit: 9 });
      await relaying.use(deals[round % 2]!, 25);
      const fromLedger = await relaying.projectFromLedger({ limit: 7 });
      if (round % 2 === 0) await fromTopic.close();
      await relaying.use(deals[(round + 1) % 2]!, 25);
      await fromLedger.stop();
      await fromTopic.close();
    }
    await relaying.projectFromTopic();
    await expectFromZero();
  });

  it('goes on from the ledger when offsets are ahead of the views, or the topic is silent', async () => {
    // Nothing in the topic at all: its publisher is gone.
    await relaying.projectFromTopic({ patrolMs: 100 });
    await expectFromZero();
  });

  it.each<readonly [string, (entries: readonly RecordedEntry[]) => readonly OutgoingRecord[]]>([
    ['an entry that was changed', (all) => [...all.slice(0, 9), forged(all[9]!)].map(message)],
    ['a chain that was made up', (all) => [forgedNext(all[9]!), ...all.slice(0, 9)].map(message)],
    ['what would come next', (all) => [...all, forgedNext(all.at(-1)!)].map(message)],
    ['both versions of an entry', (all) => [forged(all[3]!), ...all.slice(0, 9)].map(message)],
    [
      'what cannot be read',
      (all) => [
        ...all.slice(0, 3).map(message),
        { key: null, value: 'hello', headers: {} },
        { ...message(all[3]!), value: null },
        { ...message(all[3]!), value: `${all[3]!.entry} ` },
      ],
    ],
    ['the entry of another shard', (all) => [{ ...message(all[0]!), headers: {} }]],
  ])('never takes %s, says so, and reads the ledger instead', async (_, make) => {
    const metrics = createMetrics('test');
    const records = make(await entriesOf(0));
    await put(0, records);
    await put(1, (await entriesOf(1)).map(message));
    await relaying.projectFromTopic({ metrics });
    await expectFromZero();
    await settled();
    const { values } = await metrics.projectorStrangeRecords.get();
    expect(values.length).toBeGreaterThan(0);
  });

  it('is ready again when the answer to its last COMMIT was lost, and nothing more comes', async () => {
    await relaying.publish('publisher');
    await eventually(async () => expect(await relaying.published()).toBe(true));
    // The first COMMIT is that of the one chunk of a shard.
    for (const each of projections) await ensureLive(relaying.pool, relaying.reader, each);
    const proxy = await cuttableProxy(relaying.runtimeUrl);
    const pool = createPool(proxy.url);
    const cut = proxy.cut('answer-lost', 'COMMIT\0', 'COMMIT');
    const told: string[] = [];
    const projector = await relaying.projectFromTopic({
      pool,
      logger: pino({ level: 'warn' }, { write: (line: string) => void told.push(line) }),
    });
    await cut;
    await projected();
    await eventually(() => expect(projector.status()).toMatchObject({ ready: true }), 2_000);
    expect(told.join()).toContain('projecting failed, trying again');
    await projector.close();
    await pool.end();
    await proxy.close();
    await expectFromZero();
  });

  it('stops a shard whose views and ledger disagree, settles nothing of it, and goes on with the others', async () => {
    const first = await relaying.projectFromLedger();
    await projected();
    await first.stop();
    await relaying.pool.query(
      `UPDATE views.projection_checkpoint SET hash = decode(repeat('ab', 32), 'hex') WHERE shard = 0`,
    );
    for (const deal of deals) await relaying.use(deal, 3);
    await relaying.publish('publisher');
    const projector = await relaying.projectFromTopic();
    await eventually(() =>
      expect(projector.status()).toMatchObject({
        ready: false,
        troubles: { 0: expect.stringMatching(/what was projected ends with abab/) },
      }),
    );
    const ends = await relaying.admin.endOffsets(relaying.topic);
    await eventually(async () => {
      const offsets = await relaying.admin.committedOffsets(relaying.group, relaying.topic);
      expect(offsets[1]).toBe(ends[1]);
      expect(offsets[0] ?? 0).toBeLessThan(ends[0]!);
    });
  });

  it('goes on past an event that one projection cannot fold, with all the others', async () => {
    const poisoned: Projection = {
      name: 'poisoned',
      version: 1,
      tables: [],
      handles: ['DrawdownRecorded'],
      fold: () => {
        throw new Error('cannot fold this');
      },
    };
    await relaying.publish('publisher');
    const projector = await relaying.projectFromTopic({ projections: [poisoned, ...projections] });
    await expectFromZero();
    await settled();
    expect(projector.status()).toMatchObject({
      ready: false,
      troubles: { '0 poisoned': 'cannot fold this', '1 poisoned': 'cannot fold this' },
    });
  });

  it('stands still at an event of a newer version, which the publisher passes on, and goes on with other shards', async () => {
    const unknown = await appendForged(relaying.runtimeUrl, 0, { type: 'Bogus' });
    await relaying.use(deals[0]!, 3);
    await relaying.use(deals[1]!, 3);
    await relaying.publish('publisher');
    await eventually(async () => expect(await relaying.published()).toBe(true));
    const projector = await relaying.projectFromTopic();
    await settled();
    const told = expect.stringMatching(
      new RegExp(`position ${unknown.position} of shard 0 \\(Bogus, schema 1\\).*newer version`),
    );
    expect(projector.status()).toMatchObject({
      ready: false,
      troubles: Object.fromEntries(projections.map(({ name }) => [`0 ${name}`, told])),
    });
    const heads = await relaying.ledger.heads();
    for (const status of await projectionStatus(relaying.pool, relaying.reader, projections))
      expect(status).toMatchObject({
        ledgerPosition: { '0': unknown.position - 1, '1': heads[1]!.position },
        stoppedAt: [{ shard: 0, position: unknown.position }],
      });
  });

  it('shows usage in burn-down that came in through the recorder', async () => {
    await relaying.publish('publisher');
    await relaying.projectFromTopic();
    await projected();
    const recorder = await applicationOver(relaying.ledger, relaying.pool);
    const [result] = await recorder.record(
      [
        {
          source: 'finance',
          id: 'through-kafka',
          agreement: deals[0]!,
          effectiveAt: '2026-03-15T00:00:00Z',
          currency: 'USD',
          amount: '2500.25',
        },
      ],
      { tenant: 'acme', name: 'ann', role: 'poster' },
      'http',
    );
    expect(result).toMatchObject({ outcome: 'recorded', applied: '2500.25' });
    await expectFromZero();
    const views = { pool: relaying.pool, reader: relaying.ledger };
    const answer = await burnDown(views, { tenant: 'acme', commitmentId: `${deals[0]!}.cloud` });
    expect(JSON.stringify(answer)).toContain('2540.25');
  });
});
