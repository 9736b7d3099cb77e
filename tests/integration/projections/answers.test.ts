import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { projections } from '../../../libs/projections/all.js';
import { burnDown } from '../../../libs/projections/burn-down/query.js';
import { circularity } from '../../../libs/projections/circularity/query.js';
import { QueryRefused } from '../../../libs/projections/asking/question.js';
import { agreement, allDeals } from '../../../libs/projections/deals/deals.js';
import { commitmentPeriods } from '../../../libs/projections/remaining-obligation/periods.js';
import { remainingObligation } from '../../../libs/projections/remaining-obligation/query.js';
import { usd } from '../../../libs/domain/testing/builders.js';
import { tranchePipeline } from '../../../libs/projections/tranche-pipeline/query.js';
import { vendorConcentration } from '../../../libs/projections/vendor-concentration/query.js';
import { databaseServers } from '../../support/database.js';
import { project } from './contents.js';
import { Deals, TENANT } from './deals.js';

// Many tables are made and dropped; a loaded machine with a slow disk needs longer than the default.
jest.setTimeout(60_000);

describe.each(databaseServers())('answers as of, as known at, on $name', (server) => {
  let deals: Deals;
  const ask = { tenant: TENANT, commitmentId: 'north.cloud' };

  beforeAll(async () => {
    deals = await Deals.open(server);
    await deals.itIs('2026-01-01').deal('north', 'amazon');
    await deals.deal('south', 'microsoft', { total: usd('3000') });
    await deals.itIs('2026-02-10T09:00:00Z').usage('north', 'a', '100', '2026-02-05');
    await deals.itIs('2026-02-10T15:00:00Z').usage('north', 'b', '40', '2026-02-09');
    const late = await deals.itIs('2026-04-20').usage('north', 'c', '30', '2026-02-20');
    await deals.usage('south', 'd', '300', '2026-04-19');
    await deals.itIs('2026-05-05').reversal(late, '2026-05-02');
    await project(deals.pool, deals.ledger);
  });
  afterAll(() => deals.close());

  it.each([
    { asOf: '2026-06-30', knownAt: undefined, applied: '140' },
    { asOf: '2026-04-30', knownAt: undefined, applied: '170' },
    { asOf: '2026-02-08', knownAt: undefined, applied: '100' },
    { asOf: '2026-04-30', knownAt: '2026-04-20T11:59:59.999999Z', applied: '140' },
    { asOf: '2026-06-30', knownAt: '2026-04-30T00:00:00Z', applied: '170' },
    // In the middle of a recorded day: the morning's 100 is known, the afternoon's 40 is not.
    { asOf: '2026-06-30', knownAt: '2026-02-10T12:00:00Z', applied: '100' },
    { asOf: '2026-06-30', knownAt: '2026-02-10T15:00:00Z', applied: '140' },
    { asOf: '2026-02-08', knownAt: '2026-02-10T08:59:59Z', applied: '0' },
  ])('burn-down as of $asOf known at $knownAt: $applied', async ({ asOf, knownAt, applied }) => {
    const answer = (await burnDown(deals.views, { ...ask, asOf, knownAt }))!;
    expect(answer.applied).toEqual(usd(applied));
    expect(answer.remaining).toEqual(usd(String(1000 - Number(applied))));
    expect(answer).toMatchObject({ asOf, lag: 0 });
  });

  it('says which ledger positions it has seen', async () => {
    const answer = (await burnDown(deals.views, { ...ask, asOf: '2026-06-30' }))!;
    expect(answer.ledgerPosition).toEqual(await deals.heads());
    expect(answer.knownAt).toBeNull();
  });

  it('gives the other views the same two axes', async () => {
    const axes = { tenant: TENANT, asOf: '2026-06-30', knownAt: '2026-04-30T00:00:00Z' };
    const obligation = await remainingObligation(deals.views, { ...ask, ...axes });
    expect(obligation!.remaining).toEqual(usd('830'));
    const periods = await commitmentPeriods(deals.views, { ...ask, ...axes });
    expect(periods!.periods.map(({ applied }) => applied)).toEqual([usd('170')]);
    const spend = await vendorConcentration(deals.views, axes);
    expect(spend.currencies[0]).toMatchObject({
      currency: 'USD',
      baseAmount: usd('470'),
      vendors: [
        { vendorId: 'microsoft', amount: usd('300'), share: '0.638298' },
        { vendorId: 'amazon', amount: usd('170'), share: '0.361702' },
      ],
    });
    const agreements = (await allDeals(deals.views, axes)).agreements;
    expect(agreements.map(({ agreementId, status }) => [agreementId, status])).toEqual([
      ['north', 'active'],
      ['south', 'active'],
    ]);
    expect(agreements[0]!.commitments[0]!.remaining).toEqual(usd('830'));
    for (const { agreementId, ...of } of agreements)
      expect(await agreement(deals.views, { ...axes, agreementId })).toMatchObject(of);
    expect(await agreement(deals.views, { ...axes, agreementId: 'nor' })).toBeNull();
  });

  it('gives the same bytes for a fixed question while the ledger grows and the view lags (I9)', async () => {
    const knownAt = '2026-04-20T12:00:00Z';
    const questions = (): Promise<unknown[]> => {
      const axes = { tenant: TENANT, asOf: '2026-06-30', knownAt };
      return Promise.all([
        burnDown(deals.views, { ...ask, ...axes, interval: 'day' }),
        remainingObligation(deals.views, { ...ask, ...axes }),
        commitmentPeriods(deals.views, { ...ask, ...axes }),
        vendorConcentration(deals.views, axes),
        vendorConcentration(deals.views, { ...axes, base: 'remaining' }),
        circularity(deals.views, axes),
        allDeals(deals.views, axes),
      ]);
    };
    const before = JSON.stringify(await questions());
    await deals.itIs('2026-06-01').usage('north', 'e', '55', '2026-02-06');
    await deals.itIs('2026-06-01').usage('south', 'f', '55', '2026-04-19');
    expect(JSON.stringify(await questions())).toBe(before);
    await project(deals.pool, deals.ledger);
    expect(JSON.stringify(await questions())).toBe(before);
  });

  it('completes a view that lags behind knownAt from the ledger', async () => {
    await deals.itIs('2026-07-01').usage('north', 'g', '1', '2026-06-30');
    const known = await burnDown(deals.views, { ...ask, knownAt: '2026-07-02T00:00:00Z' });
    expect(known).toMatchObject({
      applied: usd('196'),
      lag: 0,
      ledgerPosition: await deals.heads(),
    });
    const latest = await burnDown(deals.views, ask);
    expect(latest).toMatchObject({ applied: usd('195'), lag: 1 });
    await project(deals.pool, deals.ledger);
    expect(await burnDown(deals.views, ask)).toMatchObject({ applied: usd('196'), lag: 0 });
  });

  it('answers null for what is not there, and shows nothing to another tenant', async () => {
    expect(await burnDown(deals.views, { ...ask, commitmentId: 'west.cloud' })).toBeNull();
    expect(await burnDown(deals.views, { ...ask, tenant: 'other' })).toBeNull();
    // The day before the first that a question can name is asked for too.
    expect(await burnDown(deals.views, { ...ask, knownAt: '1970-01-01T00:00:00Z' })).toBeNull();
    expect(await remainingObligation(deals.views, { ...ask, tenant: 'other' })).toBeNull();
    expect(await commitmentPeriods(deals.views, { ...ask, tenant: 'other' })).toBeNull();
    const investmentId = 'north.equity';
    expect(await tranchePipeline(deals.views, { tenant: TENANT, investmentId })).toBeNull();
    expect((await allDeals(deals.views, { tenant: 'other' })).agreements).toEqual([]);
    expect((await vendorConcentration(deals.views, { tenant: 'other' })).currencies).toEqual([]);
  });

  it('says that a view is not built yet', async () => {
    const fresh = await Deals.open(server, 1);
    try {
      const error = await burnDown(fresh.views, ask).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(QueryRefused);
      expect((error as QueryRefused).code).toBe('view-not-ready');
    } finally {
      await fresh.close();
    }
  });

  it('keeps every table inside PostgreSQL’s name length', () => {
    for (const { tables, version } of projections) {
      for (const { name } of tables) expect(`${name}_v${version}_g9999`.length).toBeLessThan(64);
    }
  });
});
