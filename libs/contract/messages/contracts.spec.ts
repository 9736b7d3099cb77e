import { describe, expect, it } from '@jest/globals';
import type { UsageEvent } from '../usage/usage-event.js';
import { USAGE_EVENT_TYPE } from './cloud-event.js';
import { canonical } from '../../ledger/format/canonical.js';
import { encodeEntry, hashEntry, parseEntry } from '../../ledger/format/entry.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import { partitionOf } from '../../ledger/format/shard.js';
import type { IncomingRecord, OutgoingRecord } from './records.js';
import { readDeadLetter, toDeadLetter } from './dead-letter.js';
import { readInvestmentMessage } from './investment-ingest.js';
import { readLedgerMessage, toLedgerMessage } from './ledger-events.js';
import { readUsageMessage } from './usage-ingest.js';

const KEY = 'demo/amazon-anthropic';
const PARTITIONS = 4;
const place = { partition: partitionOf(KEY, PARTITIONS), partitions: PARTITIONS };

const usage: UsageEvent = {
  source: 'billing/aws',
  id: 'inv-1',
  agreement: 'amazon-anthropic',
  effectiveAt: '2026-11-20T10:00:00Z',
  currency: 'USD',
  amount: '123.45',
};

interface Message {
  readonly key?: string | null;
  readonly value?: object | string | null;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

const message = ({ key = KEY, value = usage, headers = PLAIN }: Message = {}): IncomingRecord => ({
  offset: 41,
  key: key === null ? null : Buffer.from(key),
  value:
    value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [
      name,
      typeof text === 'string' ? Buffer.from(text) : text.map((one) => Buffer.from(one)),
    ]),
  ),
  timestampMs: Date.parse('2026-11-21T09:00:00Z'),
});

const PLAIN = { 'content-type': 'application/json' };
const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const BINARY = {
  ...PLAIN,
  ce_specversion: '1.0',
  ce_type: USAGE_EVENT_TYPE,
  ce_source: 'billing/aws',
  ce_id: 'inv-1',
  ce_time: '2026-11-20T10:00:00Z',
};

const faults = (read: ReturnType<typeof readUsageMessage>): string[] =>
  'problems' in read ? read.problems.map(({ code, pointer }) => `${code} ${pointer}`) : [];

const base64 = (data: object): string => Buffer.from(JSON.stringify(data)).toString('base64');

