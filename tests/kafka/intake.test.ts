import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { groupNames } from '../../infra/kafka/topics.js';
import { USAGE_EVENT_TYPE } from '../../libs/contract/messages/cloud-event.js';
import { toUsageEvent } from '../../libs/contract/usage/bodies.js';
import { RetryParked } from '../../libs/application/retry-parked.js';
import { asTestsAsk } from '../support/application.js';
import { checkInvariants } from '../support/invariants.js';
import { describeKafka } from '../support/kafka.js';
import { runTypescript } from '../support/run-typescript.js';
import { openDeal } from '../support/usage.js';
import { IntakeHarness, plain, PLAIN, TENANT, usageBody } from './intake-harness.js';

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

describeKafka('intake of usage', () => {
  let harness: IntakeHarness;

  beforeAll(async () => {
    harness = await IntakeHarness.open();
    await harness.start();
  }, 90_000);
  afterAll(async () => {
    expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
    await harness.close();
  }, 30_000);

  it('takes plain JSON and CloudEvents in binary and structured mode', async () => {
    const { agreement, currency, amount, source, effectiveAt } = usageBody('');
    const data = { agreement, currency, amount };
    const key = `${TENANT}/alpha`;
    await harness.produce([
      plain(usageBody('plain')),
      {
        key,
        value: JSON.stringify({
          ...{ specversion: '1.0', type: USAGE_EVENT_TYPE, source, id: 'structured' },
          ...{ time: effectiveAt, data },
        }),
        headers: { 'content-type': 'application/cloudevents+json' },
      },
      {
        key,
        value: JSON.stringify(data),
        headers: {
          ...PLAIN,
          ce_specversion: '1.0',
          ce_type: USAGE_EVENT_TYPE,
          ce_source: String(source),
          ce_id: 'binary',
          ce_time: String(effectiveAt),
        },
      },
    ]);
    await harness.settled();
    expect(await harness.letters()).toEqual([]);
    const drawdowns = await harness.drawdowns();
    for (const id of ['plain', 'structured', 'binary'])
      expect(drawdowns.get(`billing/aws ${id}`)).toBe('1');
  }, 60_000);

  it('takes a batch in few transactions, and says on whose behalf', async () => {
    const before = await harness.metrics.appendBatchSize.get();
    await harness.produce(range(1_000).map((n) => plain(usageBody(`batch-${n}`))));
    await harness.settled();
    const after = await harness.metrics.appendBatchSize.get();
    const value = (of: typeof before, name: string) =>
      of.values.find(({ metricName }) => metricName === `ledger_append_batch_size_${name}`)!.value;
    expect(value(after, 'sum') - value(before, 'sum')).toBe(1_000);
    expect(value(after, 'count') - value(before, 'count')).toBeLessThan(30);
    const entry = await harness.system.reader.find(TENANT, 'billing/aws', 'batch-7');
    expect(entry!.actor).toBe(`kafka:${harness.topics.usageIngest}`);
  }, 60_000);

  it('gives what came over HTTP, and twice in one batch, one effect', async () => {
    const body = usageBody('twice', { amount: '7.50' });
    const principal = { tenant: TENANT, name: 'ops', role: 'poster' } as const;
    const { commands, queries, inbox } = harness.system;
    const recorder = asTestsAsk(commands, queries, inbox);
    const [first] = await recorder.record([toUsageEvent(body)], principal, 'http');
    expect(first!.outcome).toBe('recorded');
    // Other order of members, other offset, more zeros: the same content.
    const again = { ...body, amount: '7.5000', effectiveAt: '2026-03-01T02:00:00+02:00' };
    const fresh = usageBody('fresh');
    const events = await harness.count('ledger_event');
    await harness.produce([body, again, fresh, fresh].map((one) => plain(one)));
    await harness.settled();
    expect(await harness.letters()).toEqual([]);
    expect(await harness.count('ledger_event')).toBe(events + 1);
    const [late] = await recorder.record([toUsageEvent(fresh)], principal, 'http');
    expect(late!.outcome).toBe('duplicate');
  }, 60_000);

  it('parks usage until its agreement has a commitment', async () => {
    const early = plain(usageBody('early', { agreement: 'late' }));
    await harness.produce([early, early]);
    await harness.settled();
    expect(await harness.count('parked')).toBe(1);
    expect((await harness.drawdowns()).has('billing/aws early')).toBe(false);
    await openDeal(harness.system.ledger, 'late', '100');
    // As the api does when a commitment is pledged.
    await harness.system.commands.execute(new RetryParked({ tenant: TENANT, agreement: 'late' }));
    expect((await harness.drawdowns()).get('billing/aws early')).toBe('1');
    expect(await harness.count('parked')).toBe(0);
    expect(await harness.letters()).toEqual([]);
  }, 60_000);

  it('takes 99 % when 1 % is poison', async () => {
    const records = range(2_000).map((n) =>
      n % 100 === 0
        ? { key: `${TENANT}/alpha`, value: `{"id": "poison-${n}"`, headers: PLAIN }
        : plain(usageBody(`poisoned-${n}`, { agreement: ['alpha', 'beta', 'gamma'][n % 3] })),
    );
    await harness.produce(records);
    await harness.settled();
    const recorded = [...(await harness.drawdowns()).keys()].filter((id) => /poisoned-/.test(id));
    expect(recorded).toHaveLength(1_980);
    const letters = await harness.letters();
    expect(letters.map(({ code }) => code)).toEqual(range(20).map(() => 'json-truncated'));
  }, 60_000);

  it('keeps a letter without content where there is no room for it', async () => {
    const { usageIngest, usageDeadLetters } = harness.topics;
    const value = 'x'.repeat(999_800);
    await harness.publisher.publish(usageIngest, 0, [{ key: null, value, headers: PLAIN }]);
    await harness.produce([plain(usageBody('after-it'))]);
    await harness.settled();
    const [bare] = (
      await Promise.all([0, 1].map((one) => harness.admin.readTail(usageDeadLetters, one, 1_000)))
    )
      .flat()
      .filter(({ headers }) => headers['dlq_content'] !== undefined);
    expect(bare!.value).toBeNull();
    expect(String(bare!.headers['dlq_code'] as Buffer)).toBe('key-missing');
    expect((await harness.drawdowns()).has('billing/aws after-it')).toBe(true);
  }, 60_000);

  it('adds nothing when the whole topic comes again, to two members at once', async () => {
    const events = await harness.count('ledger_event');
    const groups = ['one', 'two'].map((name) => `${harness.prefix}${name}`);
    await Promise.all(groups.map((group) => harness.start({ group })));
    await Promise.all(groups.map((group) => harness.settled(harness.topics.usageIngest, group)));
    expect(await harness.count('ledger_event')).toBe(events);
    expect(await harness.count('parked')).toBe(0);
  }, 90_000);
});

