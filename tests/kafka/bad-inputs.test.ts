import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaRecords, usageRecords, type SentRecord } from '../bad-inputs/kafka-records.js';
import { SUBJECTS } from '../bad-inputs/subjects.js';
import type { DeadLetter } from '../../libs/messaging/contracts/dead-letter.js';
import { checkInvariants } from '../support/invariants.js';
import { describeKafka } from '../support/kafka.js';
import { openDeal } from '../support/usage.js';
import { IntakeHarness, plain, usageBody } from './intake-harness.js';

/** Every bad record lies between two good ones of its partition, all in the topic before the intake starts. */
describeKafka('bad records', () => {
  const cases = [...kafkaRecords(), ...usageRecords()];
  const places = new Map<SentRecord, string>();
  const letters = new Map<string, DeadLetter>();
  let neighbours = 0;
  let harness: IntakeHarness;
  let before: number;

  const neighbour = () =>
    plain(usageBody(`neighbour-${(neighbours += 1)}`, { agreement: 'amazon-anthropic' }));

  const produce = async (sent: SentRecord): Promise<void> => {
    const own = sent.record.key === null ? 0 : harness.partitionOf(sent.record.key);
    const partition = (own + (sent.isMisplaced ? 1 : 0)) % harness.partitions;
    const { usageIngest } = harness.topics;
    await harness.produce([neighbour()]);
    const offset = await harness.publisher.publish(usageIngest, partition, [sent.record]);
    places.set(sent, `${partition}/${offset}`);
    await harness.produce([neighbour()]);
  };

  beforeAll(async () => {
    harness = await IntakeHarness.open([]);
    const { ledger } = harness.system;
    await openDeal(ledger, 'amazon-anthropic', '100000');
    await openDeal(ledger, 'proposed', '1000', { activate: false });
    await harness.produce([plain({ ...SUBJECTS['usage']!.body, id: 'known' })]);
    before = await harness.count('ledger_event');
    await Promise.all(cases.map(produce));
    await harness.start();
    await harness.settled();
    for (const letter of await harness.letters())
      letters.set(`${letter.partition}/${letter.offset}`, letter);
  }, 120_000);
  afterAll(() => harness.close(), 30_000);

  it.each(cases.map((sent): [string, SentRecord] => [sent.name, sent]))('%s', async (_, sent) => {
    const letter = letters.get(places.get(sent)!);
    if (sent.expect === null) {
      expect(letter).toBeUndefined();
      expect((await harness.drawdowns()).has(`billing/aws ${sent.id}`)).toBe(true);
      return;
    }
    const { code, pointer } = sent.expect;
    expect(letter).toMatchObject({
      code,
      topic: harness.topics.usageIngest,
      ...(pointer === undefined ? {} : { pointer }),
    });
    const value = sent.record.value === null ? null : Buffer.from(sent.record.value as string);
    expect(letter!.digest).toBe(hash('sha256', value ?? Buffer.alloc(0), 'hex'));
    expect(letter!.original.value).toEqual(value);
  });

  describe('among good ones', () => {
    const refused = cases.filter(({ expect }) => expect !== null).length;

    it('change nothing: every neighbour is recorded, and no more', async () => {
      const drawdowns = await harness.drawdowns();
      for (let n = 1; n <= neighbours; n += 1)
        expect(drawdowns.get(`billing/aws neighbour-${n}`)).toBe('1');
      expect(drawdowns.size).toBe(neighbours + 1 + cases.length - refused);
      expect(await harness.count('ledger_event')).toBe(before + drawdowns.size);
      expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
    });

    it('are on record and counted, one line each', async () => {
      expect(letters.size).toBe(refused);
      expect(await harness.count('refused')).toBe(refused);
      const counted = await harness.metrics.registry.getSingleMetricAsString(
        'ledger_usage_items_total',
      );
      expect(counted.split('\n')).toContain(
        `ledger_usage_items_total{channel="kafka",outcome="refused"} ${refused}`,
      );
    });

    it('do not stop their partition', async () => {
      await harness.produce([plain(usageBody('after', { agreement: 'amazon-anthropic' }))]);
      await harness.settled();
      expect((await harness.drawdowns()).get('billing/aws after')).toBe('1');
    });
  });
});