describe('a message of usage.ingest', () => {
  const { source, id, effectiveAt, ...data } = usage;

  it.each<[string, Message]>([
    ['plain JSON', {}],
    [
      'a CloudEvent in structured mode',
      {
        headers: STRUCTURED,
        value: { specversion: '1.0', type: USAGE_EVENT_TYPE, source, id, time: effectiveAt, data },
      },
    ],
    ['a CloudEvent in binary mode', { headers: BINARY, value: data }],
    [
      'a CloudEvent whose data is bytes',
      {
        headers: STRUCTURED,
        value: {
          ...{ specversion: '1.0', type: USAGE_EVENT_TYPE, source, id, time: effectiveAt },
          data_base64: base64(data),
        },
      },
    ],
    ['binary with headers of others beside it', { headers: { ...BINARY, b3: '1' }, value: data }],
  ])('is read the same as %s', (_, sent) => {
    expect(readUsageMessage(message(sent), place)).toEqual({ tenant: 'demo', event: usage });
  });

  it.each<[string, Message, string]>([
    ['tombstone', { value: null }, 'message-empty '],
    ['no key', { key: null }, 'key-missing /key'],
    ['key of another shape', { key: 'amazon-anthropic' }, 'key-malformed /key'],
    ['no content type', { headers: {} }, 'content-type-missing /headers/content-type'],
    [
      'another content type',
      { headers: { 'content-type': 'application/avro' } },
      'content-type-unsupported /headers/content-type',
    ],
    [
      'another charset',
      { headers: { 'content-type': 'application/json; charset=latin1' } },
      'charset-unsupported /headers/content-type',
    ],
    [
      'two values for one header',
      { headers: { ...BINARY, ce_id: ['inv-1', 'inv-2'] }, value: data },
      'header-repeated /headers/ce_id',
    ],
    [
      'the same header in another case',
      { headers: { ...BINARY, CE_ID: 'inv-2' }, value: data },
      'header-repeated /headers/ce_id',
    ],
    ['no type', { headers: { ...PLAIN, ce_specversion: '1.0' } }, 'cloud-event-type-unknown /type'],
    [
      'headers and value that disagree',
      {
        headers: { ...STRUCTURED, ce_id: 'inv-2' },
        value: { specversion: '1.0', type: USAGE_EVENT_TYPE, source, id, data },
      },
      'cloud-event-malformed /headers/ce_id',
    ],
    [
      'an attribute that would hide itself',
      { headers: { ...BINARY, ce___proto__: '1' }, value: data },
      'member-unknown /__proto__',
    ],
    [
      'data and bytes',
      {
        headers: STRUCTURED,
        value: {
          ...{ specversion: '1.0', type: USAGE_EVENT_TYPE, source, id, data },
          data_base64: base64(data),
        },
      },
      'cloud-event-data /data_base64',
    ],
    [
      'bytes beside the value',
      { headers: { ...BINARY, ce_data_base64: base64(data) }, value: data },
      'cloud-event-data /data_base64',
    ],
    ['not JSON', { value: '{"amount": 01}' }, 'json-number /amount'],
    ['two amounts', { value: '{"amount":"1","amount":"2"}' }, 'json-duplicate-member /amount'],
    ['no object', { value: '[]' }, 'not-an-object '],
    ['a member misspelt', { value: { ...usage, ammount: '1' } }, 'member-unknown /ammount'],
    [
      'another agreement than its key',
      { value: { ...usage, agreement: 'meta-google' } },
      'key-mismatch /agreement',
    ],
    ['tenant in the body', { value: { ...usage, tenant: 'demo' } }, 'member-unknown /tenant'],
  ])('is refused: %s', (_, sent, fault) => {
    expect(faults(readUsageMessage(message(sent), place))).toEqual([fault]);
  });

  it('is taken from another partition than its key belongs to, and says so', () => {
    const elsewhere = { ...place, partition: (place.partition + 1) % PARTITIONS };
    const there = readUsageMessage(message(), place);
    expect(there).not.toHaveProperty('isMisrouted');
    expect(readUsageMessage(message(), elsewhere)).toEqual({ ...there, isMisrouted: true });
    expect(readUsageMessage(message(), place)).toEqual(there);
  });

  it('is refused when a header is not UTF-8', () => {
    const sent = message({ headers: BINARY, value: data });
    const headers = { ...sent.headers, ce_id: Buffer.from([0xff]) };
    expect(faults(readUsageMessage({ ...sent, headers }, place))).toEqual([
      'header-not-utf-8 /headers/ce_id',
    ]);
  });

  it('tells who sent what is refused, where that can be read', () => {
    const sent = message({ value: { ...usage, amount: '1e3' } });
    expect(readUsageMessage(sent, place)).toMatchObject({
      tenant: 'demo',
      source: 'billing/aws',
      id: 'inv-1',
      problems: [{ code: 'amount-malformed', pointer: '/amount' }],
    });
  });
});

