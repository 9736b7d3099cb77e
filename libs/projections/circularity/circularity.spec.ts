import { describe, expect, it } from '@jest/globals';
import { history, viewOf, type Happening } from '../testing/entries.js';
import { activation, pledged, proposed, usd } from '../../domain/testing/builders.js';
import { drawn, funded, invested, line } from '../../domain/testing/samples.js';
import { vendorConcentrationReads } from '../vendor-concentration/vendor-concentration.js';
import { circularityOf, circularityWanted } from './query.js';

const on = (day: string, event: Happening['event'], shard = 0): Happening => ({
  event,
  effective: day,
  recorded: day,
  shard,
});

const ask = (asOf: string, ...happenings: readonly Happening[]) => {
  const { rows } = viewOf(
    vendorConcentrationReads,
    history(...happenings),
    { asOf },
    circularityWanted,
  );
  return circularityOf(rows).pairs;
};

const agreement = [on('2026-01-01', proposed()), on('2026-01-01', activation())];

describe('circularity', () => {
  /** In billions: 100 pledged for 5 invested (worked example 6), of which 4 are paid in and 10 are spent. */
  const pair = [
    ...agreement,
    on('2026-01-01', pledged({ total: usd('100') })),
    // The capital may be agreed in another agreement of the same two, in another shard.
    on(
      '2026-01-01',
      invested({
        agreementId: 'round',
        investmentId: 'round.equity',
        total: usd('5'),
        contingent: usd('20'),
      }),
      1,
    ),
    on('2026-02-01', funded('4', '2026-02-01', { investmentId: 'round.equity' }), 1),
    on('2026-03-01', drawn([line({ applied: '8', overage: '2' })])),
  ];

  it('sets funded capital against payments of the same pair, as an upper bound', () => {
    expect(ask('2026-06-30', ...pair)).toEqual([
      {
        vendorId: 'vendor',
        customerId: 'lab',
        currency: 'USD',
        funded: usd('4'),
        announced: usd('5'),
        contingent: usd('20'),
        committed: usd('100'),
        grossDrawdowns: usd('10'),
        multiple: { funded: '25', announced: '20' },
        circularityRatioUpperBound: '0.4',
        recycledCapital: '1',
      },
    ]);
  });

  it('says null before anything was paid, and before anything was funded', () => {
    const [early] = ask('2026-01-31', ...pair);
    expect(early).toMatchObject({
      funded: usd('0'),
      multiple: { funded: null, announced: '20' },
      circularityRatioUpperBound: null,
      recycledCapital: null,
    });
  });

  it('takes an investment without a commitment, and leaves out investors that sell nothing', () => {
    const [only, ...others] = ask(
      '2026-06-30',
      ...agreement,
      on('2026-01-01', invested()),
      on('2026-01-01', invested({ investmentId: 'deal.fund', investorId: 'fund' })),
    );
    expect(others).toEqual([]);
    expect(only).toMatchObject({ vendorId: 'vendor', committed: usd('0') });
  });

  it('keeps currencies apart', () => {
    const euros = on(
      '2026-01-01',
      invested({
        investmentId: 'deal.debt',
        total: { amount: '3', currency: 'EUR' },
        contingent: null,
      }),
    );
    expect(
      ask('2026-06-30', ...pair, euros).map(({ currency, announced, grossDrawdowns }) => [
        currency,
        announced.amount,
        grossDrawdowns.amount,
      ]),
    ).toEqual([
      ['EUR', '3', '0'],
      ['USD', '5', '10'],
    ]);
  });
});
