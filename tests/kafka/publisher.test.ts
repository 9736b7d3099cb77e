import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { RecordedEntry } from '../../libs/ledger/ledger.js';
import { toLedgerMessage } from '../../libs/contract/messages/ledger-events.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { eventually } from '../support/eventually.js';
import { forged, forgedNext } from '../support/forge.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { topicFindings } from '../support/topic-invariants.js';
import { LEASE_MS, Relaying, SHARDS } from './relaying.js';

jest.setTimeout(90_000);

const gate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
};

/** The database, until the process "freezes": from then on nothing of it arrives. */
const dyingPool = (pool: pg.Pool, frozen: Promise<void>): pg.Pool => {
  let dead = false;
  void frozen.then(() => (dead = true));
  const query = (...args: Parameters<pg.Pool['query']>): unknown =>
    dead ? Promise.reject(new Error('frozen')) : pool.query(...args);
  return { query } as unknown as pg.Pool;
};

describeKafka('publishing the ledger', () => {
  let relaying: Relaying;
  let deals: readonly string[];
  let outside: KafkaPublisher;
  beforeAll(() => {
    outside = new KafkaPublisher({ brokers: kafkaBrokers(), clientId: 'outside' });
  });
  beforeEach(async () => {
    relaying = await Relaying.open(kafkaBrokers());
    deals = await relaying.deals();
  });
  afterEach(() => relaying.close());
  afterAll(() => outside.close());

  const allPublished = () => eventually(async () => expect(await relaying.published()).toBe(true));
  const findings = () => topicFindings(relaying.admin, relaying.topic, relaying.ledger);
  const recordsOf = (shard: number) => relaying.admin.readTail(relaying.topic, shard, 100_000);
  const entriesOf = (shard: number) => relaying.ledger.read(shard, 0, 100_000);

  it('carries every entry once, in order, and follows what comes later', async () => {
    await relaying.use(deals[0]!, 2_500);
    const publisher = await relaying.publish('one', { limit: 700 });
    await allPublished();
    await relaying.use(deals[1]!, 30);
    await allPublished();
    expect(await findings()).toEqual([]);
    expect(await recordsOf(0)).toHaveLength((await entriesOf(0)).length);
    expect(publisher.status()).toMatchObject({ ready: true, members: 1 });
    expect(publisher.status().shards.map(({ state }) => state)).toEqual(
      Array.from({ length: SHARDS }, () => 'publishing'),
    );
  });

  it('shares the shards with a newcomer, and takes over from one that leaves', async () => {
    const one = await relaying.publish('one');
    await eventually(() => expect(one.status().shards).toHaveLength(SHARDS));
    const two = await relaying.publish('two');
    await eventually(() => {
      expect(one.status().shards).toHaveLength(1);
      expect(two.status().shards).toHaveLength(1);
    });
    await relaying.use(deals[0]!, 50);
    await relaying.use(deals[1]!, 50);
    await one.close();
    await relaying.use(deals[0]!, 50);
    await relaying.use(deals[1]!, 50);
    await allPublished();
    await eventually(() => expect(two.status().shards).toHaveLength(SHARDS));
    expect(await findings()).toEqual([]);
  });

  it('keeps its leases while a shard that it gives away waits for its last send', async () => {
    const reached = gate();
    const answer = gate();
    let stuck = -1;
    const one = await relaying.publish('one', {
      publisher: {
        publish: async (topic, partition, records) => {
          if (partition === stuck) {
            reached.open();
            await answer.opened;
          }
          return outside.publish(topic, partition, records);
        },
        close: () => Promise.resolve(),
      },
    });
    await allPublished();
    const leases = async () =>
      (
        await relaying.pool.query(
          'SELECT shard, owner, lease_epoch FROM ledger.relay_checkpoint ORDER BY shard',
        )
      ).rows;
    // The one that was taken last is given away first.
    stuck = one.status().shards.at(-1)!.shard;
    await relaying.use(deals[stuck]!, 3);
    await reached.opened;
    const before = await leases();
    const two = await relaying.publish('two');
    const until = Date.now() + 3 * LEASE_MS;
    while (Date.now() < until) {
      expect(await leases()).toEqual(before);
      await sleep(100);
    }
    expect(one.status()).toMatchObject({ ready: true, members: 2 });
    answer.open();
    await eventually(() => expect(two.status().shards.map(({ shard }) => shard)).toEqual([stuck]));
    await relaying.use(deals[0]!, 3);
    await relaying.use(deals[1]!, 3);
    await allPublished();
    expect(one.status().shards.map(({ shard }) => shard)).toEqual([1 - stuck]);
    expect(await findings()).toEqual([]);
  });

  it('waits for its own last send when a lease lapses and comes back to it', async () => {
    const { pool } = relaying;
    const lapse = () =>
      pool.query('UPDATE ledger.relay_checkpoint SET lease_until = NULL WHERE shard = 0');
    // Somebody else's, so that there is always one more to be had: only then are free shards looked for.
    await pool.query(
      `INSERT INTO ledger.relay_checkpoint (shard, owner, lease_epoch, lease_until)
       VALUES (1, 'other', 1, clock_timestamp() + interval '1 hour')`,
    );
    const reached = gate();
    const answer = gate();
    let sending = 0;
    let together = 0;
    let lapses = 0;
    const one = await relaying.publish('one', {
      pool: {
        query: async (...args: Parameters<pg.Pool['query']>) => {
          const answered = await (pool.query(...args) as unknown as Promise<pg.QueryResult>);
          // Renewed, and then the database is slow: by the time free shards are looked for, the lease is over.
          if (lapses > 0 && /unnest/.test(String(args[0]))) {
            lapses -= 1;
            await lapse();
          }
          return answered;
        },
      } as unknown as pg.Pool,
      publisher: {
        publish: async (topic, partition, records) => {
          if (partition !== 0) return outside.publish(topic, partition, records);
          together = Math.max(together, (sending += 1));
          reached.open();
          await answer.opened;
          return outside.publish(topic, 0, records).finally(() => (sending -= 1));
        },
        close: () => Promise.resolve(),
      },
    });
    const { epoch } = one.status().shards[0]!;
    await relaying.use(deals[0]!, 3);
    await reached.opened;
    lapses = 1;
    await eventually(() =>
      expect(one.status().shards.map((relay) => relay.epoch)).toEqual([epoch + 1]),
    );
    await sleep(LEASE_MS);
    expect(sending).toBe(1);
    answer.open();
    await pool.query('UPDATE ledger.relay_checkpoint SET lease_until = NULL WHERE shard = 1');
    await allPublished();
    await relaying.use(deals[0]!, 3);
    await allPublished();
    expect(together).toBe(1);
    expect(await findings()).toEqual([]);
  });

  it('waits, and does not read on and on, for a head that a fail-over took back', async () => {
    let lost = 0;
    let reads = 0;
    const { reader } = relaying;
    await relaying.publish('one', {
      reader: {
        ...reader,
        heads: async () =>
          (await reader.heads()).map((head) => ({ ...head, position: head.position + lost })),
        readEnvelopes: (...range) => {
          reads += 1;
          return reader.readEnvelopes(...range);
        },
      },
    });
    await allPublished();
    lost = 5;
    await sleep(200);
    lost = 0;
    await sleep(200);
    reads = 0;
    await sleep(500);
    expect(reads).toBe(0);
    await relaying.use(deals[0]!, 1);
    await allPublished();
  });

  it('moves its checkpoint to the tail when it died between sending and noting it', async () => {
    await relaying.use(deals[0]!, 5);
    const sent = gate();
    const never = gate();
    await relaying.publish('one', {
      at: async (point) => {
        if (point !== 'publisher:after-send') return;
        sent.open();
        await never.opened;
      },
      pool: dyingPool(relaying.pool, sent.opened),
    });
    await sent.opened;
    const two = await relaying.publish('two');
    await allPublished();
    expect(two.status().ready).toBe(true);
    never.open();
    expect(await recordsOf(0)).toHaveLength((await entriesOf(0)).length);
    expect(await findings()).toEqual([]);
  });

  it('only repeats when a frozen one wakes up after its lease', async () => {
    const frozen = gate();
    const thaw = gate();
    await relaying.publish('zombie', {
      publisher: {
        publish: async (topic, partition, records) => {
          frozen.open();
          await thaw.opened;
          return outside.publish(topic, partition, records);
        },
        close: () => Promise.resolve(),
      },
      pool: dyingPool(relaying.pool, frozen.opened),
    });
    await relaying.use(deals[0]!, 20);
    await frozen.opened;
    await relaying.publish('heir');
    await allPublished();
    await relaying.use(deals[0]!, 20);
    await allPublished();
    thaw.open();
    const count = (await entriesOf(0)).length;
    await eventually(async () => expect((await recordsOf(0)).length).toBeGreaterThan(count));
    await relaying.use(deals[0]!, 5);
    await allPublished();
    expect(await findings()).toEqual([]);
  });

  it('publishes again from the tail when the topic is behind its checkpoint', async () => {
    await relaying.use(deals[0]!, 10);
    const one = await relaying.publish('one');
    await allPublished();
    await one.close();
    const entries = await entriesOf(0);
    // As if the broker had lost everything after position 6: the checkpoint says 13, a late repeat ends with 6.
    const repeat = entries
      .slice(0, 6)
      .map((each) => toLedgerMessage(each, relaying.ledger.ledgerId));
    await outside.publish(relaying.topic, 0, repeat);
    await relaying.publish('two');
    await eventually(async () => expect(await recordsOf(0)).toHaveLength(entries.length * 2));
    expect(await findings()).toEqual([]);
  });

  it('sends again what the broker acknowledged and lost', async () => {
    let sends = 0;
    await relaying.publish('one', {
      limit: 10,
      publisher: {
        // The offset of the third send shows that seven records before it are gone.
        publish: async (topic, partition, records) => {
          const offset = await outside.publish(topic, partition, records);
          return partition === 0 && (sends += 1) === 3 ? offset - 7 : offset;
        },
        close: () => Promise.resolve(),
      },
    });
    await relaying.use(deals[0]!, 50);
    await allPublished();
    const [records, entries] = [await recordsOf(0), await entriesOf(0)];
    const last = records.length - entries.length;
    expect(last).toBeGreaterThanOrEqual(8);
    expect(await findings()).toEqual([]);
  });

  it('sends everything again into a topic that was made anew', async () => {
    await relaying.use(deals[0]!, 10);
    await relaying.pool.query(
      `INSERT INTO ledger.relay_checkpoint (shard, position, hash)
       SELECT shard, position, hash FROM ledger.shard_head`,
    );
    await relaying.publish('one');
    await eventually(async () => expect(await findings()).toEqual([]));
  });

  it.each<readonly [string, (last: RecordedEntry) => RecordedEntry, RegExp]>([
    ['says something else', (last) => forged(last), /in the topic and .* in the ledger/],
    ['is ahead of the ledger', (last) => forgedNext(last), /which the ledger does not have/],
  ])('refuses a shard whose topic %s, and goes on with the others', async (_, forge, reason) => {
    await relaying.use(deals[0]!, 10);
    const one = await relaying.publish('one');
    await allPublished();
    await one.close();
    const forgery = forge((await entriesOf(0)).at(-1)!);
    await outside.publish(relaying.topic, 0, [toLedgerMessage(forgery, relaying.ledger.ledgerId)]);
    await relaying.use(deals[1]!, 10);
    const two = await relaying.publish('two');
    const before = (await recordsOf(0)).length;
    await eventually(() =>
      expect(two.status().shards.find(({ shard }) => shard === 0)).toMatchObject({
        state: 'forked',
        reason: expect.stringMatching(reason),
      }),
    );
    await eventually(async () =>
      expect(await recordsOf(1)).toHaveLength((await entriesOf(1)).length),
    );
    expect(two.status().ready).toBe(false);
    expect(await recordsOf(0)).toHaveLength(before);
  });

  it('passes over a strange record at the tail, and refuses a topic of nothing else', async () => {
    await relaying.use(deals[0]!, 3);
    const one = await relaying.publish('one');
    await allPublished();
    await one.close();
    const strange = { key: null, value: 'hello', headers: {} };
    await outside.publish(relaying.topic, 0, [strange]);
    await relaying.use(deals[0]!, 3);
    const two = await relaying.publish('two');
    await allPublished();
    await two.close();
    await outside.publish(
      relaying.topic,
      1,
      Array.from({ length: 40 }, () => strange),
    );
    const three = await relaying.publish('three');
    await eventually(() =>
      expect(three.status().shards.find(({ shard }) => shard === 1)?.state).toBe('forked'),
    );
  });
});
