import { describe, expect, it } from '@jest/globals';
import { history, viewOf, type Happening } from '../testing/entries.js';
import { activation, pledged, proposed, usd } from '../../domain/testing/builders.js';
import { drawn, line, SAMPLES } from '../../domain/testing/samples.js';
import {
  vendorConcentrationOf,
  vendorConcentrationWanted,
  type VendorConcentrationQuestion,
} from './query.js';
import { vendorConcentrationReads } from './vendor-concentration.js';

const on = (day: string, event: Happening['event'], shard = 0): Happening => ({
  event,
  effective: day,
  recorded: day,
  shard,
});

const deal = (agreementId: string, vendorId: string, total: string, shard = 0): Happening[] => [
  on('2026-01-01', proposed({ agreementId, vendorId }), shard),
  on('2026-01-01', activation(agreementId), shard),
  on('2026-01-01', pledged({ total: usd(total) }, `${agreementId}.cloud`), shard),
];

const spent = (day: string, agreementId: string, amount: string, shard = 0, currency = 'USD') =>
  on(day, drawn([line({ applied: amount }, 0, `${agreementId}.cloud`)], currency), shard);

const ask = (
  happenings: readonly Happening[],
  question: Partial<VendorConcentrationQuestion> = {},
) => {
  const asking = { tenant: 'acme', asOf: '2026-06-30', ...question };
  const { rows, asked } = viewOf(
    vendorConcentrationReads,
    history(...happenings),
    { asOf: asking.asOf },
    (when) => vendorConcentrationWanted(asking, when),
  );
  return vendorConcentrationOf(rows, asked, asking);
};

describe('vendor concentration', () => {
  const three = [
    ...deal('one', 'amazon', '1000'),
    ...deal('two', 'google', '500', 1),
    ...deal('three', 'google', '500', 2),
    spent('2026-05-10', 'one', '50'),
    spent('2026-05-11', 'two', '20', 1),
    spent('2026-06-11', 'three', '30', 2),
  ];

  it('adds up a vendor over its agreements and shards', () => {
    const { currencies, base, by, window } = ask(three);
    expect({ base, by, window }).toEqual({
      base: 'spend',
      by: 'agreement-vendor',
      window: { from: '2025-07-01', to: '2026-06-30', months: 12 },
    });
    expect(currencies).toHaveLength(1);
    expect(currencies[0]).toMatchObject({
      currency: 'USD',
      baseAmount: usd('100'),
      vendors: [
        { vendorId: 'amazon', amount: usd('50'), share: '0.5' },
        { vendorId: 'google', amount: usd('50'), share: '0.5' },
      ],
      top1: '0.5',
      top3: '1',
      hhi: '5000',
      band: 'high',
      effectiveNumber: '2',
    });
  });

  it('shows each month by itself', () => {
    expect(
      ask(three).currencies[0]!.months!.map(({ month, baseAmount, hhi }) => [
        month,
        baseAmount.amount,
        hhi,
      ]),
    ).toEqual([
      ['2026-05', '70', '5918.3673'],
      ['2026-06', '30', '10000'],
    ]);
  });

  it('looks no further back than its window', () => {
    expect(ask(three, { windowMonths: 1 }).currencies[0]!.baseAmount).toEqual(usd('30'));
    expect(ask(three, { asOf: '2026-05-31' }).currencies[0]!.baseAmount).toEqual(usd('70'));
    expect(() => ask(three, { windowMonths: 0 })).toThrow('window');
  });

  it('weighs what is committed and what remains instead, by name', () => {
    const committed = ask(three, { base: 'committed' });
    expect(committed).toMatchObject({ base: 'committed', window: null });
    expect(committed.currencies[0]).toMatchObject({ baseAmount: usd('2000'), months: null });
    expect(ask(three, { base: 'remaining' }).currencies[0]!.vendors).toMatchObject([
      { vendorId: 'amazon', amount: usd('950'), share: '0.5' },
      { vendorId: 'google', amount: usd('950') },
    ]);
  });

  it('counts no proposal, nothing superseded, and nothing committed after the end of the term', () => {
    const proposal = [
      on('2026-01-01', proposed({ agreementId: 'four', vendorId: 'oracle' })),
      on('2026-01-01', pledged({ total: usd('700') }, 'four.cloud')),
    ];
    const vendors = (more: readonly Happening[], asOf = '2026-06-30') =>
      ask([...three, ...more], { base: 'committed', asOf }).currencies[0]!.vendors.map(
        ({ vendorId, amount }) => [vendorId, amount.amount],
      );
    expect(vendors(proposal)).toEqual([
      ['amazon', '1000'],
      ['google', '1000'],
    ]);
    const gone = [...deal('deal', 'oracle', '100'), on('2026-02-01', SAMPLES.AgreementSuperseded)];
    expect(vendors(gone, '2026-10-02')).not.toContainEqual(['oracle', '100']);
    // The terms end with 2026: no moment of the next year is in them.
    expect(vendors([], '2026-12-30')).toEqual(vendors([]));
    for (const asOf of ['2026-12-31', '2027-01-05'])
      expect(vendors([], asOf)).toEqual([
        ['amazon', '0'],
        ['google', '0'],
      ]);
  });

  it('uses the bands that are asked for', () => {
    const spend = [1, 2, 3, 4, 5].flatMap((at) => [
      ...deal(`d${at}`, `vendor-${at}`, '1'),
      spent('2026-06-01', `d${at}`, '20'),
    ]);
    expect(ask(spend).currencies[0]).toMatchObject({ hhi: '2000', band: 'high' });
    expect(ask(spend, { bands: 'us-2010' }).currencies[0]).toMatchObject({ band: 'moderate' });
  });

  it('keeps currencies apart, and says null where there is no positive base', () => {
    const { currencies } = ask([
      ...deal('one', 'amazon', '1000'),
      spent('2026-06-01', 'one', '-5', 0, 'EUR'),
      spent('2026-06-01', 'one', '7'),
    ]);
    expect(currencies.map(({ currency, hhi, top1 }) => [currency, hhi, top1])).toEqual([
      ['EUR', null, null],
      ['USD', '10000', '1'],
    ]);
  });
});
