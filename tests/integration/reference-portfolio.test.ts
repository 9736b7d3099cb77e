import { handle } from '../../libs/application/handle.js';
import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { FOCUS_1_0_HEADER, generateUsage } from '../../infra/reference-portfolio/generate-usage.js';
import { madeUp } from '../../infra/reference-portfolio/made-up.js';
import { readPortfolio } from '../../infra/reference-portfolio/portfolio.js';
import { PORTFOLIO_SOURCE, seedReferencePortfolio } from '../../infra/reference-portfolio/seed.js';
import { AGREEMENTS_WITH_USAGE } from '../../infra/reference-portfolio/usage-profiles.js';
import { toRecordDrawdown } from '../../libs/application/usage-command.js';
import type { UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { unitsOf } from '../../libs/domain/money.js';
import { toChargeRow } from '../../libs/deliveries/focus/charge-row.js';
import { Occurrences } from '../../libs/deliveries/focus/occurrences.js';
import { readFocus } from '../../libs/deliveries/focus/read-focus.js';
import { rowId } from '../../libs/deliveries/focus/row-identity.js';
import { chargeToUsageEvent } from '../../libs/deliveries/focus/to-usage-event.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { MemoryLedger } from '../../libs/ledger/memory/memory-ledger.js';
import type { RecordedEntry } from '../../libs/ledger/ledger.js';

const TODAY = '2026-11-21';
const MILLION = unitsOf('1000000');

/** What the demo shows on TODAY, in whole millions of USD. */
const STORIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // A drop in the bucket of 100 billion.
  'amazon-anthropic': {
    'cloud 0': 'applied 3551, overage 0, ineligible 3',
    'cloud 0 marketplace': 'applied 111, overage 0, ineligible 0',
  },
  // The first year of the ramp is 500, so it ended short; the marketplace cap bites at 5 % of it.
  'microsoft-openai': {
    'azure-ramp 0': 'applied 369, overage 0, ineligible 0',
    'azure-ramp 0 marketplace': 'applied 25, overage 0, ineligible 7',
    'azure-ramp 1': 'applied 30, overage 0, ineligible 0',
    'azure-ramp 1 marketplace': 'applied 1, overage 0, ineligible 0',
  },
  // 700 is used up, the rest is overage.
  'google-anthropic': {
    'compute 0': 'applied 700, overage 79, ineligible 0',
    'compute 0 marketplace': 'applied 0, overage 20, ineligible 19',
  },
  // Accelerators go to the quarterly minimums first, everything else to the pool.
  'amazon-openai': {
    'capacity 0': 'applied 173, overage 0, ineligible 0',
    'capacity 1': 'applied 215, overage 0, ineligible 0',
    'capacity 2': 'applied 225, overage 0, ineligible 0',
    'capacity 3': 'applied 311, overage 0, ineligible 0',
    'capacity 4': 'applied 107, overage 0, ineligible 0',
    'cloud 0': 'applied 1243, overage 0, ineligible 0',
    'cloud 0 marketplace': 'applied 43, overage 0, ineligible 0',
  },
};
const TENANT = 'demo';

/** Decides at noon of the day, so that a second run can be on another day. */
const ledgerAt = (day: { today: string }): MemoryLedger =>
  new MemoryLedger({ deciders, clock: () => Date.parse(`${day.today}T12:00:00Z`) * 1000 });

const seed = (ledger: MemoryLedger, today: string) =>
  seedReferencePortfolio({
    decide: (envelope) => handle(ledger, envelope),
    ...{ reader: ledger, tenant: TENANT, today, actor: 'demo-operator' },
  });

const everything = async (ledger: MemoryLedger): Promise<readonly RecordedEntry[]> => {
  const shards = await Promise.all(
    Array.from({ length: ledger.shardCount }, (_, shard) => ledger.read(shard, 0, 10_000)),
  );
  return shards.flat();
};

