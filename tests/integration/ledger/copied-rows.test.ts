import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Submission } from '../../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { say, scriptedDeciders, stream } from '../../support/scripted.js';
import { sql } from '../../support/sql.js';

const COUNT = 600;
const TEXTS = ['plain', 'über', '数字', '😀', '"quoted" \\ back', 'x'.repeat(9_000), ''];
const YEARS = ['1970', '1999', '2000', '2026', '2199'];

/** Rows that have little in common with the one before, and some that have nearly all. */
const varied = (index: number): Submission => {
  const text = TEXTS[index % TEXTS.length]!;
  const run = Math.floor(index / 40) % 3;
  return say(
    `${text.slice(0, 20)} ${index}`,
    { texts: [text], type: run === 2 ? 'DocumentAttached' : 'AgreementNoted' },
    {
      stream: stream(`deal-${run === 0 ? index % 5 : run}`),
      source: `urn:${index % 11 === 0 ? 'other' : 'billing'}`,
      effectiveAt: `${YEARS[index % YEARS.length]}-12-31T23:59:59.${String(index).padStart(6, '0')}Z`,
    },
  );
};

describe.each(databaseServers())('rows that were copied, on $name', (server) => {
  let database: TestDatabase;
  let ledger: PostgresLedger;

  beforeAll(async () => {
    database = await testDatabase({ shardCount: 1, server });
    ledger = await PostgresLedger.open({ url: database.runtimeUrl, deciders: scriptedDeciders });
  });
  afterAll(async () => {
    await ledger.close();
    await database.drop();
  });

  it('say what their entries say, whatever these hold', async () => {
    const submissions = Array.from({ length: COUNT }, (_, index) => varied(index));
    const outcomes = await Promise.all(submissions.map((each) => ledger.submit(each)));
    expect(outcomes.every(({ outcome }) => outcome === 'appended')).toBe(true);
    // The invariants hold every column against the bytes, with code of their own.
    expect(await checkInvariants(database.ownerUrl)).toEqual([]);
    const rows = await sql<{ said: string; from: string; type: string; entry: string }>(
      database.ownerUrl,
      `SELECT dedupe_key AS said, to_char(effective_at AT TIME ZONE 'UTC', 'YYYY US') AS from, type, entry
       FROM ledger.ledger_event ORDER BY position`,
    );
    expect(rows).toHaveLength(COUNT);
    for (const [index, { said, from, type, entry }] of rows.entries()) {
      const { source, id, effectiveAt } = submissions[index]!;
      expect(said).toBe(`acme ${source} ${id}`);
      expect(from).toBe(`${effectiveAt.slice(0, 4)} ${effectiveAt.slice(20, 26)}`);
      expect(type).toBe(Math.floor(index / 40) % 3 === 2 ? 'DocumentAttached' : 'AgreementNoted');
      const { body } = JSON.parse(entry) as { body: unknown };
      expect(body).toEqual({ text: TEXTS[index % TEXTS.length] });
    }
  });
});
