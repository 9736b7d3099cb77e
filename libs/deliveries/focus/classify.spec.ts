import { describe, expect, it } from '@jest/globals';
import { classify } from './classify.js';
import type { FocusColumn } from './columns.js';
import { rowOf } from './focus-row.js';

const kindOf = (values: Readonly<Partial<Record<FocusColumn, string>>>): string => {
  const kind = classify(rowOf(values));
  return kind.kind === 'charge' ? kind.category : kind.kind;
};

describe('what a FOCUS row is to a commitment', () => {
  it.each([
    ['Usage', 'usage'],
    ['usage', 'usage'],
    ['Purchase', 'purchase'],
    ['Tax', 'tax'],
    ['Credit', 'credit'],
    ['Adjustment', 'adjustment'],
    ['Something', 'unknown'],
  ])('%s is %s', (category, kind) => expect(kindOf({ ChargeCategory: category })).toBe(kind));

  it('is a shortfall fee when the commitment was unused, however that is billed', () => {
    const unused = { ChargeCategory: 'Usage', CommitmentDiscountStatus: 'Unused' };
    expect(kindOf({ ...unused, BilledCost: '0', EffectiveCost: '40.30' })).toBe('shortfall-fee');
    expect(kindOf({ ...unused, BilledCost: '40.30', EffectiveCost: '40.30' })).toBe(
      'shortfall-fee',
    );
    expect(
      kindOf({ ...unused, CommitmentDiscountStatus: 'unused', ConsumedQuantity: 'NULL' }),
    ).toBe('shortfall-fee');
  });

  it('is a shortfall fee when only the description says so', () => {
    expect(kindOf({ ChargeCategory: 'Usage', ChargeDescription: 'Unused commitment fee' })).toBe(
      'shortfall-fee',
    );
    expect(
      kindOf({ ChargeCategory: 'Purchase', ChargeDescription: 'Commitment shortfall 2025' }),
    ).toBe('shortfall-fee');
  });

  it('stays usage when a used commitment mentions the word', () =>
    expect(
      kindOf({
        ChargeCategory: 'Usage',
        CommitmentDiscountStatus: 'Used',
        ChargeDescription: 'covers what was unused commitment before',
      }),
    ).toBe('usage'));
});