const usageOf = async (agreement: string, rows: number): Promise<readonly UsageEvent[]> => {
  const lines = generateUsage({ agreementId: agreement, today: TODAY, rows });
  const occurrences = new Occurrences();
  const events: UsageEvent[] = [];
  for await (const row of readFocus(Readable.from(lines))) {
    if (row.kind !== 'row') throw new Error(JSON.stringify(row));
    const charge = toChargeRow(row);
    if (charge.kind === 'refused') throw new Error(JSON.stringify(charge));
    if (charge.kind === 'charge')
      events.push(chargeToUsageEvent(charge, rowId(charge, occurrences), agreement));
  }
  return events;
};

describe('the reference portfolio', () => {
  it('is accepted whole by the real deciders', async () => {
    const ledger = ledgerAt({ today: TODAY });
    const result = await seed(ledger, TODAY);
    const entries = await everything(ledger);
    expect(result).toEqual({ commands: result.commands, skipped: 0, day: TODAY });
    expect(entries.filter(({ event }) => event.type === 'AgreementActivated')).toHaveLength(5);
    expect(entries.every(({ source }) => source === PORTFOLIO_SOURCE)).toBe(true);
  });

  it.each(['2026-02-28', '2028-02-29', '2027-01-01', '2026-12-31'])(
    'is accepted when it is first loaded on %s',
    async (today) => {
      expect(await seed(ledgerAt({ today }), today)).toMatchObject({ skipped: 0, day: today });
    },
  );

  it('records nothing when it is loaded again, also on another day', async () => {
    const clock = { today: TODAY };
    const ledger = ledgerAt(clock);
    const { commands } = await seed(ledger, TODAY);
    const before = await everything(ledger);
    clock.today = '2027-03-05';
    expect(await seed(ledger, '2027-03-05')).toEqual({
      commands: 0,
      skipped: commands,
      day: TODAY,
    });
    expect(await everything(ledger)).toEqual(before);
  });

  it('keeps the dates of the first run when that was interrupted', async () => {
    const clock = { today: TODAY };
    const ledger = ledgerAt(clock);
    let left = 20;
    const dying = Object.assign(Object.create(ledger) as MemoryLedger, {
      submit: (submission: Parameters<MemoryLedger['submit']>[0]) => {
        left -= 1;
        if (left < 0) throw new Error('killed');
        return ledger.submit(submission);
      },
    });
    await expect(seed(dying, TODAY)).rejects.toThrow('killed');
    clock.today = '2026-11-22';
    expect(await seed(ledger, '2026-11-22')).toMatchObject({ skipped: 20, day: TODAY });
    const whole = ledgerAt({ today: TODAY });
    await seed(whole, TODAY);
    const told = (entries: readonly RecordedEntry[]) =>
      entries.map(({ id, effectiveAt, event }) => ({ id, effectiveAt, event }));
    expect(told(await everything(ledger))).toEqual(told(await everything(whole)));
  });

  it('has milestones of every kind, each attested and approved by two people', async () => {
    const ledger = ledgerAt({ today: TODAY });
    await seed(ledger, TODAY);
    const events = (await everything(ledger)).map(({ event }) => event);
    const types = new Set(events.map(({ type }) => type));
    for (const type of ['MilestoneMet', 'MilestoneMissed', 'MilestoneWaived', 'MilestoneExtended'])
      expect(types).toContain(type);
    for (const event of events) {
      if (event.type === 'MilestoneMet')
        expect(event.body.approvedBy).not.toBe(event.body.attestedBy);
    }
  });

  it('pledges and tells nothing before it was reported', async () => {
    const ledger = ledgerAt({ today: TODAY });
    await seed(ledger, TODAY);
    const entries = await everything(ledger);
    const effective = (id: string) => entries.find((entry) => entry.id === id)?.effectiveAt;
    expect(effective('amazon-anthropic.cloud/pledge')).toBe('2026-04-21T00:00:00.000000Z');
    expect(effective('amazon-anthropic/claim/pledge')).toBe('2026-04-20T00:00:00.000000Z');
    expect(effective('amazon-openai/claim/aws-38')).toBe('2025-11-03T00:00:00.000000Z');
    const early = entries.filter(
      ({ event, effectiveAt }) =>
        event.type === 'AgreementNoted' &&
        event.body.agreementId === 'amazon-anthropic' &&
        effectiveAt < '2026-04-01',
    );
    expect(early).toEqual([]);
  });

  it('names a source for every claim, and calls synthetic what is made up', () => {
    const { deals } = readPortfolio();
    for (const { claims, commitments } of deals) {
      for (const { source } of claims) expect(source).toMatch(/^(press, |synthetic, )/);
      const told = claims.filter(({ source }) => source === 'synthetic, for the demo');
      for (const { id } of commitments)
        expect(told.map(({ text }) => text)).toContainEqual(
          expect.stringContaining(`commitment ${id}`),
        );
      for (const { id, name } of commitments) {
        const isReported = ['AWS spend pledge (end unknown)', 'AWS spend commitment, seven years'];
        if (!isReported.includes(name))
          expect([id, name]).toEqual([id, expect.stringContaining('(synthetic)')]);
      }
    }
    expect(deals.find(({ id }) => id === 'microsoft-mistral')?.commitments).toEqual([]);
    expect(madeUp(readPortfolio())).toContain(
      'the commitments microsoft-openai.azure-ramp, google-anthropic.compute, amazon-openai.capacity; ' +
        'the investment amazon-openai.equity.',
    );
  });
});