describe('a message of investment.ingest', () => {
  const call = {
    specversion: '1.0',
    type: 'commitment-ledger.tranche-call.v1',
    source: 'treasury',
    id: 'call-1',
    subject: 'amazon-anthropic.equity.tranche-1',
    data: { calledAt: '2026-11-20T12:00:00+02:00' },
  };
  const read = (value: object) =>
    readInvestmentMessage(message({ headers: STRUCTURED, value }), place);

  it('is the command that the same body is over HTTP', () => {
    expect(read(call)).toMatchObject({
      tenant: 'demo',
      source: 'treasury',
      id: 'call-1',
      effectiveAt: '2026-11-20T10:00:00.000000Z',
      command: {
        type: 'CallTranche',
        investmentId: 'amazon-anthropic.equity',
        trancheId: 'amazon-anthropic.equity.tranche-1',
        calledAt: '2026-11-20T10:00:00.000000Z',
      },
    });
  });

  it('has the same digest whatever the order of its members, and another for other content', () => {
    const digest = (value: object): unknown => (read(value) as { digest?: string }).digest;
    const payment = {
      ...call,
      type: 'commitment-ledger.tranche-funding.v1',
      data: {
        amount: { amount: '5', currency: 'USD' },
        valueAt: '2026-11-20T00:00:00Z',
        reference: 'wire 1',
      },
    };
    const { amount, ...rest } = payment.data;
    expect(digest(payment)).toMatch(/^[0-9a-f]{64}$/);
    expect(digest({ ...payment, data: { ...rest, amount } })).toBe(digest(payment));
    expect(digest({ ...payment, data: { ...payment.data, reference: 'wire 2' } })).not.toBe(
      digest(payment),
    );
  });

  it('is read the same when its data is bytes', () => {
    const { data, ...attributes } = call;
    expect(read({ ...attributes, data_base64: base64(data) })).toEqual(read(call));
  });

  it('takes effect when the record was made, if nothing in it says when', () => {
    const attest = {
      ...call,
      type: 'commitment-ledger.milestone-attestation.v1',
      data: { outcome: 'met' },
    };
    expect(read(attest)).toMatchObject({ effectiveAt: '2026-11-21T09:00:00.000000Z' });
    expect(read({ ...attest, time: '2026-11-19T00:00:00Z' })).toMatchObject({
      effectiveAt: '2026-11-19T00:00:00.000000Z',
    });
  });

  it.each<[string, object, string]>([
    [
      'unknown type',
      { ...call, type: 'commitment-ledger.tranche-gift.v1' },
      'cloud-event-type-unknown /type',
    ],
    ['no subject', { ...call, subject: undefined }, 'member-missing /subject'],
    ['subject of another agreement', { ...call, subject: 'a.b.c' }, 'key-mismatch /subject'],
    ['source with spaces', { ...call, source: 'our treasury' }, 'source-malformed /source'],
    [
      'local time',
      { ...call, data: { calledAt: '2026-11-20T12:00:00' } },
      'instant-malformed /data/calledAt',
    ],
    ['unknown member', { ...call, data: { ...call.data, by: 'me' } }, 'member-unknown /data/by'],
    ['no data', { ...call, data: undefined }, 'not-an-object /data'],
    ['data and bytes', { ...call, data_base64: base64({}) }, 'cloud-event-data /data_base64'],
    [
      'bytes that are no JSON',
      { ...call, data: undefined, data_base64: Buffer.from('x').toString('base64') },
      'json-malformed /data_base64',
    ],
    ['plain JSON', call.data, 'cloud-event-version /specversion'],
  ])('is refused: %s', (_, value, fault) => {
    const wrong = read(value);
    expect(
      'problems' in wrong && wrong.problems.map(({ code, pointer }) => `${code} ${pointer}`),
    ).toEqual([fault]);
  });
});

/** As a broker gives it back. */
const arrived = (sent: OutgoingRecord): IncomingRecord => ({
  offset: 7,
  key: sent.key === null ? null : Buffer.from(sent.key),
  value: sent.value === null ? null : Buffer.from(sent.value as string),
  headers: Object.fromEntries(
    Object.entries(sent.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((one) => Buffer.from(one)) : Buffer.from(value as string),
    ]),
  ),
  timestampMs: sent.timestampMs ?? 0,
});

