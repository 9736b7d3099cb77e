import { describe, expect, it } from '@jest/globals';
import type { IncomingRecord } from './records.js';
import { firstTimestamp, firstTimestampOf, readDeadLetter, toDeadLetter } from './dead-letter.js';
import { readInvestmentMessage } from './investment-ingest.js';

const FIRST = Date.parse('2026-11-20T10:00:00Z');
const LATER = Date.parse('2026-11-27T10:00:00Z');

const asBuffers = (headers: Readonly<Record<string, unknown>>): IncomingRecord['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(String(value))]),
  );

/** A call of a tranche that does not say when it was called. */
const call = (
  timestampMs: number,
  more: Readonly<Record<string, string>> = {},
): IncomingRecord => ({
  offset: 7,
  key: Buffer.from('acme/deal'),
  value: Buffer.from('{}'),
  timestampMs,
  headers: asBuffers({
    ...{ 'content-type': 'application/json', ce_specversion: '1.0', ce_source: 'treasury' },
    ...{ ce_type: 'commitment-ledger.milestone-attestation.v1', ce_id: 'a', ...more },
    ce_subject: 'deal.equity.approval',
  }),
});

describe('the time at which a record came first', () => {
  it('is kept by letters and retries, though brokers stamp what is sent again anew', () => {
    const from = { topic: 'investment.ingest', partition: 0 };
    const problem = { code: 'x', pointer: '', message: '' };
    const letterOf = (record: IncomingRecord) => {
      const sent = toDeadLetter(record, from, problem, null);
      return readDeadLetter({ ...record, headers: asBuffers(sent.headers) })!;
    };
    const { original } = letterOf(call(FIRST));
    expect(original.timestampMs).toBe(FIRST);
    const again = call(LATER, firstTimestamp(original));
    expect(firstTimestampOf(again)).toBe(FIRST);
    // Refused once more, and sent once more.
    expect(letterOf(again).original.timestampMs).toBe(FIRST);
    expect(letterOf(again).original.headers).not.toHaveProperty('dlq_timestamp');
  });

  it('is when a command that says no time took effect', () => {
    const place = { partition: 0, partitions: 1 };
    const effective = (record: IncomingRecord): unknown => {
      const message = readInvestmentMessage(
        { ...record, value: Buffer.from('{"outcome":"met"}') },
        place,
      );
      return 'problems' in message ? message.problems : message.effectiveAt;
    };
    expect(effective(call(FIRST))).toBe('2026-11-20T10:00:00.000000Z');
    expect(effective(call(LATER, { dlq_timestamp: String(FIRST) }))).toBe(
      '2026-11-20T10:00:00.000000Z',
    );
    expect(effective(call(FIRST, { dlq_timestamp: 'soon' }))).toBe('2026-11-20T10:00:00.000000Z');
  });
});
