import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Ledger, Outcome } from '../ledger/ledger.js';
import { LedgerUnreadable } from '../ledger/postgres/unreadable.js';
import type { RefusalRecord } from './inbox/refusals.js';
import { RecordUsage, RecordUsageHandler, type UsageItem } from './record-usage.js';
import type { ItemResult, UsageEvent } from '../contract/usage/usage-event.js';

const EVENT: UsageEvent = {
  ...{ source: 'billing', id: '1', agreement: 'a', effectiveAt: '2026-03-01T00:00:00Z' },
  ...{ currency: 'USD', amount: '1' },
};
const POSTER = { tenant: 'acme', name: 'billing', role: 'poster' } as const;

/** A ledger that fails with these, one after the other, and an inbox that has nothing to keep. */
const recording = async (...faults: readonly Error[]) => {
  const left = [...faults];
  const told: unknown[] = [];
  const ledger: Ledger = {
    submit: () => Promise.reject(left.shift() ?? new Error('asked too often')),
    submitTogether: () => Promise.reject(new Error('not asked')),
    close: () => Promise.resolve(),
  };
  const inbox = { refuse: () => Promise.resolve() } as never;
  const handler = new RecordUsageHandler(ledger, inbox, { onFault: (error) => told.push(error) });
  const results = await handler
    .execute(new RecordUsage([{ event: EVENT }], POSTER, 'http'))
    .catch((error: Error) => error);
  return { results, told, left: left.length };
};

describe('a usage event that the ledger fails on', () => {
  const bug = new Error('a bug');
  const { source, id } = EVENT;

  it('is tried twice, told, and to be sent again', async () => {
    const other = new Error('another bug');
    expect(await recording(bug, other)).toEqual({
      results: [{ outcome: 'retry', source, id, reason: 'unrecordable' }],
      told: [other],
      left: 0,
    });
  });

  it.each([
    Object.assign(new Error('disk full'), { code: '53100' }),
    Object.assign(new Error('took too long'), { code: '57014' }),
    new LedgerUnreadable('newer'),
    new Error('Query read timeout'),
    new Error('Connection terminated unexpectedly'),
  ])('is not to blame when the database is: %s', async (fault) => {
    expect(await recording(fault, bug)).toEqual({ results: fault, told: [], left: 1 });
    expect(await recording(bug, fault)).toEqual({ results: fault, told: [], left: 0 });
  });
});

describe('what came together', () => {
  const refusal: RefusalRecord = {
    ...{ tenant: 'acme', source: null, id: null, digest: null },
    problem: { code: 'json-malformed', pointer: '', message: 'is no JSON' },
  };
  const items: readonly UsageItem[] = [
    { event: EVENT },
    { refusal },
    { event: { ...EVENT, id: '2', agreement: 'b' } },
  ];
  const counted: [ItemResult['outcome'], number][] = [];
  const onRecord: string[] = [];
  const ledger = (outcome: Outcome): Ledger => ({
    submit: () => Promise.resolve(outcome),
    submitTogether: (all) => Promise.resolve(all.map(() => outcome)),
    close: () => Promise.resolve(),
  });
  const inbox = {
    refuse: (_: string, refusals: readonly RefusalRecord[]) => {
      onRecord.push(...refusals.map(({ problem }) => problem.code));
      return Promise.resolve();
    },
  } as never;
  const record = (outcome: Outcome, some: readonly UsageItem[], atomic: boolean) =>
    new RecordUsageHandler(ledger(outcome), inbox, {
      count: (_, became, count) => counted.push([became, count]),
    }).execute(new RecordUsage(some, POSTER, 'http', atomic));
  beforeEach(() => {
    counted.length = onRecord.length = 0;
  });

  it('is answered item by item in its order, and what the edge refused is on record', async () => {
    const results = await record({ outcome: 'overloaded' }, items, false);
    expect(results).toEqual([
      { outcome: 'retry', source: 'billing', id: '1', reason: 'overloaded' },
      { outcome: 'refused', source: null, id: null, problems: [refusal.problem] },
      { outcome: 'retry', source: 'billing', id: '2', reason: 'overloaded' },
    ]);
    expect(onRecord).toEqual(['json-malformed']);
    expect(counted).toEqual([
      ['retry', 2],
      ['refused', 1],
    ]);
  });

  it.each([
    ['of what the edge refused', items.slice(0, 2), ['retry abandoned', 'refused json-malformed']],
    [
      'of two agreements',
      [items[0]!, items[2]!],
      ['retry abandoned', 'refused atomic-spans-agreements'],
    ],
  ])('is not recorded as a whole because %s', async (_, some, became) => {
    const results = await record({ outcome: 'unknown' }, some, true);
    expect(
      results.map((one) =>
        one.outcome === 'refused'
          ? `refused ${one.problems[0]?.code}`
          : `retry ${'reason' in one ? one.reason : ''}`,
      ),
    ).toEqual(became);
    expect(onRecord).toHaveLength(1);
  });

  it('is refused as a whole when its agreement is unknown: nothing of it waits', async () => {
    const rejection = { name: 'AgreementUnknown', facts: { agreementId: 'a' } };
    const [result] = await record({ outcome: 'rejected', rejection }, items.slice(0, 1), true);
    expect(result).toMatchObject({
      outcome: 'refused',
      problems: [{ code: 'agreement-unknown', pointer: '/agreement' }],
    });
    expect(onRecord).toEqual(['agreement-unknown']);
  });
});
