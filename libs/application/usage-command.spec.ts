import { describe, expect, it } from '@jest/globals';
import { formatUnits, unitsOf } from '../domain/money.js';
import { toRecordDrawdown } from './usage-command.js';
import type { UsageEvent } from '../contract/usage/usage-event.js';

const principal = { tenant: 'acme', name: 'billing-bot' };

const usage = (changes: Partial<UsageEvent> = {}): UsageEvent => ({
  source: 'urn:acme:billing',
  id: 'row-1',
  agreement: 'vendor-lab',
  effectiveAt: '2026-03-01T00:00:00Z',
  currency: 'USD',
  costs: { effective: '12.50', billed: '0' },
  tags: { team: 'research', env: 'prod' },
  ...changes,
});

const digestOf = (changes: Partial<UsageEvent>): string =>
  toRecordDrawdown(usage(changes), principal).digest;

describe('a usage event on its way to the ledger', () => {
  it('asks the book of its agreement, with the agreement beside it', () => {
    const submission = toRecordDrawdown(usage(), principal);
    expect(submission.stream).toEqual({ tenant: 'acme', kind: 'commitment', key: 'vendor-lab' });
    expect(submission.alongside).toEqual({ tenant: 'acme', kind: 'agreement', key: 'vendor-lab' });
    expect(submission.actor).toBe('billing-bot');
    expect(submission.effectiveAt).toBe('2026-03-01T00:00:00.000000Z');
  });

  it.each([
    '0',
    '-7',
    '7.0',
    '7.10',
    '0.000',
    '-0.5',
    '100',
    '100.0',
    '999999999999999999.000000000001',
  ])('writes the amount %s as its value is written, whatever the text', (amount) => {
    const { command } = toRecordDrawdown(usage({ amount, quantity: amount }), principal);
    const charge = { amount: formatUnits(unitsOf(amount)), quantity: formatUnits(unitsOf(amount)) };
    expect(command).toMatchObject({ charge });
  });

  it.each(['-0', '01', '1.', '', '1e3'])('takes %j for what it is: not validated', (amount) => {
    expect(() => toRecordDrawdown(usage({ amount }), principal)).toThrow();
  });

  it('carries amounts, quantities and times in canonical form', () => {
    const { command } = toRecordDrawdown(
      usage({
        amount: '7.10',
        quantity: '2.000',
        chargedFrom: '2026-03-01T01:00:00+01:00',
      }),
      principal,
    );
    expect(command).toMatchObject({
      type: 'RecordDrawdown',
      drawdownId: 'urn:acme:billing row-1',
      charge: {
        category: 'usage',
        costs: { effective: '12.5', billed: '0' },
        amount: '7.1',
        quantity: '2',
        chargedFrom: '2026-03-01T00:00:00.000000Z',
        chargedTo: null,
      },
    });
  });

  it.each([
    ['members in another order', { tags: { env: 'prod', team: 'research' } }],
    ['trailing zeros', { costs: { billed: '0.00', effective: '12.500' } }],
    ['another offset', { effectiveAt: '2026-03-01T02:00:00+02:00' }],
    ['the default category spelt out', { category: 'usage' as const }],
  ])('is the same request with %s', (_, changes) => {
    expect(digestOf(changes)).toBe(digestOf({}));
  });

  it.each([
    ['another amount', { costs: { effective: '12.51', billed: '0' } }],
    ['another agreement', { agreement: 'other-lab' }],
    ['another time', { effectiveAt: '2026-03-01T00:00:00.000001Z' }],
    ['another tag', { tags: { team: 'research' } }],
  ])('is another request with %s', (_, changes) => {
    expect(digestOf(changes)).not.toBe(digestOf({}));
  });
});
