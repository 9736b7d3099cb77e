import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalize } from 'json-canonicalize';
import { canonical } from './canonical.js';
import { decodeEvent } from './codec.js';
import { encodeEntry, hashEntry, isReadable, parseEntry, parseEnvelope } from './entry.js';
import type { EntryFields } from './entry.js';
import { instantMicros, instantText } from './recorded-at.js';
import { streamId } from './stream-id.js';

const FIELDS: EntryFields = {
  ledger: '5f0c0c43-5b1f-4a0e-9a57-7d6b2f1f6a11',
  type: 'AgreementNoted',
  tenant: 'acme',
  shard: 2,
  epoch: 1,
  position: 7,
  prev: '0'.repeat(64),
  stream: { tenant: 'acme', kind: 'commitment', key: 'deal' },
  version: 3,
  source: 'billing',
  id: 'evt-1',
  digest: 'a'.repeat(64),
  schema: 1,
  recordedAt: '2026-03-15T00:00:00.000001Z',
  effectiveAt: '2026-03-14T00:00:00.000000Z',
  actor: 'alice',
};

/** What a body may hold. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 6 }),
  ),
})).value;

describe('an entry', () => {
  it('is the text that was agreed, for ever', () => {
    const entry = encodeEntry(FIELDS, canonical({ gross: '1.50', agreementId: 'deal', period: 0 }));
    expect(entry).toBe(
      '{"actor":"alice","body":{"agreementId":"deal","gross":"1.50","period":0},' +
        `"digest":"${'a'.repeat(64)}","effectiveAt":"2026-03-14T00:00:00.000000Z","epoch":"1","id":"evt-1",` +
        `"ledger":"5f0c0c43-5b1f-4a0e-9a57-7d6b2f1f6a11","pos":"7","prev":"${'0'.repeat(64)}",` +
        '"recordedAt":"2026-03-15T00:00:00.000001Z","schema":"1","shard":"2","source":"billing",' +
        '"stream":"commitment:deal","tenant":"acme","type":"AgreementNoted","v":"1","version":"3"}',
    );
    expect(hashEntry(entry)).toBe(
      createHash('sha256').update(Buffer.of(0)).update(entry, 'utf8').digest('hex'),
    );
  });

  it('is canonical JSON whatever it holds, and reads back as what was written', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(json, text, text, (value, id, actor) => {
        const body = { value };
        const entry = encodeEntry({ ...FIELDS, id, actor }, canonical(body));
        expect(entry).toBe(canonicalize(JSON.parse(entry)));
        const { ledger, type, ...fields } = { ...FIELDS, id, actor };
        expect(JSON.parse(entry)).toMatchObject({ ledger, v: '1' });
        expect(parseEntry(entry, 'f'.repeat(64))).toEqual({
          ...fields,
          hash: 'f'.repeat(64),
          event: { type, body: JSON.parse(JSON.stringify(body)) },
          entry,
        });
      }),
    );
  });

  it('reads back without its event, whatever the body and the texts around it hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('","body":', ',"digest":"', '\\', '"', '","epoch":"9'),
    );
    const bodies = fc.oneof(json, fc.record({ digest: text, epoch: text, version: text }));
    fc.assert(
      fc.property(bodies, text, text, text, (value, id, actor, source) => {
        const entry = encodeEntry({ ...FIELDS, id, actor, source }, canonical({ value }));
        const { event, ...envelope } = parseEntry(entry, 'f'.repeat(64));
        expect(parseEnvelope(entry, 'f'.repeat(64))).toEqual({
          ...envelope,
          event: { type: event.type },
        });
        expect(() => parseEnvelope(entry.slice(0, -1), '')).toThrow('it is no entry');
        const spaced = JSON.stringify(JSON.parse(entry), null, 1);
        expect(parseEnvelope(spaced, '')).toMatchObject({ id, actor, source });
      }),
    );
  });

  it('writes any body as a general canonicaliser does', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(value)).toBe(canonicalize(value));
      }),
    );
  });

  it('leaves absent members out and refuses what has no exact text', () => {
    expect(canonical({ b: undefined, a: 1, c: [] })).toBe('{"a":1,"c":[]}');
    for (const inexact of [0.1, NaN, Infinity, 2 ** 53, 10n, () => 1])
      expect(() => canonical({ inexact })).toThrow(TypeError);
    expect(canonical(-0)).toBe('0');
  });

  it('has a time of microseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7_000_000_000_000_000 }), (micros) => {
        expect(instantMicros(instantText(micros))).toBe(micros);
      }),
    );
    expect(instantText(1_773_532_800_000_001)).toBe('2026-03-15T00:00:00.000001Z');
  });

  it('lives in a stream whose id is computed from its name', () => {
    const id = streamId({ tenant: 'acme', kind: 'commitment', key: 'deal' });
    expect(id).toBe('d6a58795-3fdb-8850-907b-55346bd6cc29');
    expect(streamId({ tenant: 'acme', kind: 'agreement', key: 'deal' })).not.toBe(id);
  });
});

describe('reading older schemas', () => {
  it('takes an event step by step to the present', () => {
    const envelope = {
      key: 'deal',
      source: 'billing',
      id: 'evt-1',
      effectiveAt: '2026-01-01T00:00:00.000000Z',
    };
    const steps = {
      PartyRegistered: [
        (body: Readonly<Record<string, unknown>>) => ({ ...body, second: 2 }),
        (body: Readonly<Record<string, unknown>>) => ({ ...body, third: Number(body.second) + 1 }),
      ],
    };
    expect(decodeEvent('PartyRegistered', 1, { first: 1 }, envelope, steps).body).toEqual({
      first: 1,
      second: 2,
      third: 3,
    });
    expect(decodeEvent('PartyRegistered', 3, { first: 1 }, envelope, steps).body).toEqual({
      first: 1,
    });
    expect(() => decodeEvent('PartyRegistered', 4, {}, envelope, steps)).toThrow('reads 1 to 3');
  });
});

describe('reading what a newer version wrote', () => {
  const known = encodeEntry({ ...FIELDS, type: 'DrawdownRecorded' }, canonical({}));
  const later = (changed: object): string =>
    JSON.stringify({ ...(JSON.parse(known) as object), ...changed });

  it.each([
    ['a type that is not known', { type: 'Bogus' }, /position 7 of shard 2 \(Bogus, schema 1\)/],
    ['a schema that is not known', { schema: '99' }, /schema 99, this version reads 1 to /],
    ['no schema at all', { schema: 'x' }, /schema NaN/],
    ['a body that is no drawdown', { body: null }, /cannot be read/],
  ])('gives the entry and not the event: %s', (_, changed, told) => {
    const text = later(changed);
    const entry = parseEntry(text, hashEntry(text));
    expect(isReadable(entry)).toBe(false);
    expect(() => entry.event).toThrow(told);
    expect(() => entry.event).toThrow(/a newer version wrote it/);
    expect(entry).toMatchObject({ shard: 2, position: 7, stream: FIELDS.stream, entry: text });
    const type = (changed as { type?: string }).type ?? 'DrawdownRecorded';
    expect(parseEnvelope(text, hashEntry(text)).event).toEqual({ type });
  });

  it('reads nothing of another format', () => {
    expect(() => parseEntry(later({ v: '2' }), '')).toThrow('entry format 2 is not known');
    expect(() => parseEntry('{', '')).toThrow('it is no entry');
  });
});
