import { describe, expect, it } from '@jest/globals';
import { PledgeCommitmentBody } from './bodies.js';
import { toAgreeTranche } from '../investments/to-command.js';
import { toPledgeCommitment } from './to-command.js';
import { RampDoesNotFit } from './to-terms.js';
import { validateBody } from '../validation/validate.js';

const BODY = {
  id: 'cloud',
  name: 'Cloud spend',
  total: { amount: '1000.00', currency: 'USD' },
  basis: 'effective' as const,
  startsAt: '2026-01-01T01:00:00+01:00',
  endsAt: '2028-01-01T00:00:00Z',
  schedule: { mode: 'total-only' as const },
};

const pledged = (schedule: object, more: object = {}) => {
  const body = { ...BODY, ...more, schedule } as PledgeCommitmentBody;
  expect(validateBody(PledgeCommitmentBody, body)).toEqual([]);
  const command = toPledgeCommitment('amazon-anthropic', body);
  if (command.type !== 'PledgeCommitment') throw new Error(command.type);
  return command;
};

describe('a pledge from the wire', () => {
  it('has full ids, canonical texts and every default', () => {
    expect(pledged({ mode: 'total-only' })).toEqual({
      type: 'PledgeCommitment',
      agreementId: 'amazon-anthropic',
      commitmentId: 'amazon-anthropic.cloud',
      terms: {
        name: 'Cloud spend',
        total: { amount: '1000', currency: 'USD' },
        basis: 'effective',
        startsAt: '2026-01-01T00:00:00.000000Z',
        endsAt: '2028-01-01T00:00:00.000000Z',
        schedule: {
          mode: 'total-only',
          periods: [
            {
              start: '2026-01-01T00:00:00.000000Z',
              end: '2028-01-01T00:00:00.000000Z',
              minimum: null,
            },
          ],
          excessCarriesForward: false,
          rolloverFraction: null,
        },
        countedCategories: ['usage', 'purchase'],
        eligibility: [],
        caps: [],
        priority: 0,
        stackable: false,
      },
    });
  });

  it.each([
    ['flat', { kind: 'flat' }, ['500', '500']],
    ['linear', { kind: 'linear', first: '400', last: '600.00' }, ['400', '600']],
    [
      'step',
      {
        kind: 'step',
        steps: [
          { periods: 1, minimum: '300' },
          { periods: 1, minimum: '700' },
        ],
      },
      ['300', '700'],
    ],
    ['custom', { kind: 'custom', minimums: ['1', '999'] }, ['1', '999']],
  ])('expands a %s ramp', (_, ramp, minimums) => {
    const { terms } = pledged({
      mode: 'sum-of-periods',
      ramp: { every: 'contract-year', ...ramp },
    });
    expect(terms.schedule.periods.map(({ minimum }) => minimum)).toEqual(minimums);
  });

  it('refuses a ramp that does not fit its term', () => {
    const ramp = { kind: 'custom', every: 'month', minimums: ['1'] };
    expect(() => pledged({ mode: 'sum-of-periods', ramp })).toThrow(RampDoesNotFit);
    const flat = { kind: 'flat', every: 'month' };
    expect(() => pledged({ mode: 'sum-of-periods', ramp: flat }, { endsAt: undefined })).toThrow(
      RampDoesNotFit,
    );
    const long = { endsAt: '2046-02-01T00:00:00Z' };
    expect(() => pledged({ mode: 'total-only', ramp: flat }, long)).toThrow(
      'there are more than 240 periods',
    );
    const nothing = { kind: 'linear', every: 'month', first: '0', last: '0.00' };
    expect(() => pledged({ mode: 'period-minimums', ramp: nothing })).toThrow(RampDoesNotFit);
  });
});

describe('a tranche from the wire', () => {
  it('names milestones of its own investment in full', () => {
    const command = toAgreeTranche('a.equity', {
      id: 'one',
      number: 1,
      amount: { amount: '5.00', currency: 'USD' },
      gate: { all: [{ milestone: 'm' }, { any: [{ milestone: 'a.debt.n' }] }] },
    });
    expect(command).toMatchObject({
      trancheId: 'a.equity.one',
      agreementId: 'a',
      contingent: false,
      gate: { all: [{ milestone: 'a.equity.m' }, { any: [{ milestone: 'a.debt.n' }] }] },
    });
  });
});
