import { describe, expect, it } from '@jest/globals';
import { canonical } from '../ledger/format/canonical.js';
import { encodeEntry, hashEntry } from '../ledger/format/entry.js';
import { streamId } from '../ledger/format/stream-id.js';
import type { ShardHead } from '../ledger/ledger.js';
import { Findings, type Finding } from './finding.js';
import { ShardCheck } from './shard-check.js';
import { EVENT_COLUMNS, type EventColumn, type StoredRow } from './stored-rows.js';

const LEDGER = '5f0c6f6e-6a57-4a53-9d0e-6f1b2f1f2a3b';
const GENESIS = '11'.repeat(32);
const DIGEST = '22'.repeat(32);
const STREAM = { tenant: 'acme', kind: 'agreement', key: 'amazon-anthropic' } as const;

interface Stored {
  readonly entry: string;
  readonly hash: string;
  readonly columns: Partial<Record<EventColumn, string>>;
}

const recordedAt = (position: number): string => `2026-11-21T10:00:0${position}.500000Z`;

/** The entry at `position`, built on `prev`. */
const stored = (position: number, prev: string, amount = '100'): Stored => {
  const entry = encodeEntry(
    {
      ledger: LEDGER,
      tenant: 'acme',
      shard: 0,
      epoch: 1,
      position,
      prev,
      stream: STREAM,
      version: position,
      id: `note-${position}`,
      source: 'urn:test',
      digest: DIGEST,
      type: 'AgreementNoted',
      schema: 1,
      recordedAt: recordedAt(position),
      effectiveAt: '2026-11-01T00:00:00.000000Z',
      actor: 'auditor',
    },
    canonical({ agreementId: 'amazon-anthropic', amount, text: 'tab\there "quoted" \\ über' }),
  );
  return { entry, hash: hashEntry(entry), columns: {} };
};

/** Five sound events. */
const sound = (): Stored[] => {
  const rows: Stored[] = [];
  for (let position = 1; position <= 5; position += 1) {
    rows.push(stored(position, rows.at(-1)?.hash ?? GENESIS));
  }
  return rows;
};

const rowOf = (position: number, { entry, hash, columns }: Stored): StoredRow => {
  const values: Record<EventColumn, string> = {
    position: String(position),
    shard: '0',
    epoch: '1',
    tenant: 'acme',
    stream_id: streamId(STREAM),
    stream_version: String(position),
    type: 'AgreementNoted',
    schema_version: '1',
    source: 'urn:test',
    dedupe_key: `acme urn:test note-${position}`,
    request_digest: DIGEST,
    recorded_at: `2026-11-21 10:00:0${position}.5+00`,
    effective_at: '2026-11-01 00:00:00+00',
    hash,
    ...columns,
  };
  return {
    position,
    columns: EVENT_COLUMNS.map((column) => values[column]),
    hashed: Buffer.from(`\0${entry}`),
  };
};

const headOf = (position: number, hash: string): ShardHead => ({
  shard: 0,
  epoch: 1,
  position,
  hash,
  recordedAt: position === 0 ? null : recordedAt(position),
});

/** Checks rows standing at positions 1, 2, 3 …; null leaves a position out. */
const check = (
  rows: readonly (Stored | null)[],
  head: ShardHead | undefined,
  streamVersion = '5',
): readonly Finding[] => {
  const findings = new Findings(50);
  const shard = new ShardCheck(0, LEDGER, { position: 0, hash: GENESIS }, findings);
  for (const [index, row] of rows.entries()) if (row !== null) shard.row(rowOf(index + 1, row));
  shard.head(head);
  const isEvent = Boolean(rows[Number(streamVersion) - 1]);
  shard.streamRow({ ...STREAM, version: streamVersion, lastPosition: streamVersion, isEvent });
  shard.streamsEnd();
  return findings.sorted();
};

const places = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ finding, position, column }) =>
    [finding, position, column].filter((part) => part !== null).join(' '),
  );