describe('the synthetic usage', () => {
  it('is the same on every run, and another with another seed', async () => {
    const text = async (seedNumber: number): Promise<string> => {
      let all = '';
      for await (const line of generateUsage({
        agreementId: 'amazon-openai',
        today: TODAY,
        rows: 400,
        seed: seedNumber,
      }))
        all += line;
      return all;
    };
    expect(await text(1)).toBe(await text(1));
    expect(await text(1)).not.toBe(await text(2));
  });

  it('says in every row that it is synthetic', async () => {
    const at = FOCUS_1_0_HEADER.indexOf('ChargeDescription');
    let rows = 0;
    for await (const line of generateUsage({
      agreementId: 'google-anthropic',
      today: TODAY,
      rows: 500,
    })) {
      if (rows > 0) expect(line.split(',')[at]).toMatch(/^Synthetic: /);
      rows += 1;
    }
    expect(rows).toBe(1 + 500 + 12 * 3 + 4);
  });

  it('has a story for each agreement with usage', () => {
    expect(Object.keys(STORIES)).toEqual(AGREEMENTS_WITH_USAGE);
  });

  it.each(Object.entries(STORIES))(
    'of %s is recorded without a refusal',
    async (agreement, told) => {
      const ledger = ledgerAt({ today: TODAY });
      await seed(ledger, TODAY);
      const events = await usageOf(agreement, 800);
      const outcomes = await Promise.all(
        events.map((event) =>
          ledger.submit(toRecordDrawdown(event, { tenant: TENANT, name: 'demo' })),
        ),
      );
      expect(outcomes.filter(({ outcome }) => outcome !== 'appended')).toEqual([]);
      expect(await story(ledger, agreement)).toEqual(told);
    },
  );
});

/** Sums per commitment, period and class. */
const story = async (ledger: MemoryLedger, agreement: string) => {
  const entries = await ledger.readStream({ tenant: TENANT, kind: 'commitment', key: agreement });
  const sums = new Map<string, Record<'applied' | 'overage' | 'ineligible', bigint>>();
  for (const { event } of entries) {
    if (event.type !== 'DrawdownRecorded') continue;
    for (const { commitmentId, period, ...line } of event.body.lines) {
      const key = `${commitmentId.split('.')[1]} ${period} ${line.class}`.trim();
      const sum = sums.get(key) ?? { applied: 0n, overage: 0n, ineligible: 0n };
      for (const part of ['applied', 'overage', 'ineligible'] as const)
        sum[part] += unitsOf(line[part]);
      sums.set(key, sum);
    }
  }
  const millions = (units: bigint): string => String(units / MILLION);
  return Object.fromEntries(
    [...sums]
      .sort()
      .map(([key, { applied, overage, ineligible }]) => [
        key,
        `applied ${millions(applied)}, overage ${millions(overage)}, ineligible ${millions(ineligible)}`,
      ]),
  );
};
