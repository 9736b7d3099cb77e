import { describe, expect, it } from '@jest/globals';
import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import type { Obligations } from '../../projections/remaining-obligation/obligations.js';
import type { Concentration } from '../../projections/vendor-concentration/answer.js';
import { evaluate, ViewLacking, type Questions } from './evaluations.js';

type Owed = Obligations['commitments'][number];

const usd = (amount: string) => ({ amount, currency: 'USD' });

const seen = {
  asOf: '2026-06-15',
  knownAt: null,
  ledgerPosition: { 0: 9 },
  lag: 0,
  skipped: 0,
  skippedEvents: [],
};

/** Of 1,000 pledged until the end of 2026, 930 used; its quarters ask for 250 each, and 20 are missing in the second. */
const owed = (changed: Partial<Owed> = {}): Owed => ({
  agreementId: 'deal',
  commitmentId: 'deal.cloud',
  termsVersion: 1,
  name: 'Cloud',
  endsAt: '2027-01-01T00:00:00.000000Z',
  terminatedAt: null,
  total: usd('1000'),
  applied: usd('930'),
  released: usd('0'),
  remaining: usd('70'),
  periods: [
    period(0, '2026-03-31', '0', 'ended'),
    period(1, '2026-06-30', '20', 'running'),
    period(2, '2026-09-30', '0', 'ahead'),
  ],
  dueAtEnd: usd('50'),
  byDue: { pastDue: usd('0'), years: [], thereafter: usd('0'), undated: usd('0') },
  ...changed,
});

const period = (
  index: number,
  dueOn: string,
  due: string,
  state: 'ended' | 'running' | 'ahead',
): Owed['periods'][number] => {
  const nothing = usd('0');
  return {
    ...{ index, start: '2026-01-01T00:00:00.000000Z', end: null, dueOn, state },
    ...{ minimum: usd('250'), rolledIn: nothing, applied: nothing, carriedCredit: nothing },
    ...{ shortfallToDate: nothing, shortfall: usd(due), rolledOut: nothing, due: usd(due) },
  };
};

const rule = (changed: Partial<AlertRule>): AlertRule => ({
  ruleId: 'rule',
  status: 'active',
  version: 1,
  name: 'A rule',
  kind: 'past-due',
  threshold: null,
  currency: null,
  agreementId: null,
  commitmentId: null,
  ...changed,
});

const concentration = (hhi: string | null): Concentration => ({
  ...seen,
  base: 'spend',
  by: 'agreement-vendor',
  bands: 'us-2023',
  window: null,
  hasMore: false,
  next: null,
  currencies: [
    {
      ...{
        currency: 'EUR',
        vendorCount: 0,
        baseAmount: { amount: '9', currency: 'EUR' },
        vendors: [],
      },
      ...{ top1: '0.8', top3: '1', hhi, band: 'high', effectiveNumber: '1.5', months: null },
    },
  ],
});

const questions = (commitments: readonly Owed[], hhi: string | null = null): Questions => ({
  obligations: () => Promise.resolve({ ...seen, commitments }),
  concentration: () => Promise.resolve(concentration(hhi)),
  ...notAsked,
});

const unasked = (): never => {
  throw new Error('nobody needs this');
};
/** What the kinds of this file are not evaluated on. */
const notAsked = {
  ...{ now: '2026-06-15T00:00:00.000000Z', portfolio: unasked, tranches: unasked },
  ...{ heard: unasked, forecast: unasked, viewsBehind: unasked },
};

const found = async (changed: Partial<AlertRule>, asked: Questions) => {
  const [evaluated] = await evaluate([rule(changed)], asked);
  return evaluated?.findings;
};
const subjects = async (changed: Partial<AlertRule>, asked: Questions) =>
  (await found(changed, asked))?.map(({ subject }) => subject);

