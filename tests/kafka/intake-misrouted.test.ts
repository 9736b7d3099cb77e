import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { OutgoingRecord } from '../../libs/contract/messages/records.js';
import { checkInvariants } from '../support/invariants.js';
import { describeKafka } from '../support/kafka.js';
import { runTypescript } from '../support/run-typescript.js';
import { IntakeHarness, plain, TENANT, usageBody } from './intake-harness.js';
import { commandsOn, openInvestment, recordedOn } from './investments.js';

const AGREEMENTS = Array.from({ length: 12 }, (_, n) => `deal-${n}`);

describeKafka('records on other partitions than their keys', () => {
  let harness: IntakeHarness;
  const lines: Record<string, unknown>[] = [];

  beforeAll(async () => {
    harness = await IntakeHarness.open(AGREEMENTS);
  }, 90_000);
  afterAll(async () => {
    expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
    await harness.close();
  }, 30_000);

  /** What librdkafka does by default, and so kcat, confluent-kafka in Python, Go and .NET, rdkafka in Rust and PHP. */
  const librdkafka = (key: string): number => crc32(key) % harness.partitions;
  const isElsewhere = ({ key }: OutgoingRecord): boolean =>
    librdkafka(key!) !== harness.partitionOf(key!);
  const send = async (records: readonly OutgoingRecord[], topic?: string): Promise<void> => {
    for (const record of records) await harness.produce([record], topic, librdkafka(record.key!));
  };
  const counted = (topic: string): Promise<number | undefined> =>
    harness.metrics.intakeMisrouted
      .get()
      .then(({ values }) => values.find(({ labels }) => labels['topic'] === topic)?.value);

  it('are taken, counted and said, as clients of librdkafka send them', async () => {
    const { usageIngest } = harness.topics;
    const write = (line: string): void => void lines.push(JSON.parse(line) as never);
    const intake = await harness.start({ logger: pino({ base: null }, { write }) });
    const records = AGREEMENTS.flatMap((agreement) =>
      [1, 2].map((n) => plain(usageBody(`${agreement}-${n}`, { agreement }))),
    );
    const elsewhere = records.filter(isElsewhere).length;
    expect(elsewhere).toBeGreaterThan(0);
    await send(records);
    await harness.settled();
    expect((await harness.drawdowns()).size).toBe(records.length);
    expect(await harness.letters()).toEqual([]);
    expect(await harness.count('refused')).toBe(0);
    expect(await counted(usageIngest)).toBe(elsewhere);
    const said = lines.filter(({ msg }) => /other partitions/.test(String(msg)));
    expect(said).toEqual([expect.objectContaining({ level: 40, topic: usageIngest })]);
    await intake.close();
  }, 60_000);

  it('have one effect with the same on its own partition, whichever came first', async () => {
    const intake = await harness.start();
    const before = (await harness.drawdowns()).size;
    const records = AGREEMENTS.map((agreement) =>
      plain(usageBody(`${agreement}-3`, { agreement })),
    );
    await Promise.all([send(records), harness.produce(records)]);
    await harness.settled();
    expect((await harness.drawdowns()).size).toBe(before + records.length);
    await intake.close();
  }, 60_000);

  it('are refused as before when key and content disagree, or the key names nobody', async () => {
    const intake = await harness.start();
    const [one, other] = [AGREEMENTS[0]!, AGREEMENTS[1]!];
    const body = usageBody('strange', { agreement: one });
    await Promise.all(
      [`${TENANT}/${other}`, `stranger/${one}`, 'no-key'].map((key) => send([plain(body, key)])),
    );
    await harness.settled();
    const codes = (await harness.letters()).map(({ code }) => code).sort();
    expect(codes).toEqual(['key-malformed', 'key-mismatch', 'tenant-not-allowed']);
    expect((await harness.drawdowns()).has('billing/aws strange')).toBe(false);
    await intake.close();
  }, 60_000);

  it('are investment commands too, decided in the order of their partition', async () => {
    const { investmentIngest, investmentDeadLetters } = harness.topics;
    const agreement = AGREEMENTS.find((name) =>
      isElsewhere(plain(usageBody('', { agreement: name }))),
    )!;
    await openInvestment(harness, agreement);
    const { call, fund } = commandsOn(agreement);
    await send(
      [call('c1', 'one'), fund('f1', 'one', '2'), fund('f2', 'one', '3')],
      investmentIngest,
    );
    await harness.start();
    await harness.settled(investmentIngest);
    expect(await harness.letters(investmentDeadLetters)).toEqual([]);
    expect((await recordedOn(harness, agreement)).map((line) => line.split(' ')[0])).toEqual([
      'c1',
      'f1',
      'f2',
    ]);
    expect(await counted(investmentIngest)).toBe(3);
  }, 60_000);
});

describeKafka('two processes that write all shards at once', () => {
  let harness: IntakeHarness;
  const children: ChildProcess[] = [];
  const start = async (): Promise<ChildProcess> => {
    const child = runTypescript('tests/kafka/intake-process.ts', [], harness.env);
    children.push(child);
    await once(child.stdout!, 'data');
    return child;
  };

  beforeAll(async () => {
    harness = await IntakeHarness.open(AGREEMENTS);
  }, 90_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await harness.close();
  }, 30_000);

  it('give each event one effect, while one dies and another joins', async () => {
    const events = 4_000;
    const records = Array.from({ length: events }, (_, n) =>
      plain(usageBody(`event-${n}`, { agreement: AGREEMENTS[n % 12], amount: '0.25' })),
    );
    /** Any partition, and every fifth on another one again. */
    const scatter = async (some: readonly OutgoingRecord[], by: number): Promise<void> => {
      const sends = Array.from({ length: harness.partitions }, (): OutgoingRecord[] => []);
      for (const [n, record] of some.entries()) {
        sends[(n + by) % harness.partitions]!.push(record);
        if (n % 5 === 0) sends[(n + by + 1) % harness.partitions]!.push(record);
      }
      await Promise.all(sends.map((send, to) => harness.produce(send, undefined, to)));
    };
    const [first] = await Promise.all([start(), start()]);
    for (let from = 0; from < events; from += 500) {
      await scatter(records.slice(from, from + 500), from / 500);
      if (from === 1_000) first.kill('SIGKILL');
      if (from === 2_000) void start();
      await sleep(100);
    }
    await harness.settled();
    const drawdowns = await harness.drawdowns();
    expect(drawdowns.size).toBe(events);
    expect(new Set(drawdowns.values())).toEqual(new Set(['0.25']));
    expect(await harness.count('refused')).toBe(0);
    expect(await harness.letters()).toEqual([]);
    expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
  }, 120_000);
});
