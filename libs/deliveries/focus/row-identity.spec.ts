import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hash } from 'node:crypto';
import { toChargeRow, type ChargeRow } from './charge-row.js';
import { FOCUS_COLUMNS, type FocusColumn } from './columns.js';
import { rowOf } from './focus-row.js';
import { Occurrences } from './occurrences.js';
import { contentOf, rowId } from './row-identity.js';
import { chargeToUsageEvent } from './to-usage-event.js';

const BASE: Readonly<Partial<Record<FocusColumn, string>>> = {
  BilledCost: '1.5',
  EffectiveCost: '1.25',
  BillingCurrency: 'USD',
  ChargeCategory: 'Usage',
  ChargePeriodStart: '2024-09-18T22:00:00Z',
  ProviderName: 'AWS',
};

const charge = (changes: Readonly<Partial<Record<FocusColumn, string>>> = {}): ChargeRow => {
  const row = toChargeRow(rowOf({ ...BASE, ...changes }));
  if (row.kind !== 'charge') throw new Error(JSON.stringify(row));
  return row;
};

const idsOf = (rows: readonly ChargeRow[]): string[] => {
  const occurrences = new Occurrences();
  return rows.map((row) => rowId(row, occurrences)).sort();
};

describe('the identity of a row', () => {
  it('is stored for ever: this id must never change', () =>
    expect(rowId(charge(), new Occurrences())).toBe('BsgT9l_yJ5pvUKK0JrZJG9xfPOAi9ATVISnH5VS9T4E'));

  it('does not depend on how a value is written', () =>
    expect(
      contentOf(
        charge({ BilledCost: '1.500', ChargePeriodStart: '2024-09-18 22:00:00', SkuId: 'NULL' }),
      ),
    ).toBe(contentOf(charge())));

  it('counts equal rows, and is the same set in any order', () => {
    const rows = ['1', '2', '1', '1', '3'].map((cost) => charge({ BilledCost: cost }));
    expect(new Set(idsOf(rows)).size).toBe(5);
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: 5 }), (shuffled) => {
        expect(idsOf(shuffled)).toEqual(idsOf(rows));
      }),
    );
  });

  it('covers everything that goes into the event: rows with equal identity are interchangeable', () => {
    const other: Readonly<Partial<Record<FocusColumn, string>>> = {
      BilledCost: '9',
      BillingCurrency: 'EUR',
      BillingPeriodStart: '2024-09-01',
      BillingPeriodEnd: '2024-10-01',
      ChargeCategory: 'Purchase',
      ChargePeriodEnd: '2024-09-19',
      ChargePeriodStart: '2024-09-17',
      ContractedCost: '9',
      EffectiveCost: '9',
      ConsumedQuantity: '9',
      PricingQuantity: '9',
      ListCost: '9',
      Tags: '{"a":"b"}',
      ContractApplied: '[{"ContractCommitmentId":"C"}]',
    };
    for (const column of FOCUS_COLUMNS) {
      const changed = charge({ [column]: other[column] ?? 'other' });
      const sameEvent =
        JSON.stringify(chargeToUsageEvent(changed, 'id', 'a')) ===
        JSON.stringify(chargeToUsageEvent(charge(), 'id', 'a'));
      if (!sameEvent)
        expect([column, contentOf(changed)]).not.toEqual([column, contentOf(charge())]);
    }
  });
});

describe('counting occurrences', () => {
  const digest = (n: number): Buffer => hash('sha256', String(n), 'buffer');

  it('counts like a map, through many growths', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 2000 }), (numbers) => {
        const occurrences = new Occurrences();
        const map = new Map<number, number>();
        for (const n of numbers) {
          map.set(n, (map.get(n) ?? 0) + 1);
          expect(occurrences.next(digest(n))).toBe(map.get(n));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('takes at most 30 bytes a row', () => {
    const occurrences = new Occurrences();
    for (let n = 0; n < 300_000; n += 1) occurrences.next(digest(n));
    expect(occurrences.bytes / 300_000).toBeLessThan(31);
  });
});
