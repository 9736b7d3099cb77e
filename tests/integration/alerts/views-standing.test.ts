import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { ViewLacking } from '../../../libs/alerts/evaluation/evaluations.js';
import { standingOf } from '../../../libs/alerts/evaluation/views-standing.js';
import { headsOf } from '../../../libs/alerts/evaluator.js';
import { deciders } from '../../../libs/domain/aggregates.js';
import { createPool } from '../../../libs/host/pool.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { projections } from '../../../libs/projections/all.js';
import { burnDownProjection } from '../../../libs/projections/burn-down/burn-down.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { startProjector } from '../../../libs/projections/engine/projector.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import { vendorConcentrationProjection } from '../../../libs/projections/vendor-concentration/vendor-concentration.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { openDeal } from '../../support/usage.js';
import { spyingOn } from '../projections/spying-pool.js';

describe('views that rules are evaluated on', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let owner: pg.Pool;
  let ledger: PostgresLedger;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.runtimeUrl);
    owner = createPool(database.ownerUrl);
    ledger = await PostgresLedger.open({ url: database.runtimeUrl, pool, deciders });
  });
  afterAll(async () => {
    await ledger.close();
    await Promise.all([pool.end(), owner.end()]);
    await database.drop();
  });

  const say = (state: 'live' | 'building') =>
    owner.query('UPDATE views.projection SET state = $1 WHERE name = $2', [
      state,
      factsProjection.name,
    ]);
  it('are given a moment also where one was waited for in vain before', async () => {
    await (await startProjector({ pool, reader: ledger, projections })).stop();
    await openDeal(ledger, 'early', '1000');
    const { pool: spied, statements } = spyingOn(pool);
    const standing = await standingOf(spied, ledger, await headsOf(ledger), false);
    expect(() => standing.require('acme', [factsProjection])).toThrow(ViewLacking);
    const looks = statements.filter((text) => text.includes('AS behind')).length;
    expect(looks).toBeGreaterThan(projections.length);
  });

  /** The pool, where a view is built while others are waited for. */
  const builtMeanwhile = (): pg.Pool =>
    new Proxy(pool, {
      get(of, name) {
        if (name !== 'query') return Reflect.get(of, name, of) as unknown;
        return async (query: string, values?: unknown[]) => {
          if (String(query).includes('AS behind')) await say('live');
          return of.query(query, values);
        };
      },
    });

  it('are told apart by name where one is built while others are waited for', async () => {
    await (await startProjector({ pool, reader: ledger, projections })).stop();
    await openDeal(ledger, 'late', '1000');
    const heads = await headsOf(ledger);
    const one = await startProjector({ pool, reader: ledger, projections: [burnDownProjection] });
    expect(await one.waitFor(heads, 10_000)).toBe(true);
    await one.stop();
    await say('building');

    const standing = await standingOf(builtMeanwhile(), ledger, heads, false);
    const lacks = ({ name }: Projection): string => `the view ${name} is behind the ledger`;
    const require = (reads: Projection) => () => standing.require('acme', [reads]);
    expect(require(burnDownProjection)).not.toThrow();
    for (const late of [factsProjection, vendorConcentrationProjection])
      expect(require(late)).toThrow(new ViewLacking('view-behind', lacks(late)));
    expect(standing.behind.map(({ name }) => name)).toEqual(['facts', 'vendor-concentration']);
  });
});