describe('what a rule finds', () => {
  const remaining = { kind: 'remaining-below', threshold: '70.01', currency: 'USD' } as const;
  const used = { kind: 'utilisation-above', threshold: '0.92' } as const;
  const closes = { kind: 'period-closes-within', threshold: '15' } as const;

  it('less than its threshold remains', async () => {
    expect(await found(remaining, questions([owed()]))).toEqual([
      {
        subject: 'deal.cloud',
        facts: {
          value: usd('70'),
          threshold: usd('70.01'),
          total: usd('1000'),
          applied: usd('930'),
        },
      },
    ]);
    expect(await found({ ...remaining, threshold: '70' }, questions([owed()]))).toEqual([]);
    expect(await found({ ...remaining, currency: 'EUR' }, questions([owed()]))).toEqual([]);
  });

  it('more than its fraction is used', async () => {
    expect(await found(used, questions([owed()]))).toEqual([
      {
        subject: 'deal.cloud',
        facts: {
          ...{ value: '0.93', threshold: '0.92' },
          ...{ total: usd('1000'), applied: usd('930'), remaining: usd('70') },
        },
      },
    ]);
    expect(await found({ ...used, threshold: '0.93' }, questions([owed()]))).toEqual([]);
    expect(await found(used, questions([owed({ total: usd('0') })]))).toEqual([]);
  });

  it.each([
    ['has ended', { endsAt: '2026-06-15T00:00:00.000000Z' }, []],
    ['ends within the day', { endsAt: '2026-06-15T12:00:00.000000Z' }, ['deal.cloud']],
    ['has no end', { endsAt: null }, ['deal.cloud']],
    ['was terminated', { terminatedAt: '2026-05-01T00:00:00.000000Z' }, []],
  ])('of a commitment that %s', async (_, changed, expected) => {
    const asked = questions([owed(changed)]);
    expect(await subjects(remaining, asked)).toEqual(expected);
    expect(await subjects(used, asked)).toEqual(expected);
  });

  it('something is past due, whether the term has ended or not', async () => {
    const byDue = { pastDue: usd('20'), years: [], thereafter: usd('50'), undated: usd('0') };
    const ended = owed({ byDue, endsAt: '2026-05-01T00:00:00.000000Z' });
    expect(await found({ kind: 'past-due' }, questions([owed()]))).toEqual([]);
    expect(await found({ kind: 'past-due' }, questions([ended]))).toEqual([
      {
        subject: 'deal.cloud',
        facts: { value: usd('20'), threshold: null, remaining: usd('70') },
      },
    ]);
  });

  it('a period closes with something missing, and so does the term', async () => {
    expect(await found(closes, questions([owed()]))).toEqual([
      {
        subject: 'deal.cloud/1',
        facts: { value: '15', threshold: '15', on: '2026-06-30', missing: usd('20') },
      },
    ]);
    expect(await found({ ...closes, threshold: '14' }, questions([owed()]))).toEqual([]);
    // The last day of the term is 199 days away.
    expect(await subjects({ ...closes, threshold: '199' }, questions([owed()]))).toEqual([
      'deal.cloud/1',
      'deal.cloud/end',
    ]);
    const onTheDay = owed({ periods: [period(1, '2026-06-15', '20', 'ended')] });
    expect(await found(closes, questions([onTheDay]))).toEqual([]);
  });

  it('the index of a currency is above it', async () => {
    const kind = 'hhi-above';
    expect(await found({ kind, threshold: '6799' }, questions([], '6800.00'))).toEqual([
      {
        subject: 'EUR',
        facts: { value: '6800.00', threshold: '6799', top1: '0.8', vendors: '0' },
      },
    ]);
    expect(await found({ kind, threshold: '6800' }, questions([], '6800.00'))).toEqual([]);
    expect(await found({ kind, threshold: '0' }, questions([]))).toEqual([]);
  });

  it('of all commitments, of an agreement, of one', async () => {
    const other = owed({ agreementId: 'other', commitmentId: 'other.cloud' });
    const asked = questions([owed(), other]);
    expect(await subjects(used, asked)).toEqual(['deal.cloud', 'other.cloud']);
    expect(await subjects({ ...used, agreementId: 'other' }, asked)).toEqual(['other.cloud']);
    expect(await subjects({ ...used, commitmentId: 'deal.cloud' }, asked)).toEqual(['deal.cloud']);
  });

  it('is not known where its question is not answered, and others are evaluated', async () => {
    const asked: Questions = {
      ...questions([owed()]),
      concentration: () =>
        Promise.reject(new ViewLacking('view-behind', 'the view facts is behind the ledger')),
    };
    const rules = [rule(used), rule({ ruleId: 'hhi', kind: 'hhi-above', threshold: '1' })];
    expect(await evaluate(rules, asked)).toMatchObject([
      { rule: { ruleId: 'rule' }, findings: [{ subject: 'deal.cloud' }], unknown: null },
      {
        rule: { ruleId: 'hhi' },
        findings: null,
        unknown: { because: 'view-behind', reason: 'the view facts is behind the ledger' },
      },
    ]);
  });
});
