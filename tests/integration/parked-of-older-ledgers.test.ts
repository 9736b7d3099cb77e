import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { migrate } from '../../infra/postgres/migrate.js';
import { listKept } from '../../libs/application/inbox/kept-usage.js';
import { applicationOver, type TestApplication } from '../support/application.js';
import { usageAccounts } from '../../libs/application/inbox/usage-accounts.js';
import { toRecordDrawdown } from '../../libs/application/usage-command.js';
import type { UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { createPool } from '../../libs/host/pool.js';
import { databaseServers } from '../support/database.js';
import { sql } from '../support/sql.js';
import { openDeal } from '../support/usage.js';

jest.setTimeout(60_000);

const FOLDER = 'infra/postgres/migrations';
const FIRST = '0008_usage_history.sql';

const event = (id: string, agreement: string): UsageEvent => ({
  ...{ source: 'urn:old', id, agreement, effectiveAt: '2026-03-15T00:00:00Z' },
  ...{ currency: 'USD', amount: '7.50' },
});

/** As the versions before wrote them. */
const parkAsBefore = async (url: string, { tenant, ...one }: UsageEvent & { tenant: string }) => {
  const actor = 'kafka:usage.ingest';
  const { digest } = toRecordDrawdown(one, { tenant, name: actor });
  await sql(
    url,
    `INSERT INTO ledger.parked (tenant, source, event_id, agreement, reason, payload, digest)
     VALUES ($1, $2, $3, $4, 'agreement-unknown', $5, decode($6, 'hex'))`,
    [tenant, one.source, one.id, one.agreement, JSON.stringify({ event: one, actor }), digest],
  );
};

describe('usage that was parked by a version before', () => {
  const server = databaseServers()[0]!;
  const name = `test_older_${randomBytes(6).toString('hex')}`;
  const ownerUrl = new URL(server.ownerUrl);
  ownerUrl.pathname = `/${name}`;
  const url = ownerUrl.toString();
  let pool: pg.Pool;
  let ledger: PostgresLedger;
  let recorder: TestApplication;

  beforeAll(async () => {
    await sql(server.ownerUrl, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
    await sql(
      url,
      `CREATE TABLE public.ledger_migration
         (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    for (const file of readdirSync(FOLDER).sort()) {
      if (file >= FIRST) continue;
      const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
      await sql(url, text);
      const sha256 = createHash('sha256').update(text).digest('hex');
      await sql(url, 'INSERT INTO public.ledger_migration (name, sha256) VALUES ($1, $2)', [
        file,
        sha256,
      ]);
    }
    for (const id of ['sound', 'ä €', 'moved', 'alone'])
      await parkAsBefore(url, { tenant: 'acme', ...event(id, `deal-${id.length}`) });
    await sql(
      url,
      `INSERT INTO ledger.refused (channel, tenant, source, reference, code, pointer)
       VALUES ('http', 'acme', 'urn:old', 'gone', 'amount-malformed', '/amount'), ('kafka', NULL, NULL, NULL, 'key-missing', '/key')`,
    );
    const { runtimeUrl } = await migrate(url);
    if (runtimeUrl === null) throw new Error('the migration made no role to serve with');
    pool = createPool(runtimeUrl);
    ledger = await PostgresLedger.open({ url: runtimeUrl, pool, deciders });
    recorder = await applicationOver(ledger, pool);
  });
  afterAll(async () => {
    await ledger.close();
    await pool.end();
    await sql(server.ownerUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });

  it('and that was refused by one is counted and listed', async () => {
    expect(await usageAccounts(pool, 'acme')).toMatchObject({
      ...{ addsUp: true, total: { in: 5, parked: 4, refused: 1, recorded: 0 } },
    });
    const { items } = await listKept(pool, { tenants: ['acme'] }, null, 10);
    expect(items.map(({ id, channel }) => `${id} ${channel}`).sort()).toEqual(
      ['alone kafka', 'gone http', 'moved kafka', 'sound kafka', 'ä € kafka'].sort(),
    );
    expect(items.find(({ id }) => id === 'gone')).toMatchObject({ payload: null, times: 1 });
  });

  it('is recorded when its agreement is there, but not where it was changed since', async () => {
    await sql(url, `UPDATE ledger.parked SET tenant = 'evil' WHERE event_id = 'moved'`);
    // All that waited then were sealed: a row that says it never was agrees with itself, and was put there since.
    await parkAsBefore(url, { tenant: 'acme', ...event('late', 'deal-5') });
    for (const agreement of ['deal-3', 'deal-5']) await openDeal(ledger, agreement, '1000');
    expect(await recorder.retryParked('due')).toEqual({ recorded: 3, parked: 0, refused: 2 });
    const { items } = await listKept(pool, { tenants: ['acme'], code: 'parked-altered' }, null, 10);
    expect(items.map(({ id }) => id).sort()).toEqual(['late', 'moved']);
    for (const id of ['sound', 'ä €', 'alone'])
      expect(await ledger.find('acme', 'urn:old', id)).toMatchObject({
        event: { body: { split: { gross: '7.5' } } },
      });
  });
});
