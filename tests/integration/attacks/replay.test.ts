import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { replayAndCompare } from '../../../libs/audit/replay.js';
import type { Replay } from '../../../libs/audit/replay/answer.js';
import { hashEntry } from '../../../libs/ledger/format/entry.js';
import { projections } from '../../../libs/projections/all.js';
import { tableName, liveGeneration } from '../../../libs/projections/engine/generations.js';
import { burnDownDays, burnDownProjection } from '../../../libs/projections/burn-down/burn-down.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { deciders } from '../../../libs/domain/aggregates.js';
import { databaseServers } from '../../support/database.js';
import { sql } from '../../support/sql.js';
import { AMAZON, Cli, MICROSOFT } from '../cli/cli.js';
import { project } from '../projections/contents.js';
import { Deals } from '../projections/deals.js';

jest.setTimeout(120_000);

interface Stored {
  readonly shard: number;
  readonly position: number;
  readonly entry: string;
  readonly hash: string;
}

/** A ledger that somebody with all rights changed. */
describe('replay of a ledger that does not hold', () => {
  let cli: Cli;
  beforeEach(async () => {
    cli = await Cli.open([AMAZON, MICROSOFT]);
    expect((await cli.run(['show', 'portfolio'])).code).toBe(0);
    expect((await cli.run(['replay'])).code).toBe(0);
  });
  afterEach(() => cli.close());

  const damage = (statements: string): Promise<unknown> =>
    sql(
      cli.database.ownerUrl,
      `ALTER TABLE ledger.ledger_event DISABLE TRIGGER ALL; ${statements};
       ALTER TABLE ledger.ledger_event ENABLE TRIGGER ALL`,
    );
  /** The longest shard. */
  const shard = async (): Promise<readonly Stored[]> => {
    const rows = await sql<Stored>(
      cli.database.ownerUrl,
      `SELECT shard, position::int AS position, entry, encode(hash, 'hex') AS hash FROM ledger.ledger_event
       WHERE shard = (SELECT shard FROM ledger.shard_head ORDER BY position DESC, shard LIMIT 1) ORDER BY shard, ledger_event.position`,
    );
    expect(rows.length).toBeGreaterThan(2);
    return rows;
  };
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const put = ({ shard: of, position }: Stored, entry: string, hash?: string): string =>
    `UPDATE ledger.ledger_event SET entry = ${literal(entry)}
       ${hash === undefined ? '' : `, hash = '\\x${hash}'`} WHERE shard = ${of} AND position = ${position}`;
  const edited = (entry: string, changed: object = { actor: 'mallory' }): string =>
    JSON.stringify({ ...(JSON.parse(entry) as object), ...changed });

  const cases: readonly (readonly [
    what: string,
    fault: RegExp,
    how: (rows: readonly Stored[]) => string,
  ])[] = [
    [
      'an entry is edited',
      /hash-mismatch in shard \d at position 2/,
      ([, at]) => put(at!, edited(at!.entry)),
    ],
    [
      'an entry is edited and hashed again',
      /chain-broken in shard \d at position 3/,
      ([, at]) => put(at!, edited(at!.entry), hashEntry(edited(at!.entry))),
    ],
    [
      'the first entry is edited, and hashed and chained again up to the head',
      /folded from other entries/,
      (rows) => {
        let prev: string | null = null;
        const all = rows.map((row) => {
          const entry: string = edited(row.entry, prev === null ? { actor: 'mallory' } : { prev });
          prev = hashEntry(entry);
          return put(row, entry, prev);
        });
        return `${all.join(';')}; UPDATE ledger.shard_head SET hash = '\\x${prev}' WHERE shard = ${rows[0]!.shard}`;
      },
    ],
    [
      'an entry is taken out',
      /gap in shard \d at position 2/,
      ([, at]) => `DELETE FROM ledger.ledger_event WHERE shard = ${at!.shard} AND position = 2`,
    ],
    [
      'the tail is cut off',
      /tail-cut in shard \d at position/,
      (rows) =>
        `DELETE FROM ledger.ledger_event WHERE shard = ${rows[0]!.shard} AND position > ${rows.length - 1}`,
    ],
    [
      'the tail is cut off, and the head moved back',
      /tail-cut in shard \d at position/,
      (rows) => {
        const last = rows.at(-2)!;
        return `DELETE FROM ledger.ledger_event WHERE shard = ${last.shard} AND position > ${last.position};
          UPDATE ledger.shard_head SET position = ${last.position}, hash = '\\x${last.hash}' WHERE shard = ${last.shard}`;
      },
    ],
    [
      'a whole shard is gone',
      /tail-cut in shard \d at position 1/,
      ([at]) => `DELETE FROM ledger.ledger_event WHERE shard = ${at!.shard}`,
    ],
    [
      'two entries are swapped',
      /not-the-entry in shard \d at position 2/,
      ([, second, third]) =>
        `${put(second!, third!.entry, third!.hash)}; ${put(third!, second!.entry, second!.hash)}`,
    ],
    [
      'an entry is no entry any more',
      /unreadable in shard \d at position 2/,
      ([, at]) => put(at!, '{"oh":', hashEntry('{"oh":')),
    ],
    [
      'the head is another',
      /head-mismatch in shard \d at position/,
      ([at]) => `UPDATE ledger.shard_head SET hash = '\\x${at!.hash}' WHERE shard = ${at!.shard}`,
    ],
    [
      'an entry is of another ledger',
      /not-the-entry in shard \d at position 2/,
      ([, at]) => {
        const entry = edited(at!.entry, { ledger: '00000000-0000-4000-8000-000000000000' });
        return put(at!, entry, hashEntry(entry));
      },
    ],
  ];

  it.each(cases)('says so, and never to copy it into the views: %s', async (_, told, how) => {
    await damage(how(await shard()));
    for (const store of ['any', 'memory']) {
      const ran = await cli.run(['replay', '--compare', '--store', store]);
      expect(ran.code).toBe(3);
      expect(ran.err).toMatch(told);
      expect(ran.err).toContain('To fix it: Run verify first');
      expect(ran.out + ran.err).not.toContain('rebuild');
      expect(ran.out).toMatch(
        /THE LEDGER DOES NOT HOLD|MISMATCH: the views were folded from other/,
      );
    }
    const { out } = await cli.run(['replay', '--json']);
    expect(JSON.parse(out)).toMatchObject({ matches: false });
  });

  it('advises to build a view again only where the ledger holds', async () => {
    const pool = new pg.Pool({ connectionString: cli.database.ownerUrl, max: 1 });
    const live = (await liveGeneration(pool, burnDownProjection))!;
    await pool.query(
      `INSERT INTO ${tableName(live, burnDownDays)}
         (tenant, commitment_id, span, shard, block, period, currency, effective_day, applied, overage, ineligible)
       VALUES ('demo', 'x.y', 512, 0, 0, 0, 'USD', '2026-02-01', 1, 0, 0)`,
    );
    await pool.end();
    const ran = await cli.run(['replay']);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('commitment-ledger projection rebuild burn-down');
    expect(ran.err).not.toContain('Run verify first');
    expect((await cli.run(['projection', 'rebuild', 'burn-down'])).code).toBe(0);
    expect((await cli.run(['replay'])).code).toBe(0);
  });

  it('has nothing to compare with where no view is built, and builds none', async () => {
    await sql(
      cli.database.ownerUrl,
      'DELETE FROM views.projection_checkpoint; DELETE FROM views.projection',
    );
    const ran = await cli.run(['replay']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('not built by this version');
    const rows = await sql(cli.database.ownerUrl, 'SELECT name FROM views.projection');
    expect(rows).toEqual([]);
  });
});

/** Whoever may only read must be able to check, on whatever server there is. */
describe.each(databaseServers())('replay by an auditor, on $name', (server) => {
  let deals: Deals;
  beforeEach(async () => {
    deals = (await Deals.open(server, 2)).itIs('2026-02-01');
    await deals.owner.query(`
      DO $$ BEGIN CREATE ROLE replay_auditor LOGIN PASSWORD 'audit'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
    await deals.deal('north', 'amazon');
    await deals.deal('süd-\u{1F30D}', 'google');
    for (let at = 1; at <= 30; at += 1) await deals.usage('north', `u${at}`, '1.25', '2026-01-05');
    await project(deals.pool, deals.ledger);
    await deals.owner.query(
      `GRANT USAGE ON SCHEMA ledger, views TO replay_auditor;
       GRANT SELECT ON ALL TABLES IN SCHEMA ledger, views TO replay_auditor`,
    );
  });
  afterEach(async () => {
    await deals.owner.query('DROP OWNED BY replay_auditor; DROP ROLE replay_auditor');
    await deals.close();
  });

  const audit = async (options = '', store: 'memory' | 'any' = 'any'): Promise<Replay> => {
    const url = new URL(deals.owner.options.connectionString!);
    url.username = 'replay_auditor';
    url.password = 'audit';
    const pool = new pg.Pool({ connectionString: url.toString(), max: 2, options });
    const reader = await PostgresLedger.open({ pool, deciders });
    try {
      return await replayAndCompare({ pool, reader, projections, store });
    } finally {
      await reader.close();
      await pool.end();
    }
  };
  const READ_ONLY = '-c default_transaction_read_only=on';

  it('gives the same answer in temporary tables, and in memory where there are none', async () => {
    const inTables = await audit();
    expect(inTables).toMatchObject({ matches: true, store: 'temporary-tables' });
    expect(inTables.projections[1]!.rows).toBeGreaterThan(0);
    expect(await audit(READ_ONLY)).toEqual(inTables);
    const { rows } = await deals.owner.query<{ name: string }>('SELECT current_database() AS name');
    await deals.owner.query(`REVOKE TEMPORARY ON DATABASE "${rows[0]!.name}" FROM PUBLIC`);
    expect(await audit()).toEqual({ ...inTables, store: 'memory' });
  });

  it('finds the same differences in both', async () => {
    for (const projection of projections) {
      const live = (await liveGeneration(deals.owner, projection))!;
      for (const table of projection.tables) {
        const relation = tableName(live, table);
        const key = table.key.map(({ name }) => name).join(', ');
        await deals.owner.query(
          `DELETE FROM ${relation} WHERE (${key}) IN (SELECT ${key} FROM ${relation} ORDER BY ${key} DESC LIMIT 1)`,
        );
        const amount = table.values.find(({ type }) => type.startsWith('numeric'));
        if (amount)
          await deals.owner.query(
            `UPDATE ${relation} SET ${amount.name} = ${amount.name} + 0.000000000001
             WHERE (${key}) IN (SELECT ${key} FROM ${relation} ORDER BY ${key} LIMIT 2)`,
          );
      }
    }
    const inTables = await audit();
    expect(inTables.matches).toBe(false);
    expect(inTables.projections.some(({ differences }) => differences > 1)).toBe(true);
    expect(await audit('', 'memory')).toEqual({ ...inTables, store: 'memory' });
  });

  it('compares a view that lags as far as it has seen, and does not move it', async () => {
    const before = await deals.owner.query(
      'SELECT * FROM views.projection_checkpoint ORDER BY name, shard',
    );
    await deals.usage('north', 'later', '7', '2026-01-06');
    expect(await audit()).toMatchObject({
      matches: true,
      projections: [{ lag: 1 }, {}, {}],
    });
    const after = await deals.owner.query(
      'SELECT * FROM views.projection_checkpoint ORDER BY name, shard',
    );
    expect(after.rows).toEqual(before.rows);
  });
});
