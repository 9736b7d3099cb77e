import { describe, expect, it } from '@jest/globals';
import type { Ledger } from '../ledger/ledger.js';
import { LedgerUnreadable } from '../ledger/postgres/unreadable.js';
import { RecordUsage, RecordUsageHandler } from './record-usage.js';
import type { UsageEvent } from '../contract/usage/usage-event.js';

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
