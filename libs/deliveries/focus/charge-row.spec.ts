import { describe, expect, it } from '@jest/globals';
import { toChargeRow, type ChargeRow } from './charge-row.js';
import type { FocusColumn } from './columns.js';
import { decimalText } from './decimal.js';
import { rowOf } from './focus-row.js';
import { Occurrences } from './occurrences.js';
import { rowId } from './row-identity.js';
import { chargeToUsageEvent } from './to-usage-event.js';
import { UsageEventBody } from '../../contract/usage/bodies.js';
import { validateBody } from '../../contract/validation/validate.js';

const USAGE: Readonly<Partial<Record<FocusColumn, string>>> = {
  BilledCost: '0.00000080000',
  EffectiveCost: '0.00000070000',
  ListCost: '8E-7',
  ContractedCost: 'NULL',
  BillingAccountId: '1234567890123',
  BillingCurrency: 'USD',
  BillingPeriodStart: '2024-09-01 00:00:00',
  BillingPeriodEnd: '2024-10-01 00:00:00',
  ChargeCategory: 'Usage',
  ChargePeriodStart: '2024-09-18 22:00:00',
  ChargePeriodEnd: '2024-09-18 23:00:00',
  ConsumedQuantity: '2.000000000000000',
  ConsumedUnit: 'Requests',
  PricingCategory: 'Standard',
  ProviderName: 'AWS',
  PublisherName: 'Amazon Web Services, Inc.',
  RegionId: 'us-west-2',
  ServiceCategory: 'Integration',
  ServiceName: 'Amazon Simple Queue Service',
  SkuId: 'G95FST5FTYV3JSRX',
  SubAccountId: '51738928782',
  Tags: '{"environment": "dev", "application": "Bright"}',
};

const chargeOf = (changes: Readonly<Partial<Record<FocusColumn, string>>> = {}): ChargeRow => {
  const charge = toChargeRow(rowOf({ ...USAGE, ...changes }));
  if (charge.kind !== 'charge') throw new Error(JSON.stringify(charge));
  return charge;
};

const codesOf = (changes: Readonly<Partial<Record<FocusColumn, string>>>): unknown[] => {
  const row = toChargeRow(rowOf({ ...USAGE, ...changes }, 17));
  if (row.kind !== 'refused') throw new Error(JSON.stringify(row));
  return row.problems.map(({ line, column, code, value }) => [line, column, code, value]);
};

