import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { burnDownProjection } from '../../../libs/projections/burn-down/burn-down.js';
import { startProjector } from '../../../libs/projections/engine/projector.js';
import { readView } from '../../../libs/projections/asking/read-view.js';
import { createPool } from '../../../libs/host/pool.js';
import { cuttableProxy, type CuttableProxy } from '../../support/cuttable-proxy.js';
import { databaseServers } from '../../support/database.js';
import { Deals, TENANT } from './deals.js';

describe('a database that falls silent and closes nothing', () => {
  let deals: Deals;
  let proxy: CuttableProxy;
  let pool: pg.Pool;

  beforeEach(async () => {
    deals = (await Deals.open(databaseServers()[0]!, 1)).itIs('2026-02-01');
    await deals.deal('north');
    proxy = await cuttableProxy(deals.pool.options.connectionString!);
    pool = createPool(proxy.url, { max: 2, queryMsMax: 500 });
  });
  afterEach(async () => {
    await proxy.close();
    await pool.end();
    await deals.close();
  });

  it.each([
    // A transaction that the server has begun holds the checkpoints until its own limit of 15 s ends it.
    ['the begin of a chunk', 'BEGIN ISOLATION', 10_000],
    ['the one that moves checkpoints', 'views-move-checkpoints', 40_000],
  ])('does not stop a projector: at %s', async (_, statement, withinMs) => {
    const projections = [burnDownProjection];
    const projector = await startProjector({ pool, reader: deals.ledger, projections, pollMs: 20 });
    expect(await projector.waitFor(await deals.heads(), 10_000)).toBe(true);
    const silent = proxy.cut('frozen', statement);
    await deals.usage('north', 'a', '10', '2026-01-05');
    await silent;
    expect(await projector.waitFor(await deals.heads(), withinMs)).toBe(true);
    await projector.stop();
  });

  it('fails a question in time, and not the next one', async () => {
    const projections = [burnDownProjection];
    const projector = await startProjector({ pool, reader: deals.ledger, projections });
    expect(await projector.waitFor(await deals.heads(), 10_000)).toBe(true);
    await projector.stop();
    const views = { ...deals.views, pool };
    const ask = () => readView(views, [burnDownProjection], { tenant: TENANT }, () => ({}));
    for (let times = 0; times < 2; times += 1) {
      const silent = proxy.cut('frozen', 'projection_checkpoint');
      const asked = ask();
      await silent;
      await expect(asked).rejects.toThrow('Query read timeout');
    }
    expect((await ask()).seen.lag).toBe(0);
  });
});
