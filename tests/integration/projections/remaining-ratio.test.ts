import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { burnDownReads } from '../../../libs/projections/burn-down/burn-down.js';
import { remainingObligation } from '../../../libs/projections/remaining-obligation/query.js';
import { remainingRatios } from '../../../libs/projections/remaining-obligation/remaining-ratio.js';
import { instant } from '../../../libs/domain/testing/samples.js';
import { terms, usd } from '../../../libs/domain/testing/builders.js';
import { databaseServers } from '../../support/database.js';
import { project } from './contents.js';
import { Deals, TENANT } from './deals.js';

/** A term of 2026 that ends at the start of `month`. */
const endingIn = (month: string) => {
  const [startsAt, endsAt] = [instant('2026-01-01T00:00:00Z'), instant(`${month}-01T00:00:00Z`)];
  const { schedule } = terms();
  const periods = [{ start: startsAt, end: endsAt, minimum: null }];
  return { startsAt, endsAt, schedule: { ...schedule, periods } };
};

const OPEN = {
  endsAt: null,
  schedule: {
    ...terms().schedule,
    periods: [{ start: instant('2026-01-01T00:00:00Z'), end: null, minimum: null }],
  },
};

describe.each(databaseServers())('what is left of commitments, as ratios, on $name', (server) => {
  let deals: Deals;

  beforeAll(async () => {
    deals = await Deals.open(server);
    deals.itIs('2026-02-01');
    for (const [name, changed] of [
      ['open', OPEN],
      ['later', endingIn('2027-06')],
      ['over', endingIn('2026-12')],
      ['unused', {}],
      ['used-up', {}],
      ['ended', {}],
    ] as const)
      await deals.deal(name, 'vendor', changed);
    await deals.usage('open', 'a', '125', '2026-01-05');
    await deals.usage('open', 'b', '125.5', '2026-01-06');
    await deals.usage('later', 'd', '500', '2026-01-05');
    await deals.usage('over', 'e', '500', '2026-01-05');
    await deals.usage('used-up', 'f', '1300', '2026-01-05');
    await deals.tell('commitment', 'later', '2026-01-20', {
      type: 'AmendCommitment',
      agreementId: 'later',
      commitmentId: 'later.cloud',
      terms: terms({ ...endingIn('2027-06'), total: usd('2000') }),
      reason: 'doubled',
    });
    await deals.tell('commitment', 'ended', '2026-01-20', {
      type: 'TerminateCommitment',
      agreementId: 'ended',
      commitmentId: 'ended.cloud',
      terminatedAt: instant('2026-01-20T00:00:00Z'),
      obligation: 'released',
      reason: 'mutual',
    });
    // Effective after the day that is asked for.
    await deals.itIs('2027-01-05').usage('open', 'c', '100', '2027-01-05');
  });
  afterAll(() => deals.close());

  it('are none before the view is built', async () => {
    expect(await remainingRatios(deals.views, TENANT, 10)).toEqual({ ratios: [], leftOut: 0 });
  });

  it('are of commitments in force, those that end first before the others', async () => {
    await project(deals.pool, deals.ledger, burnDownReads);
    const { ratios, leftOut } = await remainingRatios(deals.views, TENANT, 10);
    expect(ratios).toEqual([
      { commitmentId: 'unused.cloud', ratio: 1 },
      { commitmentId: 'used-up.cloud', ratio: 0 },
      { commitmentId: 'later.cloud', ratio: 0.75 },
      { commitmentId: 'open.cloud', ratio: 0.7495 },
    ]);
    expect(leftOut).toBe(0);
  });

  it('say what the view of each says', async () => {
    const { ratios } = await remainingRatios(deals.views, TENANT, 10);
    for (const { commitmentId, ratio } of ratios) {
      const view = (await remainingObligation(deals.views, { tenant: TENANT, commitmentId }))!;
      expect(ratio).toBe(Number(view.remaining.amount) / Number(view.total.amount));
    }
  });

  it('are no more than was asked for, and say how many they leave out', async () => {
    const { ratios, leftOut } = await remainingRatios(deals.views, TENANT, 3);
    expect(ratios.map(({ commitmentId }) => commitmentId)).toEqual([
      'unused.cloud',
      'used-up.cloud',
      'later.cloud',
    ]);
    expect(leftOut).toBe(1);
  });

  it('are not of another tenant', async () => {
    expect(await remainingRatios(deals.views, 'other', 10)).toEqual({ ratios: [], leftOut: 0 });
  });
});
