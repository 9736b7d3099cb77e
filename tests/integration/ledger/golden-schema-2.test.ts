import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { replayAndCompare } from '../../../libs/audit/replay.js';
import { verifyLedger } from '../../../libs/audit/verify.js';
import { encodeBody } from '../../../libs/ledger/format/codec.js';
import { hashEntry, parseEntry } from '../../../libs/ledger/format/entry.js';
import type { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { projections } from '../../../libs/projections/all.js';
import { databaseServers } from '../../support/database.js';
import { goldenLedger, openGolden, type OpenGolden } from '../../support/golden-ledger.js';
import { project } from '../projections/contents.js';

/** Of the version that left members out of drawdowns by hand, before one table of defaults did: never to be changed. */
const GOLDEN = goldenLedger(2);

it('writes every body of schema 2 as the version before wrote it, to the byte', () => {
  const schemas = new Map<string, number>();
  for (const entry of GOLDEN.entries) {
    const { stream, source, id, effectiveAt, event, schema } = parseEntry(entry, hashEntry(entry));
    const body = encodeBody(event, { key: stream.key, source, id, effectiveAt });
    const from = entry.indexOf(',"body":') + ',"body":'.length;
    expect(entry.slice(from, entry.indexOf(',"digest":"', from + body.length))).toBe(body);
    schemas.set(event.type, schema);
  }
  expect([...schemas].filter(([, schema]) => schema === 2).map(([type]) => type)).toEqual([
    'CommitmentPledged',
    'DrawdownRecorded',
    'DrawdownReversed',
    'CommitmentAmended',
    'CommitmentTerminated',
  ]);
});

describe.each(databaseServers())('a ledger of schema 2 on $name', (server) => {
  let opened: OpenGolden;
  let pool: pg.Pool;
  let ledger: PostgresLedger;

  beforeAll(async () => {
    opened = await openGolden(server, GOLDEN, 2);
    ({ pool, ledger } = opened);
  });

  afterAll(() => opened.close());

  it('verifies: every hash, link, column, state and decision', async () => {
    const report = await verifyLedger({ pool });
    expect(report.findings).toEqual([]);
    expect(report.events).toBe(GOLDEN.entries.length);
  });

  it('is projected, and replays to the same rows', async () => {
    await project(pool, ledger);
    const replay = await replayAndCompare({ pool, reader: ledger, projections });
    expect(replay.matches).toBe(true);
  });
});