describeKafka('an intake that is killed', () => {
  let harness: IntakeHarness;

  beforeEach(async () => {
    harness = await IntakeHarness.open(['alpha']);
  }, 60_000);
  afterEach(() => harness.close(), 30_000);

  it.each(['intake:after-parse', 'intake:before-dlq', 'intake:before-settle'])(
    'at %s leaves nothing out and nothing twice',
    async (point) => {
      await harness.produce([
        ...range(50).map((n) => plain(usageBody(`a-${n}`))),
        plain(usageBody('bad', { amount: '1e3' }), `${TENANT}/alpha`),
        ...range(50).map((n) => plain(usageBody(`b-${n}`))),
      ]);
      const child = runTypescript('tests/kafka/intake-process.ts', [], {
        ...harness.env,
        LEDGER_FAULT: point,
      });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      const { usageIngest } = harness.topics;
      const committed = await harness.admin.committedOffsets(
        groupNames(harness.prefix).intake,
        usageIngest,
      );
      // Nothing is settled: at most where it began is said.
      expect(committed.every((offset) => (offset ?? 0) === 0)).toBe(true);
      expect((await harness.drawdowns()).size).toBe(point === 'intake:after-parse' ? 0 : 100);

      await harness.start();
      await harness.settled();
      expect((await harness.drawdowns()).size).toBe(100);
      // Once more when it was killed after the letter: the same place and digest.
      const letters = await harness.letters();
      expect(letters.length).toBe(point === 'intake:before-settle' ? 2 : 1);
      expect(new Set(letters.map(({ offset, digest }) => `${offset} ${digest}`)).size).toBe(1);
      expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
    },
    90_000,
  );
});

describeKafka('dead letters and parked usage on the command line', () => {
  let harness: IntakeHarness;
  const dlq = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const child = runTypescript('apps/cli/main.ts', ['dlq', ...args, '--json'], harness.env);
    let out = '';
    child.stdout!.on('data', (part: Buffer) => (out += part.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    return JSON.parse(out) as Answer;
  };

  beforeAll(async () => {
    harness = await IntakeHarness.open([]);
    await openDeal(harness.system.ledger, 'alpha', '1000', { activate: false });
    const intake = await harness.start();
    await harness.produce([
      plain(usageBody('refused')),
      plain(usageBody('hopeless', { amount: '1e3' })),
      plain(usageBody('waiting', { agreement: 'late' })),
    ]);
    await harness.settled();
    // A retried letter would be taken at once.
    await intake.close();
  }, 90_000);
  afterAll(() => harness.close(), 30_000);

  it('lists them', async () => {
    const answer = await dlq<{ letters: object[]; parked: object }>('list');
    expect(answer.parked).toMatchObject({
      count: 1,
      agreements: ['late'],
      items: [{ source: 'billing/aws', id: 'waiting', reason: 'agreement-unknown', attempts: 0 }],
    });
    expect(answer.letters).toHaveLength(2);
    expect(answer.letters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          code: 'agreement-not-active',
          name: 'billing/aws refused',
          retried: false,
        }),
        expect.objectContaining({ code: 'amount-malformed', pointer: '/amount' }),
      ]),
    );
  }, 60_000);

  it('retries them after a fix; a second retry adds nothing', async () => {
    await harness.activate('alpha');
    await openDeal(harness.system.ledger, 'late', '1000');
    expect(await dlq('retry')).toEqual({
      sent: 2,
      unreadable: 0,
      recorded: 1,
      parked: 0,
      refused: 0,
    });
    await harness.start();
    await harness.settled();
    expect([...(await harness.drawdowns()).keys()].sort()).toEqual([
      'billing/aws refused',
      'billing/aws waiting',
    ]);
    const events = await harness.count('ledger_event');
    // What is still wrong has come back as a letter of its own.
    expect(await dlq('retry')).toMatchObject({ sent: 1, recorded: 0 });
    await harness.settled();
    const { letters } = await dlq<{ letters: { letter: string; code: string }[] }>('list');
    const { letter } = letters.find(({ code }) => code === 'agreement-not-active')!;
    expect(await dlq('retry', '--topic', 'usage', '--offset', letter)).toMatchObject({ sent: 1 });
    expect(await dlq('retry', '--topic', 'usage', '--from', letter.replace(/\d+$/, '0'))).toEqual(
      expect.objectContaining({ unreadable: 0 }),
    );
    await harness.settled();
    expect(await harness.count('ledger_event')).toBe(events);
  }, 120_000);
});
