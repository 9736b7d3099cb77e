import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { RecordUsage } from '../../libs/application/record-usage.js';
import type { ItemResult, UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { usageChannel } from './usage-channel.js';

const event = (id: string): UsageEvent => ({
  source: 'billing',
  id,
  agreement: 'a',
  effectiveAt: '2026-03-01T00:00:00Z',
  currency: 'USD',
  amount: '1',
});

const REASONS = { later: 'unknown', bad: 'unrecordable' } as const;

const TOPICS = { usageIngest: 'in', usageDeadLetters: 'dlq' };

/** Records into a ledger that fails on the event `bad`, and into an inbox that fails on `worse`; with `fault`, neither works. */
const take = async (
  messages: readonly (readonly [string, string])[],
  fault?: Error,
  query: () => Promise<void> = () => Promise.resolve(),
) => {
  const calls: string[] = [];
  const channel = usageChannel(
    {
      commands: {
        execute: ({ items, principal: { tenant } }: RecordUsage) => {
          const events = items.flatMap((item) => ('event' in item ? [item.event] : []));
          calls.push(`${tenant} ${events.map(({ id }) => id).join()}`);
          if (fault !== undefined) return Promise.reject(fault);
          if (events.some(({ id }) => id === 'worse')) return Promise.reject(new Error('a bug'));
          return Promise.resolve(
            events.map(({ source, id }): ItemResult =>
              id === 'later' || id === 'bad'
                ? { outcome: 'retry', source, id, reason: REASONS[id] }
                : { outcome: 'parked', source, id, reason: 'agreement-unknown' },
            ),
          );
        },
      },
      pool: { query },
    } as never,
    TOPICS,
    pino({ level: 'silent' }),
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
    expect(await take(messages)).toEqual({
      calls: ['x 1,2', 'y later'],
      verdicts: ['settled', 'retry', 'settled'],
    });
  });

  it('do not wait for one that the ledger fails on, which goes to the dead letters', async () => {
    const messages = [
      ['x', '1'],
      ['x', 'bad'],
      ['x', '2'],
    ] as const;
    expect(await take(messages)).toEqual({
      calls: ['x 1,bad,2'],
      verdicts: ['settled', 'bad unrecordable', 'settled'],
    });
  });

  it('are recorded one by one when one of them cannot even be parked', async () => {
    const messages = [
      ['x', '1'],
      ['x', 'worse'],
      ['x', '2'],
    ] as const;
    expect(await take(messages)).toEqual({
      calls: ['x 1,worse,2', 'x 1', 'x worse', 'x 2'],
      verdicts: ['settled', 'worse unrecordable', 'settled'],
    });
  });

  it('all wait when the ledger fails on all of them', async () => {
    const full = Object.assign(new Error('disk full'), { code: '53100' });
    await expect(take([['x', '1']], full)).rejects.toThrow('disk full');
  });

  it('all wait when the database does not answer any more: none is to blame', async () => {
    const gone = () => Promise.reject(new Error('gone'));
    await expect(take([['x', 'bad']], undefined, gone)).rejects.toThrow('gone');
  });
});
