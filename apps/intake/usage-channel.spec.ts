import { describe, expect, it } from '@jest/globals';
import type { ItemResult, UsageEvent } from '../../libs/application/usage-event.js';
import { usageChannel } from './usage-channel.js';

const event = (id: string): UsageEvent => ({
  source: 'billing',
  id,
  agreement: 'a',
  effectiveAt: '2026-03-01T00:00:00Z',
  currency: 'USD',
  amount: '1',
});

const TOPICS = { usageIngest: 'in', usageDeadLetters: 'dlq' };

/** Records into a ledger that fails with `fault` whenever the event `bad` is among what it gets. */
const take = async (messages: readonly (readonly [string, string])[], fault: Error) => {
  const calls: string[] = [];
  const channel = usageChannel(
    {
      recorder: {
        record: (events: readonly UsageEvent[], { tenant }: { readonly tenant: string }) => {
          calls.push(`${tenant} ${events.map(({ id }) => id).join()}`);
          if (events.some(({ id }) => id === 'bad')) return Promise.reject(fault);
          return Promise.resolve(
            events.map(({ source, id }): ItemResult =>
              id === 'later'
                ? { outcome: 'retry', source, id, reason: 'unknown' }
                : { outcome: 'parked', source, id, reason: 'agreement-unknown' },
            ),
          );
        },
      },
      pool: { query: () => Promise.resolve() },
    } as never,
    TOPICS,
  );
  const verdicts = await channel
    .take(messages.map(([tenant, id]) => ({ tenant, event: event(id) })))
    .then((all) =>
      all.map((one) => (one.kind === 'refused' ? `${one.id} ${one.problem.code}` : one.kind)),
    );
  return { calls, verdicts };
};

describe('the events of a batch', () => {
  it('go to the ledger together, tenant by tenant, and keep their order', async () => {
    const messages = [
      ['x', '1'],
      ['y', 'later'],
      ['x', '2'],
    ] as const;
    expect(await take(messages, new Error())).toEqual({
      calls: ['x 1,2', 'y later'],
      verdicts: ['settled', 'retry', 'settled'],
    });
  });

  it('are recorded one by one when the ledger fails on one of them', async () => {
    const messages = [
      ['x', '1'],
      ['x', 'bad'],
      ['x', '2'],
    ] as const;
    expect(await take(messages, new Error('a bug'))).toEqual({
      calls: ['x 1,bad,2', 'x 1', 'x bad', 'x 2'],
      verdicts: ['settled', 'bad unrecordable', 'settled'],
    });
  });

  it('all wait when the database does not answer, though it answers the next question', async () => {
    for (const message of ['Query read timeout', 'Connection terminated unexpectedly'])
      await expect(take([['x', 'bad']], new Error(message))).rejects.toThrow(message);
  });

  it('all wait when it is the database that fails', async () => {
    const full = Object.assign(new Error('disk full'), { code: '53100' });
    await expect(take([['x', 'bad']], full)).rejects.toThrow('disk full');
  });
});