describe('a message of ledger.events', () => {
  const LEDGER = '0197a1de-0000-7000-8000-000000000001';
  const text = encodeEntry(
    {
      ledger: LEDGER,
      tenant: 'demo',
      shard: 2,
      epoch: 1,
      position: 12,
      prev: 'ab'.repeat(32),
      stream: { tenant: 'demo', kind: 'agreement', key: 'amazon-anthropic' },
      version: 3,
      source: 'idempotency-key',
      id: 'é-1',
      digest: 'cd'.repeat(32),
      schema: 1,
      recordedAt: '2026-11-21T10:18:00.123456Z',
      effectiveAt: '2026-11-21T10:00:00.000000Z',
      actor: 'ops',
      type: 'AgreementActivated',
    },
    canonical({ agreementId: 'amazon-anthropic', activatedAt: '2026-11-21T10:00:00.000000Z' }),
  );
  const entry: RecordedEntry = parseEntry(text, hashEntry(text));
  const sent = toLedgerMessage(entry, LEDGER);
  const at = { ledgerId: LEDGER, partition: 2 };

  it('carries the hashed text verbatim, as a CloudEvent, dated when it was recorded', () => {
    expect(sent).toMatchObject({
      key: KEY,
      value: text,
      timestampMs: Date.parse('2026-11-21T10:18:00.123Z'),
      headers: {
        ce_specversion: '1.0',
        ce_type: 'commitment-ledger.agreement-activated.v1',
        ce_source: `/ledgers/${LEDGER}/shards/2`,
        ce_id: '12',
        ce_subject: 'agreement:amazon-anthropic',
        ce_prev: 'ab'.repeat(32),
      },
    });
  });

  it('comes back as the same entry', () => {
    expect(readLedgerMessage(arrived(sent), at)).toEqual({ entry });
  });

  it.each<[string, Partial<IncomingRecord>, string]>([
    ['tombstone', { value: null }, 'message-empty'],
    [
      'value changed by one byte',
      { value: Buffer.from(text.replace('ops', 'opt')) },
      'hash-mismatch',
    ],
    ['no hash', { headers: {} }, 'header-missing'],
    ['key of another agreement', { key: Buffer.from('demo/other') }, 'key-mismatch'],
    ['another time', { timestampMs: 1 }, 'timestamp-mismatch'],
    [
      'a header that says something else',
      { headers: { ...arrived(sent).headers, ce_position: Buffer.from('13') } },
      'header-mismatch',
    ],
    [
      'a header given twice',
      { headers: { ...arrived(sent).headers, ce_id: [Buffer.from('12'), Buffer.from('12')] } },
      'header-mismatch',
    ],
  ])('is not believed: %s', (_, change, code) => {
    expect(readLedgerMessage({ ...arrived(sent), ...change }, at)).toMatchObject({
      problem: { code },
    });
  });

  it.each<[string, string]>([
    ['no members', '{"v":"1"}'],
    ['no time', text.replace(/,"recordedAt":"[^"]*"/, '')],
    ['half a time', text.replace(/("recordedAt":"..)[^"]*/, '$1')],
    ['no type', text.replace(',"type":"AgreementActivated"', '')],
    ['a stream that is a number', text.replace('"agreement:amazon-anthropic"', '7')],
    ['a schema that nobody wrote', text.replace('"schema":"1"', '"schema":"x"')],
  ])('is refused, and harms no other, when its value has %s', (_, value) => {
    const stray = { ...arrived(sent), value: Buffer.from(value) };
    expect(readLedgerMessage(stray, at)).toMatchObject({ problem: { code: 'hash-mismatch' } });
    const headers = { ...stray.headers, ce_hash: Buffer.from(hashEntry(value)) };
    expect(readLedgerMessage({ ...stray, headers }, at)).toHaveProperty('problem');
    expect(readLedgerMessage(arrived(sent), at)).toEqual({ entry });
    expect(toLedgerMessage(entry, LEDGER)).toEqual(sent);
  });

  it('is believed with headers of others among its own', () => {
    const more = { b3: Buffer.from('1'), ...arrived(sent).headers };
    expect(readLedgerMessage({ ...arrived(sent), headers: more }, at)).toEqual({ entry });
  });

  it('is not believed on another partition, or from another ledger', () => {
    expect(readLedgerMessage(arrived(sent), { ...at, partition: 1 })).toMatchObject({
      problem: { code: 'shard-mismatch' },
    });
    expect(readLedgerMessage(arrived(sent), { ...at, ledgerId: 'another' })).toMatchObject({
      problem: { code: 'header-mismatch', pointer: '/headers/ce_source' },
    });
  });
});

describe('a dead letter', () => {
  const refused = message({ headers: { ...BINARY, ce_id: ['a', 'b'] }, value: 'not JSON' });
  const from = { topic: 'usage.ingest', partition: 3 };
  const problem = { code: 'header-repeated', pointer: '/headers/ce_id', message: 'twice' };

  it('keeps the original to the byte and says why and where', () => {
    const letter = readDeadLetter(arrivedRaw(toDeadLetter(refused, from, problem, 'billing/aws')));
    expect(letter).toEqual({
      code: 'header-repeated',
      pointer: '/headers/ce_id',
      topic: 'usage.ingest',
      partition: 3,
      offset: 41,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      original: refused,
    });
  });

  it('keeps tombstones without a key', () => {
    const nothing = message({ key: null, value: null });
    const sent = toDeadLetter(nothing, from, problem, null);
    expect(sent.key).toBe('usage.ingest/3');
    expect(readDeadLetter(arrivedRaw(sent))?.original).toEqual(nothing);
  });

  it('is not read when it was damaged', () => {
    const sent = arrivedRaw(toDeadLetter(refused, from, problem, null));
    expect(readDeadLetter({ ...sent, value: Buffer.from('other') })).toBeNull();
    expect(readDeadLetter(refused)).toBeNull();
  });

  function arrivedRaw(sent: OutgoingRecord): IncomingRecord {
    return { ...arrived({ ...sent, value: null }), value: sent.value as Buffer | null };
  }
});
