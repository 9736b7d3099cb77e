import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { usageAccounts } from '../../libs/application/inbox/usage-accounts.js';
import { asTestsAsk, type TestApplication } from '../support/application.js';
import type { Intake } from '../../apps/intake/intake.js';
import { describeKafka } from '../support/kafka.js';
import { runTypescript } from '../support/run-typescript.js';
import { openDeal } from '../support/usage.js';
import { IntakeHarness, plain, PLAIN, TENANT, usageBody } from './intake-harness.js';

interface Listed {
  readonly counts: Record<'letters' | 'parked' | 'refused' | 'discarded', number>;
  readonly letters: readonly {
    readonly code: string;
    readonly message: string;
    readonly name: string;
    readonly letter: string;
    readonly times: number;
    readonly became: string | null;
    readonly refusal: number | null;
    readonly text: string;
  }[];
  readonly refused: readonly { readonly id: string | null; readonly code: string }[];
}

/** A letter and its refusal are one thing, counted once, however often it is retried. */
describeKafka('dead letters and what is on record of them', () => {
  let harness: IntakeHarness;
  let intake: Intake;
  let desk: TestApplication;

  const dlq = async (args: readonly string[], withKafka = true) => {
    const { KAFKA_BROKERS: brokers, ...without } = harness.env;
    const env = withKafka ? { ...without, KAFKA_BROKERS: brokers! } : without;
    const child = runTypescript('apps/cli/main.ts', ['dlq', ...args, '--json'], env);
    let out = '';
    child.stdout!.on('data', (part: Buffer) => (out += part.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, answer: code === 0 ? (JSON.parse(out) as unknown) : null };
  };
  const list = async (...args: readonly string[]) =>
    (await dlq(['list', ...args])).answer as Listed;
  const accounts = async () => {
    await desk.countsWritten();
    return usageAccounts(harness.system.pool, TENANT);
  };

  beforeAll(async () => {
    harness = await IntakeHarness.open([]);
    const { commands, queries, inbox } = harness.system;
    desk = asTestsAsk(commands, queries, inbox);
    await openDeal(harness.system.ledger, 'alpha', '1000', { activate: false });
    intake = await harness.start();
    await harness.produce([
      plain(usageBody('held')),
      plain(usageBody('hopeless', { amount: '1e3' })),
      { key: `${TENANT}/alpha`, value: '{"cut', headers: PLAIN },
      { key: 'nobody', value: JSON.stringify(usageBody('nobodys')), headers: PLAIN },
      plain(usageBody('waiting', { agreement: 'late' })),
    ]);
    await harness.settled();
  }, 90_000);
  afterAll(() => harness.close(), 30_000);

  it('keep their content, and are listed once, with and without Kafka', async () => {
    const { counts, letters, refused } = await list();
    expect(counts).toEqual({ letters: 4, parked: 1, refused: 0, discarded: 0 });
    expect(refused).toEqual([]);
    expect(letters.find(({ name }) => name.endsWith('hopeless'))).toMatchObject({
      ...{ code: 'amount-malformed', became: null, refusal: expect.any(Number) },
      ...{
        message: expect.stringContaining('must be digits'),
        text: expect.stringContaining('"1e3"'),
      },
    });
    const alone = (await dlq(['list'], false)).answer as Listed;
    expect(alone.counts).toEqual({ letters: 0, parked: 1, refused: 4, discarded: 0 });
    expect(alone.refused.map(({ id, code }) => `${id} ${code}`).sort()).toEqual([
      'held agreement-not-active',
      'hopeless amount-malformed',
      'nobodys key-malformed',
      'null json-truncated',
    ]);
    expect(await desk.fate(TENANT, 'billing/aws', 'hopeless')).toMatchObject({
      outcome: 'refused',
      kept: {
        ...{ channel: 'kafka', agreement: 'alpha', sentBy: `kafka:${harness.topics.usageIngest}` },
        payload: JSON.stringify(usageBody('hopeless', { amount: '1e3' })),
      },
    });
    expect(await accounts()).toMatchObject({
      ...{ addsUp: true, total: { in: 4, parked: 1, refused: 3 } },
    });
  }, 60_000);

  it('that fail again are not counted twice, and that are recorded are settled', async () => {
    await harness.activate('alpha');
    const retried = (await dlq(['retry'])).answer;
    expect(retried).toMatchObject({ sent: 4, recorded: 0, parked: 1 });
    await harness.settled();
    expect((await harness.letters()).length).toBe(7);
    const { counts, letters } = await list();
    expect(counts).toMatchObject({ letters: 3, parked: 1, refused: 0 });
    expect(letters.map(({ name, times, became }) => [name, times, became]).sort()).toEqual([
      ['? ?', 2, null],
      ['billing/aws held', 1, 'recorded'],
      ['billing/aws hopeless', 2, null],
      ['billing/aws nobodys', 2, null],
    ]);
    expect(await accounts()).toMatchObject({
      ...{ addsUp: true, total: { in: 4, recorded: 1, duplicate: 0, parked: 1, refused: 2 } },
    });
    const fate = await desk.fate(TENANT, 'billing/aws', 'held');
    expect(fate).toMatchObject({
      outcome: 'recorded',
      history: [{ step: 'refused', times: 1 }, { step: 'recorded' }],
    });
    expect(await desk.fate(TENANT, 'billing/aws', 'hopeless')).toMatchObject({
      history: [{ step: 'refused', times: 1 }, { step: 'retried' }],
    });
  }, 120_000);

  it('that the sender sends again are one more each', async () => {
    await harness.produce([plain(usageBody('hopeless', { amount: '1e3' }))]);
    await harness.settled();
    expect(await desk.fate(TENANT, 'billing/aws', 'hopeless')).toMatchObject({
      kept: { times: 2 },
    });
    expect(await accounts()).toMatchObject({ addsUp: true, total: { in: 5, refused: 3 } });
    expect((await list()).counts).toMatchObject({ letters: 3, refused: 0 });
  }, 60_000);

  it('can be given up, by place or by name, and are not sent again', async () => {
    const before = await list();
    const cut = before.letters.find(({ code }) => code === 'json-truncated')!;
    const why = ['--reason', 'a test of ours'];
    const place = ['--topic', 'usage', '--offset', cut.letter];
    expect((await dlq(['discard', ...place, ...why])).answer).toMatchObject({
      ...{ settledAs: 'discarded', discarded: { reason: 'a test of ours' } },
    });
    await dlq(['discard', 'billing/aws', 'hopeless', ...why]);
    const after = await list();
    expect(after.counts).toMatchObject({ letters: 1, refused: 0, discarded: 2 });
    expect((await list('--outcome', 'refused')).letters.map(({ name }) => name)).toEqual([
      'billing/aws nobodys',
    ]);
    await intake.close();
    expect((await dlq(['retry'])).answer).toMatchObject({ sent: 1 });
    expect(await accounts()).toMatchObject({
      ...{ addsUp: true, total: { in: 5, recorded: 1, parked: 1, refused: 0, discarded: 3 } },
    });
  }, 120_000);

  it('are filtered', async () => {
    expect(
      (await list('--code', 'amount-malformed', '--outcome', 'discarded')).letters,
    ).toHaveLength(1);
    expect((await list('--agreement', 'late')).counts).toMatchObject({ letters: 0, parked: 1 });
    expect((await list('--channel', 'http')).letters).toEqual([]);
  }, 60_000);
});
