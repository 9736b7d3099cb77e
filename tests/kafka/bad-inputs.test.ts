import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  investmentRecords,
  kafkaRecords,
  usageRecords,
  type SentRecord,
} from '../bad-inputs/kafka-records.js';
import { SUBJECTS } from '../bad-inputs/subjects.js';
import type { DeadLetter } from '../../libs/contract/messages/dead-letter.js';
import { checkInvariants } from '../support/invariants.js';
import { describeKafka } from '../support/kafka.js';
import { openDeal } from '../support/usage.js';
import { IntakeHarness, plain, usageBody } from './intake-harness.js';
import { commandsOn, openInvestment, recordedOn } from './investments.js';

const AGREEMENT = 'amazon-anthropic';

/** Every bad record lies between two good ones of its partition, all in their topics before the intake starts. */
describeKafka('bad records', () => {
  const cases = [...kafkaRecords(), ...usageRecords(), ...investmentRecords()];
  const places = new Map<SentRecord, string>();
  const letters = new Map<string, DeadLetter>();
  const neighbours = { usage: 0, investment: 0 };
  const { call, fund } = commandsOn(AGREEMENT);
  let harness: IntakeHarness;
  let before: number;

  const topicOf = (ingest: SentRecord['ingest']): string =>
    ingest === 'usage' ? harness.topics.usageIngest : harness.topics.investmentIngest;
  const neighbour = (ingest: SentRecord['ingest']) => {
    const id = `neighbour-${(neighbours[ingest] += 1)}`;
    return ingest === 'usage'
      ? plain(usageBody(id, { agreement: AGREEMENT }))
      : fund(id, 'one', '0.01');
  };

  const produce = async (sent: SentRecord): Promise<void> => {
    const own = sent.record.key === null ? 0 : harness.partitionOf(sent.record.key);
    const partition = (own + (sent.isMisplaced ? 1 : 0)) % harness.partitions;
    const topic = topicOf(sent.ingest);
    await harness.produce([neighbour(sent.ingest)], topic);
    const offset = await harness.publisher.publish(topic, partition, [sent.record]);
    places.set(sent, `${topic}/${partition}/${offset}`);
    await harness.produce([neighbour(sent.ingest)], topic);
  };

  beforeAll(async () => {
    harness = await IntakeHarness.open([]);
    const { ledger } = harness.system;
    await openDeal(ledger, AGREEMENT, '100000');
    await openInvestment(harness, AGREEMENT);
    await openDeal(ledger, 'proposed', '1000', { activate: false });
    await harness.produce([plain({ ...SUBJECTS['usage']!.body, id: 'known' })]);
    await harness.produce([call('called', 'one')], topicOf('investment'));
    before = await harness.count('ledger_event');
    await Promise.all(cases.map(produce));
    await harness.start();
    const { usageDeadLetters, investmentDeadLetters } = harness.topics;
    for (const ingest of ['usage', 'investment'] as const) await harness.settled(topicOf(ingest));
    for (const topic of [usageDeadLetters, investmentDeadLetters])
      for (const letter of await harness.letters(topic))
        letters.set(`${letter.topic}/${letter.partition}/${letter.offset}`, letter);
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
      topic: topicOf(sent.ingest),
      ...(pointer === undefined ? {} : { pointer }),
    });
    const value = sent.record.value === null ? null : Buffer.from(sent.record.value as string);
    expect(letter!.digest).toBe(hash('sha256', value ?? Buffer.alloc(0), 'hex'));
    expect(letter!.original.value).toEqual(value);
  });

  describe('among good ones', () => {
    const refused = cases.filter(({ expect }) => expect !== null);
    const usage = cases.filter(({ ingest }) => ingest === 'usage');
    const refusedUsage = refused.filter(({ ingest }) => ingest === 'usage');

    it('change nothing: every neighbour is recorded, and no more', async () => {
      const drawdowns = await harness.drawdowns();
      for (let n = 1; n <= neighbours.usage; n += 1)
        expect(drawdowns.get(`billing/aws neighbour-${n}`)).toBe('1');
      expect(drawdowns.size).toBe(neighbours.usage + 1 + usage.length - refusedUsage.length);
      const commands = await recordedOn(harness, AGREEMENT);
      const ids = Array.from({ length: neighbours.investment }, (_, n) => `neighbour-${n + 1}`);
      expect(commands.map((command) => command.split(' ')[0]).sort()).toEqual(
        ['called', ...ids].sort(),
      );
      expect(await harness.count('ledger_event')).toBe(before + drawdowns.size + commands.length);
      expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
    });

    it('are on record and counted, one line each', async () => {
      expect(letters.size).toBe(refused.length);
      expect(await harness.count('refused')).toBe(refused.length);
      const counted = await harness.metrics.registry.getSingleMetricAsString(
        'ledger_usage_items_total',
      );
      expect(counted.split('\n')).toContain(
        `ledger_usage_items_total{channel="kafka",outcome="refused"} ${refusedUsage.length}`,
      );
    });

    it('do not stop their partition', async () => {
      await harness.produce([plain(usageBody('after', { agreement: AGREEMENT }))]);
      await harness.produce([fund('after', 'one', '0.01')], topicOf('investment'));
      await harness.settled();
      await harness.settled(topicOf('investment'));
      expect((await harness.drawdowns()).get('billing/aws after')).toBe('1');
      expect((await recordedOn(harness, AGREEMENT)).at(-1)).toMatch(/^after TrancheFunded /);
    });
  });
});
