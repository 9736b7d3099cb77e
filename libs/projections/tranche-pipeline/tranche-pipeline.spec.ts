import { describe, expect, it } from '@jest/globals';
import type { DomainEvent } from '../../domain/events.js';
import { history, viewOf } from '../testing/entries.js';
import { usd } from '../../domain/testing/builders.js';
import { funded, invested, milestone, SAMPLES, tranche } from '../../domain/testing/samples.js';
import { tranchePipelinesOf, tranchePipelineWanted } from './query.js';
import { factsProjection } from '../facts/facts.js';

const APPROVAL = 'deal.equity.approval';
const gated = { gate: { milestone: APPROVAL } };

/** The investment after these events, each recorded on the day that stands before it. */
const after = (asOf: string, ...events: readonly (readonly [string, DomainEvent])[]) => {
  const entries = history(
    ...events.map(([day, event]) => ({ event, effective: day, recorded: day })),
  );
  const investmentId = 'deal.equity';
  const { rows, asked } = viewOf([factsProjection], entries, { asOf }, () =>
    tranchePipelineWanted({ investmentId }),
  );
  return tranchePipelinesOf(rows, asked)[0]!;
};

const agreed: readonly (readonly [string, DomainEvent])[] = [
  ['2026-01-01', invested()],
  ['2026-01-02', milestone()],
  ['2026-01-03', tranche(gated)],
];

const amounts = (pipeline: ReturnType<typeof after>, of: 'firm' | 'contingentTranches' = 'firm') =>
  Object.fromEntries(
    Object.entries(pipeline[of])
      .filter(([, { amount }]) => amount !== '0')
      .map(([name, { amount }]) => [name, amount]),
  );

describe('the tranche pipeline', () => {
  it('waits at the gate and names what is missing', () => {
    const pipeline = after('2026-02-01', ...agreed);
    expect(amounts(pipeline)).toEqual({ agreed: '300', gated: '300' });
    expect(pipeline.tranches).toMatchObject([
      { stage: 'gated', gateOpen: false, missing: [APPROVAL], unfunded: usd('300') },
    ]);
    expect(pipeline.milestones).toMatchObject([{ status: 'pending', overdue: false }]);
  });

  it.each([
    ['attested only', [SAMPLES.MilestoneAttested], 'gated', 'attested'],
    ['met', [SAMPLES.MilestoneAttested, SAMPLES.MilestoneMet], 'eligible', 'met'],
    ['missed', [SAMPLES.MilestoneAttested, SAMPLES.MilestoneMissed], 'gated', 'missed'],
    [
      'declined',
      [SAMPLES.MilestoneAttested, SAMPLES.MilestoneAttestationDeclined],
      'gated',
      'pending',
    ],
    ['waived', [SAMPLES.MilestoneWaived], 'eligible', 'waived'],
    ['extended', [SAMPLES.MilestoneMissed, SAMPLES.MilestoneExtended], 'gated', 'pending'],
  ] as const)('with its milestone %s', (_, events, stage, status) => {
    const pipeline = after(
      '2026-03-01',
      ...agreed,
      ...events.map((event) => ['2026-02-01', event] as const),
    );
    expect(pipeline.tranches[0]!.stage).toBe(stage);
    expect(pipeline.milestones[0]!.status).toBe(status);
    expect(amounts(pipeline)).toEqual({ agreed: '300', [stage]: '300' });
  });

  it('keeps what is paid apart from what is still called', () => {
    const pipeline = after(
      '2026-03-01',
      ['2026-01-01', invested()],
      ['2026-01-03', tranche()],
      ['2026-02-01', SAMPLES.TrancheCalled],
      ['2026-02-15', funded('100', '2026-02-15')],
    );
    expect(amounts(pipeline)).toEqual({ agreed: '300', funded: '100', called: '200' });
    expect(pipeline.tranches[0]).toMatchObject({
      stage: 'called',
      calledAt: '2026-02-01T00:00:00.000000Z',
      funded: usd('100'),
    });
  });

  it('counts a payment from its value date, not from when it was entered', () => {
    const events = [
      ['2026-01-01', invested()],
      ['2026-01-03', tranche()],
      ['2026-02-01', SAMPLES.TrancheCalled],
      ['2026-02-15', funded('300', '2026-03-20')],
    ] as const;
    expect(amounts(after('2026-03-19', ...events))).toEqual({ agreed: '300', called: '300' });
    expect(after('2026-03-20', ...events).tranches[0]!.stage).toBe('funded');
  });

  it.each([
    ['lapsed', SAMPLES.TrancheLapsed],
    ['cancelled', SAMPLES.TrancheCancelled],
  ] as const)('shows what has %s', (stage, event) => {
    const pipeline = after('2026-03-01', ...agreed, ['2026-02-01', event]);
    expect(amounts(pipeline)).toEqual({ agreed: '300', [stage]: '300' });
  });

  it('never adds contingent to firm', () => {
    const contingent = tranche({
      trancheId: 'deal.equity.upto',
      number: 2,
      amount: usd('200'),
      contingent: true,
    });
    const pipeline = after('2026-02-01', ...agreed, ['2026-01-04', contingent]);
    expect(amounts(pipeline)).toEqual({ agreed: '300', gated: '300' });
    expect(amounts(pipeline, 'contingentTranches')).toEqual({ agreed: '200', eligible: '200' });
    expect([pipeline.total, pipeline.contingent]).toEqual([usd('500'), usd('200')]);
  });

  it('opens an any-gate by one milestone, an all-gate by both', () => {
    const other = 'deal.equity.revenue';
    const both = [{ milestone: APPROVAL }, { milestone: other }];
    const met = ['2026-02-01', SAMPLES.MilestoneMet] as const;
    const base = [...agreed.slice(0, 2), ['2026-01-02', milestone(other)] as const, met];
    const any = after('2026-03-01', ...base, ['2026-01-03', tranche({ gate: { any: both } })]);
    expect(any.tranches[0]).toMatchObject({ stage: 'eligible', missing: [] });
    const all = after('2026-03-01', ...base, ['2026-01-03', tranche({ gate: { all: both } })]);
    expect(all.tranches[0]).toMatchObject({ stage: 'gated', missing: [other] });
  });

  it('tells a milestone that nobody has decided after its date', () => {
    expect(after('2026-07-01', ...agreed).milestones[0]!.overdue).toBe(true);
  });
});
