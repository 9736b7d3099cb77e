import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { USAGE_EVENT_TYPE } from '../../libs/contract/messages/cloud-event.js';
import { eventually } from '../support/eventually.js';
import { checkInvariants } from '../support/invariants.js';
import { describeKafka } from '../support/kafka.js';
import { IntakeHarness, PLAIN, plain, usageBody } from './intake-harness.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const OTHER = '0af7651916cd43dd8448eb211c80319c';
const parentOf = (trace: string): string => `00-${trace}-00f067aa0ba902b7-01`;

/** What stands in headers of a CloudEvent does not stand in its data. */
const DATA = {
  agreement: 'alpha',
  effectiveAt: '2026-03-01T00:00:00Z',
  currency: 'USD',
  amount: '1.00',
};

type Line = Readonly<Record<string, unknown>>;

/** A trace that begins at a sender goes through the broker into the log of the intake, and stays with a dead letter. */
describeKafka('the trace of a record', () => {
  let harness: IntakeHarness;
  const lines: Line[] = [];
  const kept = new Writable({
    write: (text: Buffer, _, done) => {
      lines.push(JSON.parse(text.toString()) as Line);
      done();
    },
  });
  const traced = (body: Record<string, unknown>, headers: Readonly<Record<string, string>>) => ({
    ...plain(body),
    headers: { ...PLAIN, ...headers },
  });
  const of = (said: string): readonly Line[] => lines.filter(({ msg }) => msg === said);

  beforeAll(async () => {
    harness = await IntakeHarness.open();
    await harness.start({ logger: pino({ level: 'debug', base: null }, kept) });
  }, 90_000);
  afterAll(async () => {
    expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
    await harness.close();
  }, 30_000);

  it('is in the lines of the log about it, also where it is refused', async () => {
    await harness.produce([
      traced(usageBody('traced'), { traceparent: parentOf(TRACE) }),
      traced(DATA, {
        ...{ ce_specversion: '1.0', ce_type: USAGE_EVENT_TYPE, ce_source: 'billing/aws' },
        ...{ ce_id: 'binary', ce_traceparent: parentOf(OTHER) },
      }),
      traced(usageBody('no trace'), { traceparent: 'not one' }),
      plain(usageBody('none')),
      traced(usageBody('wrong', { amount: 'many' }), { traceparent: parentOf(OTHER) }),
    ]);
    await harness.settled();
    await eventually(() => expect(of('record refused')).toHaveLength(1));
    const { usageIngest: topic } = harness.topics;
    expect(of('record refused')[0]).toMatchObject({
      ...{ level: 40, topic, traceId: OTHER, source: 'billing/aws', id: 'wrong' },
      code: expect.any(String),
      offset: 4,
    });
    const settled = of('record settled').map(({ offset, traceId }) => [offset, traceId]);
    expect(settled).toEqual([
      [0, TRACE],
      [1, OTHER],
      [4, OTHER],
    ]);
  }, 60_000);

  it('goes on with a dead letter, to the byte', async () => {
    const [letter] = await harness.letters();
    expect(String(letter?.original.headers['traceparent'])).toBe(parentOf(OTHER));
  }, 60_000);

  it('is told for so many records of a slice, and the rest are counted', async () => {
    const before = of('record refused').length;
    const wrong = Array.from({ length: 50 }, (_, n) => usageBody(`wrong-${n}`, { amount: 'many' }));
    await harness.produce(wrong.map((body) => plain(body)));
    await harness.settled();
    await eventually(() => {
      const told = of('record refused').length - before;
      const more = of('more were refused: commitment-ledger dlq list');
      const counted = more.reduce((sum, { records }) => sum + Number(records), 0);
      expect(told + counted).toBe(50);
    });
  }, 60_000);
});
