import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { replayAndCompare } from '../../../libs/audit/replay.js';
import { verifyLedger } from '../../../libs/audit/verify.js';
import { projections } from '../../../libs/projections/all.js';
import { burnDownProjection, postingsOf } from '../../../libs/projections/burn-down/burn-down.js';
import { burnDown } from '../../../libs/projections/burn-down/query.js';
import { liveGeneration } from '../../../libs/projections/engine/generations.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { addSums, sumTable } from '../../../libs/projections/engine/table.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import { startProjector } from '../../../libs/projections/engine/projector.js';
import { dropRetired, rebuild } from '../../../libs/projections/engine/rebuild.js';
import { projectionStatus } from '../../../libs/projections/engine/status.js';
import { usd } from '../../../libs/domain/testing/builders.js';
import { vendorConcentrationProjection } from '../../../libs/projections/vendor-concentration/vendor-concentration.js';
import { databaseServers } from '../../support/database.js';
import { contentsOf, liveContents, project } from './contents.js';
import { Deals, TENANT } from './deals.js';

// Many tables are made and dropped; a loaded machine with a slow disk needs longer than the default.
jest.setTimeout(60_000);

describe.each(databaseServers())('rebuild on $name', (server) => {
  let deals: Deals;
  beforeEach(async () => {
    deals = await Deals.open(server, 2);
    await deals.deal('north', 'amazon');
    await deals.deal('south', 'google', { total: usd('45') });
    for (let day = 11; day < 31; day += 1) {
      await deals.itIs(`2026-01-${day}`).usage('north', `n${day}`, `${day}.25`, '2026-01-08');
      const entry = await deals.usage('south', `s${day}`, '5', `2026-01-${day - 1}`);
      if (day % 7 === 0) await deals.reversal(entry, `2026-01-${day}`, '2');
    }
    await project(deals.pool, deals.ledger);
  });
  afterEach(() => deals.close());

  it('gives the same bytes as the live one, whatever the chunk sizes (I6)', async () => {
    const live = await liveContents(deals.pool);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (limit) => {
        for (const projection of projections) {
          await rebuild({ pool: deals.pool, reader: deals.ledger, projection, limit });
          await dropRetired(deals.pool, projection);
        }
        expect(await liveContents(deals.pool)).toBe(live);
      }),
      { numRuns: 5 },
    );
  });

  it('of an earlier version stays as it is, beside one that is filled from the first entry', async () => {
    // Names, versions and tables as they once were.
    const days = sumTable('burn_down_day', { commitmentId: 'text' }, ['applied']);
    const former: readonly Projection[] = [
      { ...factsProjection, name: 'register', version: 3 },
      {
        ...{ name: 'burn-down', version: 2, tables: [days], handles: ['DrawdownRecorded'] },
        fold(entry, rows) {
          for (const posting of postingsOf(entry))
            addSums(rows, days, entry, posting.effectiveAt, posting, posting);
        },
      },
    ];
    await deals.owner.query(
      'DELETE FROM views.projection_checkpoint; DELETE FROM views.projection',
    );
    const { rows: tables } = await deals.pool.query<{ relation: string }>(
      `SELECT format('views.%I', relname) AS relation FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
       WHERE nspname = 'views' AND relkind = 'r' AND relname ~ '_v[0-9]+_g[0-9]+$'`,
    );
    for (const { relation } of tables) await deals.pool.query(`DROP TABLE ${relation}`);
    await project(deals.pool, deals.ledger, former);
    const contents = async (): Promise<string[]> =>
      Promise.all(
        former.map(async (each) =>
          contentsOf(deals.pool, (await liveGeneration(deals.pool, each))!),
        ),
      );
    const before = await contents();

    const ask = { tenant: TENANT, commitmentId: 'north.cloud' };
    await expect(burnDown(deals.views, ask)).rejects.toThrow('is not built yet');
    const projector = await startProjector({
      ...{ pool: deals.pool, reader: deals.ledger, projections, limit: 10 },
    });
    expect(await projector.waitFor(await deals.heads(), 10_000)).toBe(true);
    await projector.stop();
    expect(await burnDown(deals.views, ask)).toMatchObject({ applied: usd('415'), lag: 0 });
    const replay = { pool: deals.pool, reader: deals.ledger, projections };
    expect((await replayAndCompare(replay)).matches).toBe(true);
    const statuses = await projectionStatus(deals.pool, deals.ledger, projections);
    expect(statuses.map(({ name, version }) => [name, version])).toEqual(
      projections.map(({ name, version }) => [name, version]),
    );
    expect(await contents()).toEqual(before);
    const verified = await verifyLedger({ pool: deals.owner, quick: true });
    expect(verified.findings).toEqual([]);
  });

  it('goes on where it was killed', async () => {
    const live = await liveGeneration(deals.pool, vendorConcentrationProjection);
    const bytes = await contentsOf(deals.pool, live!);
    let chunks = 0;
    const options = {
      pool: deals.pool,
      reader: deals.ledger,
      projection: vendorConcentrationProjection,
      limit: 4,
    };
    const killed = rebuild({
      ...options,
      at: (point) => {
        if (point === 'after-upsert' && (chunks += 1) === 4) throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const half = await projectionStatus(deals.pool, deals.ledger, [vendorConcentrationProjection]);
    expect(half.map(({ generation, state }) => [generation, state])).toEqual([
      [1, 'live'],
      [2, 'building'],
    ]);
    const folded: number[] = [];
    const rebuilt = await rebuild({
      ...options,
      onProgress: (progress) => folded.push(progress.folded),
    });
    // Four chunks of four were there already, one of them without rows.
    expect(folded[0]).toBe(20);
    expect(rebuilt.generation).toBe(2);
    expect(await contentsOf(deals.pool, rebuilt)).toBe(bytes);
    const states = await projectionStatus(deals.pool, deals.ledger, [
      vendorConcentrationProjection,
    ]);
    expect(states.map(({ generation, state }) => [generation, state])).toEqual([
      [2, 'live'],
      [1, 'retired'],
    ]);
    expect(await dropRetired(deals.pool, vendorConcentrationProjection)).toBe(1);
  });

  it('says so when its generation was finished and replaced elsewhere before it began to fold', async () => {
    const options = { pool: deals.pool, reader: deals.ledger, projection: burnDownProjection };
    let begun = false;
    const overtaken = new Proxy(deals.ledger, {
      get(of, name) {
        if (name !== 'heads') return Reflect.get(of, name, of) as unknown;
        return async () => {
          if (!begun) {
            begun = true;
            expect((await rebuild(options)).generation).toBe(2);
            expect((await rebuild(options)).generation).toBe(3);
          }
          return of.heads();
        };
      },
    });
    await expect(rebuild({ ...options, reader: overtaken })).rejects.toThrow('finished elsewhere');
    expect((await liveGeneration(deals.pool, burnDownProjection))!.generation).toBe(3);
  });

  it('answers all the while, and never goes back, under a running projector', async () => {
    const projector = await startProjector({
      pool: deals.pool,
      reader: deals.ledger,
      projections,
      pollMs: 5,
    });
    const seen: number[] = [];
    let asking = true;
    const reader = (async () => {
      while (asking) {
        const answer = await burnDown(deals.views, { tenant: TENANT, commitmentId: 'north.cloud' });
        seen.push(Object.values(answer!.ledgerPosition).reduce((sum, each) => sum + each, 0));
      }
    })();
    const writer = (async () => {
      for (let id = 0; id < 40; id += 1) {
        await deals.itIs('2026-02-01').usage('north', `w${id}`, '1', '2026-02-01');
      }
    })();
    for (let turn = 0; turn < 4; turn += 1) {
      const options = { pool: deals.pool, reader: deals.ledger, projection: burnDownProjection };
      await rebuild({ ...options, limit: 9 });
      await dropRetired(deals.pool, burnDownProjection);
    }
    await writer;
    const heads = await deals.heads();
    expect(await projector.waitFor(heads, 5_000)).toBe(true);
    asking = false;
    await reader;
    await projector.stop();
    expect(seen).toEqual([...seen].sort((left, right) => left - right));
    const answer = await burnDown(deals.views, { tenant: TENANT, commitmentId: 'north.cloud' });
    expect(answer).toMatchObject({ applied: usd('455'), lag: 0, ledgerPosition: heads });
  });
});
