import { describe, expect, it } from '@jest/globals';
import type { CommandBus } from '@nestjs/cqrs';
import type { RecordRefusals } from '../application/record-refusals.js';
import { RecordUsage } from '../application/record-usage.js';
import type { ItemResult, UsageEvent } from '../contract/usage/usage-event.js';
import { BatchPoster, type BatchOptions } from './batches.js';
import { Tally } from './tally.js';

const OPTIONS: BatchOptions = {
  size: 3,
  inFlight: 2,
  retries: 2,
  backOff: { firstMs: 1, maxMs: 2 },
};
const PRINCIPAL = { tenant: 'demo', name: 'cli:ann', role: 'operator' } as const;

const item = (id: string): { readonly event: UsageEvent } => ({
  event: {
    source: 's',
    id,
    agreement: 'a',
    effectiveAt: '2026-01-01T00:00:00Z',
    currency: 'USD',
    amount: '1',
  },
});

const recorded = ({ source, id }: UsageEvent): ItemResult => ({
  outcome: 'recorded',
  source,
  id,
  shard: 0,
  position: 1,
  hash: 'h',
  gross: '1',
  applied: '0.5',
  overage: '0.5',
  ineligible: '0',
  currency: 'USD',
});

type RecordEvents = (events: readonly UsageEvent[]) => Promise<readonly ItemResult[]>;

const commandsOf = (record: RecordEvents): CommandBus =>
  ({
    execute: (command: RecordUsage | RecordRefusals) =>
      command instanceof RecordUsage
        ? record(command.items.flatMap((item) => ('event' in item ? [item.event] : [])))
        : Promise.resolve(),
  }) as never;

const run = async ({ record }: { readonly record: RecordEvents }, count: number) => {
  const settled: (readonly [string, string])[] = [];
  const poster = new BatchPoster<{ readonly event: UsageEvent }>(
    commandsOf(record),
    PRINCIPAL,
    ({ event }, result) => settled.push([event.id, result.outcome]),
    OPTIONS,
  );
  for (let n = 0; n < count; n += 1) await poster.add(item(`e${n}`));
  await poster.finish();
  return settled;
};

describe('posting in batches', () => {
  it('settles every item once, with a bounded number of batches under way', async () => {
    let underWay = 0;
    let most = 0;
    const sizes: number[] = [];
    const settled = await run(
      {
        record: async (events) => {
          sizes.push(events.length);
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise((resolve) => setTimeout(resolve, 2));
          underWay -= 1;
          return events.map(recorded);
        },
      },
      11,
    );
    expect(new Set(settled.map(([id]) => id)).size).toBe(11);
    expect([settled.length, most, sizes]).toEqual([11, 2, [3, 3, 3, 2]]);
  });

  it('sends again what the ledger could not take, and only that', async () => {
    const asked: string[][] = [];
    const settled = await run(
      {
        record: async (events) => {
          asked.push(events.map(({ id }) => id));
          return events.map((event) =>
            event.id === 'e1' && asked.length < 3
              ? { outcome: 'retry', source: event.source, id: event.id, reason: 'overloaded' }
              : recorded(event),
          );
        },
      },
      3,
    );
    expect(asked).toEqual([['e0', 'e1', 'e2'], ['e1'], ['e1']]);
    expect(settled.map(([, outcome]) => outcome)).toEqual(['recorded', 'recorded', 'recorded']);
  });

  it('gives up after some time and says so', async () => {
    const settled = await run(
      {
        record: async (events) =>
          events.map(({ source, id }) => ({ outcome: 'retry', source, id, reason: 'unknown' })),
      },
      1,
    );
    expect(settled).toEqual([['e0', 'retry']]);
  });

  it('does not send again what the ledger fails on', async () => {
    let asked = 0;
    const settled = await run(
      {
        record: async (events) => {
          asked += 1;
          return events.map(({ source, id }) => ({
            ...{ outcome: 'retry', source, id, reason: 'unrecordable' },
          }));
        },
      },
      2,
    );
    expect([asked, settled]).toEqual([
      1,
      [
        ['e0', 'retry'],
        ['e1', 'retry'],
      ],
    ]);
  });

  it('fails when the ledger fails, at the latest at the end', async () => {
    const broken = { record: () => Promise.reject(new Error('gone')) };
    await expect(run(broken, 20)).rejects.toThrow('gone');
    await expect(run(broken, 1)).rejects.toThrow('gone');
  });
});

describe('counting', () => {
  it('accounts for every row, and adds up what is in the ledger', () => {
    const tally = new Tally();
    tally.item('AWS', recorded(item('a').event));
    tally.item('AWS', { ...recorded(item('b').event), outcome: 'duplicate' } as ItemResult);
    tally.item('AWS', { outcome: 'parked', source: 's', id: 'c', reason: 'agreement-unknown' });
    for (const [id, reason] of [
      ['d', 'overloaded'],
      ['e', 'unrecordable'],
    ] as const)
      tally.item('AWS', { outcome: 'retry', source: 's', id, reason });
    tally.row('Oracle', 'notUsage');
    tally.row(null, 'refused');
    expect(tally.counts).toEqual({
      read: 7,
      recorded: 1,
      duplicate: 1,
      parked: 1,
      refused: 1,
      notUsage: 1,
      unanswered: 1,
      unrecordable: 1,
    });
    expect(tally.inLedger).toEqual([
      {
        provider: 'AWS',
        currency: 'USD',
        rows: 2,
        gross: '2',
        applied: '1',
        overage: '1',
        ineligible: '0',
      },
    ]);
    expect(tally.providers.map(({ provider, read }) => [provider, read])).toEqual([
      ['(unknown)', 1],
      ['AWS', 5],
      ['Oracle', 1],
    ]);
  });
});