describe('verifying a shard', () => {
  const rows = sound();
  const head = headOf(5, rows[4]!.hash);

  it('finds nothing in a sound one', () => {
    expect(check(rows, head)).toEqual([]);
  });

  it('finds an entry that was changed', () => {
    const changed = rows.with(2, { ...rows[2]!, entry: rows[2]!.entry.replace('"100"', '"900"') });
    expect(places(check(changed, head))).toEqual(['hash-mismatch 3']);
  });

  it('finds an entry that was changed and hashed again', () => {
    expect(places(check(rows.with(2, stored(3, rows[1]!.hash, '900')), head))).toEqual([
      'chain-broken 3',
    ]);
  });

  it('finds the last entry changed and hashed again, by the head', () => {
    expect(places(check(rows.with(4, stored(5, rows[3]!.hash, '900')), head))).toEqual([
      'head-mismatch 5',
    ]);
  });

  it('finds a hash that was changed alone', () => {
    expect(places(check(rows.with(1, { ...rows[1]!, hash: '33'.repeat(32) }), head))).toEqual([
      'hash-mismatch 2',
    ]);
  });

  it.each([
    ['tenant', 'other'],
    ['stream_id', '00000000-0000-8000-8000-000000000000'],
    ['stream_version', '7'],
    ['type', 'AgreementAmended'],
    ['schema_version', '2'],
    ['epoch', '2'],
    ['source', 'urn:other'],
    ['dedupe_key', 'acme urn:test note-9'],
    ['request_digest', '44'.repeat(32)],
    ['recorded_at', '2026-11-21 10:00:04.500001+00'],
    ['effective_at', '2026-11-02 00:00:00+00'],
  ] as const)('finds a changed column %s', (column, value) => {
    const changed = rows.with(3, { ...rows[3]!, columns: { [column]: value } });
    expect(places(check(changed, head))).toEqual([`column-mismatch 4 ${column}`]);
  });

  it('finds two rows that changed places, at the first of them', () => {
    const swapped = rows.with(1, rows[3]!).with(3, rows[1]!);
    expect(places(check(swapped, head))[0]).toBe('column-mismatch 2 position');
  });

  it('finds a missing row', () => {
    expect(places(check([...rows.slice(0, 2), null, ...rows.slice(3)], head))).toEqual([
      'gap 3',
      'stream-gap 4',
    ]);
  });

  it('finds a tail that was cut off', () => {
    expect(places(check(rows.slice(0, 3), head))).toEqual(['head-mismatch 4', 'stream-mismatch']);
  });

  it('finds a head that lags behind, was changed, or is gone', () => {
    expect(places(check(rows, headOf(4, rows[3]!.hash)))).toEqual(['head-mismatch 5']);
    expect(places(check(rows, headOf(5, '33'.repeat(32))))).toEqual(['head-mismatch 5']);
    expect(places(check(rows, undefined))).toEqual(['head-missing']);
  });

  it('finds a stream row that does not say what the events say', () => {
    expect(places(check(rows, head, '7'))).toEqual(['stream-mismatch']);
  });

  it('takes a stream row that names an event before the last', () => {
    expect(places(check(rows, head, '4'))).toEqual([]);
  });

  it('finds an entry that is written another way', () => {
    const spaced = rows[4]!.entry.replace('{"actor"', '{ "actor"');
    const last = { entry: spaced, hash: hashEntry(spaced), columns: {} };
    expect(places(check(rows.with(4, last), headOf(5, last.hash)))).toEqual(['not-canonical 5']);
  });

  it('finds an entry of another ledger', () => {
    const entry = rows[0]!.entry.replace(LEDGER, 'aaaaaaaa-6a57-4a53-9d0e-6f1b2f1f2a3b');
    const only = { entry, hash: hashEntry(entry), columns: {} };
    expect(places(check([only], headOf(1, only.hash), '1'))).toEqual(['column-mismatch 1']);
  });

  it('finds an empty shard whose head is not', () => {
    expect(places(check([], head, '0'))).toContain('head-mismatch 1');
  });

  it('keeps the first findings and counts all', () => {
    const findings = new Findings(2);
    for (let position = 1; position <= 9; position += 1) findings.add('gap', 0, position, 'gone');
    expect(places(findings.sorted())).toEqual(['gap 1', 'gap 2']);
    expect(findings.total).toBe(9);
  });
});
