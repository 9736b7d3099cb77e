import { describe, expect, it } from '@jest/globals';
import { funded, invested, milestone, SAMPLES, tranche } from '../../domain/testing/samples.js';
import { usd } from '../../domain/testing/builders.js';
import { factsProjection } from '../facts/facts.js';
import { history, viewOf } from '../testing/entries.js';
import { agreementsOf, agreementsWanted } from './agreements.js';
import { commitmentsOf, commitmentsWanted } from './commitments.js';
import { investmentsOf, investmentsWanted } from './investments.js';
import { pageOf } from './page.js';
import { partiesOf, partiesWanted } from './parties.js';

const ENTRIES = history(
  { event: SAMPLES.PartyRegistered, effective: '2026-05-01', recorded: '2026-05-01', shard: 1 },
  { event: SAMPLES.PartyRenamed, effective: '2026-04-01', recorded: '2026-05-02', shard: 1 },
  { event: SAMPLES.AgreementProposed, effective: '2026-01-01', recorded: '2026-01-01' },
  { event: SAMPLES.AgreementActivated, effective: '2026-01-01', recorded: '2026-01-01' },
  { event: SAMPLES.CommitmentPledged, effective: '2026-01-01', recorded: '2026-01-01' },
  { event: invested(), effective: '2026-01-15', recorded: '2026-01-15' },
  { event: milestone(), effective: '2026-01-15', recorded: '2026-01-15' },
  { event: SAMPLES.MilestoneAttested, effective: '2026-01-16', recorded: '2026-01-16' },
  { event: tranche(), effective: '2026-01-16', recorded: '2026-01-16' },
  { event: funded('100', '2026-02-15'), effective: '2026-02-15', recorded: '2026-02-15' },
  { event: SAMPLES.AgreementTerminated, effective: '2026-09-01', recorded: '2026-09-01' },
);

const PAGE = { after: null, limit: 10 };
const view = { asOf: '2026-06-30' };

describe('a page', () => {
  const page = (after: string | null, limit: number) =>
    pageOf(['c', 'a', 'd', 'b'], (item) => item, { after, limit });

  it('holds what comes after an id, in the order of ids, and says whether more follows', () => {
    expect(page(null, 2)).toEqual({ data: ['a', 'b'], hasMore: true, next: 'b' });
    expect(page('b', 2)).toEqual({ data: ['c', 'd'], hasMore: false, next: null });
    expect(page('b', 1)).toEqual({ data: ['c'], hasMore: true, next: 'c' });
    expect(page('bb', 9)).toEqual({ data: ['c', 'd'], hasMore: false, next: null });
    expect(page('d', 9)).toEqual({ data: [], hasMore: false, next: null });
  });
});

describe('the list of parties', () => {
  const ask = (asOf: string, kind?: string) =>
    partiesOf(viewOf([factsProjection], ENTRIES, { asOf }, partiesWanted).rows, { ...PAGE, kind })
      .data;

  it('has the name of that day, and the version of all that was said', () => {
    const vendor = { partyId: 'vendor', termsVersion: 2, kinds: ['vendor', 'investor'] };
    expect(ask('2026-03-31')).toEqual([{ ...vendor, name: 'Vendor Inc.' }]);
    expect(ask('2026-04-01')).toEqual([{ ...vendor, name: 'Vendor plc' }]);
  });

  it('is of one kind where that is asked for', () => {
    expect(ask('2026-03-31', 'investor')).toHaveLength(1);
    expect(ask('2026-03-31', 'regulator')).toEqual([]);
  });
});

describe('the list of agreements', () => {
  const ask = (filter: object, asOf = '2026-06-30') =>
    agreementsOf(viewOf([factsProjection], ENTRIES, { asOf }, agreementsWanted).rows, {
      ...PAGE,
      ...filter,
    }).data;

  it('has each as it stands on that day', () => {
    expect(ask({})).toEqual([
      {
        agreementId: 'deal',
        // Proposed, activated, and a termination that takes effect later.
        termsVersion: 3,
        title: 'Cloud for capital',
        status: 'active',
        vendor: { partyId: 'vendor', name: 'Vendor plc' },
        customer: { partyId: 'lab', name: null },
        startsAt: '2026-01-01T00:00:00.000000Z',
        endsAt: null,
      },
    ]);
    expect(ask({}, '2026-09-01')).toMatchObject([{ status: 'terminated' }]);
  });

  it.each([
    [{ status: 'active' }, 1],
    [{ status: 'terminated' }, 0],
    [{ vendorId: 'vendor', customerId: 'lab' }, 1],
    [{ vendorId: 'lab' }, 0],
    [{ vendorId: 'vendor', customerId: 'vendor' }, 0],
    [{ after: 'deal' }, 0],
  ])('is of those only that are asked for: %j', (filter, found) => {
    expect(ask(filter)).toHaveLength(found);
  });
});

describe('the list of commitments', () => {
  const ask = (filter: object, asOf = '2026-06-30') => {
    const { rows, asked } = viewOf([factsProjection], ENTRIES, { asOf }, () =>
      commitmentsWanted(filter),
    );
    return commitmentsOf(rows, asked, { ...PAGE, ...filter }).data;
  };

  it('has the terms of each, between whom it is, and where its term stands', () => {
    expect(ask({})).toEqual([
      {
        agreementId: 'deal',
        commitmentId: 'deal.cloud',
        termsVersion: 1,
        name: 'Cloud spend',
        state: 'running',
        vendor: { partyId: 'vendor', name: 'Vendor plc' },
        customer: { partyId: 'lab', name: null },
        total: usd('1000'),
        startsAt: '2026-01-01T00:00:00.000000Z',
        endsAt: '2027-01-01T00:00:00.000000Z',
        terminatedAt: null,
      },
    ]);
  });

  it.each([
    [{ state: 'running' }, 1],
    [{ state: 'ended' }, 0],
    [{ agreementId: 'deal' }, 1],
    [{ agreementId: 'other' }, 0],
    [{ customerId: 'lab' }, 1],
    [{ customerId: 'vendor' }, 0],
  ])('is of those only that are asked for: %j', (filter, found) => {
    expect(ask(filter)).toHaveLength(found);
  });

  it('says ended from the day on which the term ends', () => {
    expect(ask({}, '2026-12-30')).toMatchObject([{ state: 'running' }]);
    expect(ask({}, '2026-12-31')).toMatchObject([{ state: 'ended' }]);
  });
});

describe('the list of investments', () => {
  const ask = (filter: object) =>
    investmentsOf(viewOf([factsProjection], ENTRIES, view, () => investmentsWanted(filter)).rows, {
      ...PAGE,
      ...filter,
    }).data;

  it('has what is agreed and funded beside each other', () => {
    expect(ask({})).toEqual([
      {
        agreementId: 'deal',
        investmentId: 'deal.equity',
        // Agreed, a milestone, a tranche; a claim that nobody approved changes nothing.
        termsVersion: 3,
        investor: { partyId: 'vendor', name: 'Vendor plc' },
        recipient: { partyId: 'lab', name: null },
        instrument: 'equity',
        total: usd('500'),
        contingent: usd('200'),
        funded: usd('100'),
      },
    ]);
  });

  it('goes by the parties of the agreement', () => {
    expect(ask({ vendorId: 'vendor' })).toHaveLength(1);
    expect(ask({ vendorId: 'lab' })).toEqual([]);
    expect(ask({ agreementId: 'other' })).toEqual([]);
  });
});