describe('a FOCUS row as a usage event', () => {
  it('carries all costs, both periods, quantity, attributes and tags', () => {
    const event = chargeToUsageEvent(chargeOf(), 'row-1', 'amazon-anthropic');
    expect(event).toEqual({
      source: 'focus:1',
      id: 'row-1',
      agreement: 'amazon-anthropic',
      effectiveAt: '2024-09-18T22:00:00.000000Z',
      category: 'usage',
      currency: 'USD',
      costs: { list: '0.0000008', billed: '0.0000008', effective: '0.0000007' },
      chargedFrom: '2024-09-18T22:00:00.000000Z',
      chargedTo: '2024-09-18T23:00:00.000000Z',
      billedFrom: '2024-09-01T00:00:00.000000Z',
      billedTo: '2024-10-01T00:00:00.000000Z',
      quantity: '2',
      unit: 'Requests',
      attributes: {
        vendor: 'AWS',
        publisher: 'Amazon Web Services, Inc.',
        account: '1234567890123',
        subAccount: '51738928782',
        region: 'us-west-2',
        serviceCategory: 'Integration',
        service: 'Amazon Simple Queue Service',
        sku: 'G95FST5FTYV3JSRX',
        pricingCategory: 'Standard',
      },
      tags: { application: 'Bright', environment: 'dev' },
    });
    expect(validateBody(UsageEventBody, event)).toEqual([]);
  });

  it('takes the pricing quantity where nothing is said about consumption', () => {
    const charge = chargeOf({
      ConsumedQuantity: 'NULL',
      PricingQuantity: '1.5',
      PricingUnit: 'Hours',
    });
    expect([charge.quantity, charge.unit]).toEqual(['1.5', 'Hours']);
  });

  it('has no quantity without a unit, and no end when it ends where it starts', () => {
    const charge = chargeOf({ ConsumedUnit: '', ChargePeriodEnd: '2024-09-18 22:00:00' });
    expect([charge.quantity, charge.unit, charge.chargedTo]).toEqual([null, null, null]);
  });

  it('takes a refund: a negative row of its own category', () =>
    expect(chargeOf({ BilledCost: '-5.00', ChargeClass: 'Correction' })).toMatchObject({
      category: 'usage',
      costs: { billed: '-5' },
    }));

  it.each([
    [
      'a bare list',
      '[{"ContractCommitmentId":"CMT-2"},{"ContractCommitmentID":"CMT-1"}]',
      'CMT-1 CMT-2',
    ],
    [
      'an object with elements',
      '{"Elements":[{"ContractId":"C-1","ContractCommitmentId":"CMT-1"}]}',
      'CMT-1',
    ],
    ['something else', '7', 'unreadable'],
  ])('keeps ContractApplied, %s, as a tag', (_, cell, tag) =>
    expect(chargeOf({ ContractApplied: cell }).tags['focus.contractApplied']).toBe(tag),
  );

  it('keeps 20 tags, and says how many it left out', () => {
    const tags = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`tag-${n + 10}`, 'x']));
    const charge = chargeOf({ Tags: JSON.stringify(tags) });
    expect(Object.keys(charge.tags)).toHaveLength(20);
    expect(charge.tagsLeftOut).toBe(10);
    expect(validateBody(UsageEventBody, chargeToUsageEvent(charge, 'a', 'b'))).toEqual([]);
  });

  it('leaves out tags that no entry may hold, and keeps their neighbours', () => {
    const charge = chargeOf({
      Tags:
        '{"__proto__":"x","a\\u0000":"x","list":[1],"long":"' +
        'x'.repeat(2000) +
        '","on":true,"none":null}',
    });
    expect(charge.tags).toEqual({ none: '', on: 'true' });
    expect(charge.tagsLeftOut).toBe(4);
  });

  it.each([
    [{ BillingCurrency: 'usd' }, 'BillingCurrency', 'currency-invalid', 'usd'],
    [{ ChargePeriodStart: '45321' }, 'ChargePeriodStart', 'spreadsheet-date', '45321'],
    [{ ChargePeriodStart: '' }, 'ChargePeriodStart', 'value-missing', null],
    [
      { ChargePeriodEnd: '2024-09-17 00:00:00' },
      'ChargePeriodEnd',
      'period-reversed',
      '2024-09-17 00:00:00',
    ],
    [{ ChargeCategory: 'Gift' }, 'ChargeCategory', 'unknown-charge-category', 'Gift'],
    [{ ChargeCategory: '' }, 'ChargeCategory', 'value-missing', null],
    [{ SubAccountId: '1.23457E+11' }, 'SubAccountId', 'spreadsheet-number', '1.23457E+11'],
    [{ SkuId: '=HYPERLINK()' }, 'SkuId', 'formula-in-code', '=HYPERLINK()'],
    [{ ServiceName: 'x'.repeat(300) }, 'ServiceName', 'text-too-long', 'x'.repeat(300)],
    [{ ServiceName: 'a\tb' }, 'ServiceName', 'control-character', 'a\tb'],
    [{ ProviderName: 'NULL' }, 'ProviderName', 'value-missing', null],
    [{ Tags: '{"a":' }, 'Tags', 'tags-malformed', '{"a":'],
    [{ Tags: '["a"]' }, 'Tags', 'tags-malformed', '["a"]'],
  ])('refuses %j', (changes, column, code, value) =>
    expect(codesOf(changes)).toEqual([[17, column, code, value]]),
  );

  it('names everything that is wrong with a row', () =>
    expect(
      codesOf({ BilledCost: 'x', BillingCurrency: 'NULL' }).map(
        (problem) => (problem as unknown[])[2],
      ),
    ).toEqual(['not-a-number', 'value-missing']));

  it('rounds what has more decimals than are kept, and says by how much', () => {
    const charge = chargeOf({
      ListCost: '21.44988849635786',
      BilledCost: '0.30000000000000004',
      ConsumedQuantity: '1.00000000000000000051',
    });
    expect([charge.costs, charge.quantity]).toEqual([
      { list: '21.449888496358', billed: '0.3', effective: '0.0000007' },
      '1.000000000000000001',
    ]);
    expect(charge.roundings.map(({ of, difference }) => [of, decimalText(difference)])).toEqual([
      ['list', '0.00000000000014'],
      ['billed', '-0.00000000000000004'],
      ['quantity', '0.00000000000000000049'],
    ]);
    expect(validateBody(UsageEventBody, chargeToUsageEvent(charge, 'a', 'b'))).toEqual([]);
  });

  it('is the same row rounded and with its noise', () => {
    const clean = rowId(chargeOf({ BilledCost: '0.3' }), new Occurrences());
    expect(rowId(chargeOf({ BilledCost: '0.30000000000000004' }), new Occurrences())).toBe(clean);
  });

  it.each([
    [{ BilledCost: '1.23E+15' }, 'BilledCost', 'spreadsheet-number', '1.23E+15'],
    [{ BilledCost: 'NULL' }, 'BilledCost', 'value-missing', null],
    [{ ListCost: 'n/a' }, 'ListCost', 'not-a-number', 'n/a'],
    [{ EffectiveCost: '1e18' }, 'EffectiveCost', 'number-too-large', '1e18'],
  ])(
    'leaves out one cost that cannot be read, and says which: %j',
    (changes, column, code, value) => {
      const charge = chargeOf(changes);
      expect(charge.costProblems).toEqual([
        { kind: 'problem', line: 2, column, code, value, message: expect.stringContaining(column) },
      ]);
      expect(Object.keys(charge.costs)).toHaveLength(2);
    },
  );

  it('refuses a row without any cost', () =>
    expect(codesOf({ BilledCost: 'x', EffectiveCost: '$5', ListCost: 'NULL' })).toEqual([
      [17, 'BilledCost', 'not-a-number', 'x'],
      [17, 'EffectiveCost', 'spreadsheet-number', '$5'],
    ]));

  it('reads a map of tags as DuckDB prints it', () => {
    expect(chargeOf({ Tags: '{team=research, env=prod}' }).tags).toEqual({
      team: 'research',
      env: 'prod',
    });
    expect(codesOf({ Tags: '{team=a=b}' })).toEqual([[17, 'Tags', 'tags-malformed', '{team=a=b}']]);
  });
});
