import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { replayAndCompare } from '../../../libs/audit/replay.js';
import { projections } from '../../../libs/projections/all.js';
import { burnDownDays, burnDownProjection } from '../../../libs/projections/burn-down/burn-down.js';
import { liveGeneration, tableName } from '../../../libs/projections/engine/generations.js';
import { usd } from '../../../libs/domain/testing/builders.js';
import { databaseServers } from '../../support/database.js';
import { project } from './contents.js';
import { Deals } from './deals.js';

// Many tables are made and dropped; a loaded machine with a slow disk needs longer than the default.
jest.setTimeout(60_000);

const both = databaseServers().flatMap((server) =>
  (['any', 'memory'] as const).map((store) => [server.name, store, server] as const),
);

describe.each(both)('replay and compare on %s, rows kept in %s', (_, store, server) => {
  let deals: Deals;
  let days: string;
  const replay = (more: { tenant?: string } = {}) =>
    replayAndCompare({ pool: deals.pool, reader: deals.ledger, projections, store, ...more });
  const tamper = (sql: string) => deals.pool.query(sql.replaceAll('DAYS', days));

  beforeAll(async () => {
    deals = await Deals.open(server, 2);
    await deals.deal('north', 'amazon');
    await deals.deal('south', 'google', { total: usd('1500') });
    await deals.itIs('2026-02-03').usage('north', 'a', '10', '2026-02-01');
    await deals.itIs('2026-02-04').usage('north', 'b', '20', '2026-02-02');
    await deals.usage('south', 'c', '30', '2026-02-02');
    await project(deals.pool, deals.ledger);
    const live = await liveGeneration(deals.pool, burnDownProjection);
    days = tableName(live!, burnDownDays);
  });
  afterAll(() => deals.close());

  it('finds nothing where nothing is wrong', async () => {
    const result = await replay();
    expect(result.matches).toBe(true);
    expect(result.projections.map(({ name, differences }) => [name, differences])).toEqual(
      projections.map(({ name }) => [name, 0]),
    );
    expect(result.projections[1]).toMatchObject({ rows: 9, entries: 9 });
    expect(result.projections[1]!.ledgerPosition).toEqual(await deals.heads());
  });

  it('names the row that somebody changed', async () => {
    await tamper(
      `UPDATE DAYS SET applied = applied + 0.01 WHERE effective_day = '2026-02-02' AND commitment_id = 'north.cloud' AND span = 512`,
    );
    const result = await replay();
    expect(result.matches).toBe(false);
    const [differing, ...others] = result.projections.filter(({ differences }) => differences > 0);
    expect(others).toEqual([]);
    expect(differing).toMatchObject({
      name: 'burn-down',
      differences: 1,
      chain: null,
      first: {
        table: 'burn_down_day',
        key: {
          tenant: 'acme',
          commitment_id: 'north.cloud',
          currency: 'USD',
          span: '512',
          block: '0',
          effective_day: '2026-02-02',
        },
        live: { applied: '20.010000000000' },
        replayed: { applied: '20.000000000000' },
      },
    });
    await tamper(
      `UPDATE DAYS SET applied = applied - 0.01 WHERE effective_day = '2026-02-02' AND commitment_id = 'north.cloud' AND span = 512`,
    );
    expect((await replay()).matches).toBe(true);
  });

  it('names the row that somebody removed, and the one that nobody wrote', async () => {
    const one = `effective_day = '2026-02-01' AND span = 16384`;
    await tamper(`CREATE TABLE views.kept AS SELECT * FROM DAYS WHERE ${one}`);
    await tamper(`DELETE FROM DAYS WHERE ${one}`);
    const removed = (await replay()).projections[1]!;
    expect(removed).toMatchObject({ differences: 1, first: { live: null } });
    expect(removed.first!.replayed).toMatchObject({ applied: '10.000000000000' });
    await tamper(`INSERT INTO DAYS SELECT * FROM views.kept`);
    await tamper(
      `INSERT INTO DAYS (tenant, commitment_id, span, shard, block, period, currency, effective_day, applied, overage, ineligible)
       VALUES ('other', 'x.y', 512, 0, 0, 0, 'USD', '2026-02-01', 1, 0, 0)`,
    );
    const added = (await replay()).projections[1]!;
    expect(added).toMatchObject({ differences: 1, first: { replayed: null } });
    expect(added.first!.key).toMatchObject({ tenant: 'other', commitment_id: 'x.y' });
    expect((await replay({ tenant: 'acme' })).matches).toBe(true);
    await tamper(`DELETE FROM DAYS WHERE tenant = 'other'`);
  });

  it('sees a checkpoint that does not lead to the ledger, and a view that lags without harm', async () => {
    await deals.itIs('2026-02-05').usage('north', 'd', '5', '2026-02-03');
    expect(await replay()).toMatchObject({
      matches: true,
      projections: [{ lag: 1 }, {}, {}],
    });
    await deals.pool.query(
      `UPDATE views.projection_checkpoint SET hash = sha256('x') WHERE name = 'burn-down' AND shard = 0`,
    );
    const result = await replay();
    expect(result.matches).toBe(false);
    expect(result.projections[1]!.chain).toContain('shard 0');
    expect(result.projections[1]!.differences).toBe(0);
  });
});
