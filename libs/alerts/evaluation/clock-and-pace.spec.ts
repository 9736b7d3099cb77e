import { describe, expect, it } from '@jest/globals';
import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import type { CommitmentStanding } from '../../projections/portfolio/answer.js';
import { found, usd, type Given, type Milestone } from './testing.js';
import type { ViewBehind } from './views.js';

/** Planned 400 of 1,000 by now, and 300 applied: a quarter is missing. */
const standing = (changed: Partial<CommitmentStanding> = {}): CommitmentStanding => ({
  ...{ commitmentId: 'deal.cloud', name: 'Cloud', agreementId: 'deal', agreement: 'The deal' },
  ...{ agreementStatus: 'active', state: 'running', terminatedAt: null },
  vendor: { partyId: 'vendor', name: 'Vendor' },
  customer: { partyId: 'lab', name: 'Lab' },
  startsAt: '2026-01-01T00:00:00.000000Z',
  endsAt: '2027-01-01T00:00:00.000000Z',
  ...{ total: usd('1000'), applied: usd('300'), released: usd('0'), remaining: usd('700') },
  utilisation: '0.3',
  pace: pace('0.75'),
  pastDue: usd('0'),
  nextDue: null,
  projectedEnd: { on: null, outcome: 'no-recent-use' },
  risk: { level: 'medium', reason: 'behind-pace' },
  ...changed,
});

const pace = (paceRatio: string | null): CommitmentStanding['pace'] => ({
  ...{ recentDays: 30, recentApplied: usd('30'), recentPerDay: usd('1'), planned: usd('400') },
  ...{ state: 'behind', required: usd('200'), requiredBy: '2026-06-30', daysLeft: 15 },
  ...{ requiredPerDay: usd('13.33'), paceRatio },
});

const milestone = (changed: Partial<Milestone> = {}): Milestone => ({
  ...{ milestoneId: 'deal.equity.approval', definition: 'Approved', status: 'pending' },
  ...{ claimed: null, by: null, dueAt: '2026-06-25T09:00:00.000000Z', overdue: false },
  ...changed,
});

describe('behind its pace by', () => {
  const behind = { kind: 'behind-pace-by', threshold: '0.2' } as const;

  it('more than the rule says: 300 of a planned 400 is a quarter behind', async () => {
    expect(await found(behind, { standings: [standing()] })).toEqual([
      {
        subject: 'deal.cloud',
        facts: {
          ...{ value: '0.25', threshold: '0.2', applied: usd('300'), planned: usd('400') },
          ...{ recentPerDay: usd('1'), requiredPerDay: usd('13.33'), requiredBy: '2026-06-30' },
        },
      },
    ]);
    expect(await found({ ...behind, threshold: '0.25' }, { standings: [standing()] })).toEqual([]);
  });

  it.each([
    ['whose term is ahead', { state: 'ahead' }],
    ['whose term is over', { state: 'ended' }],
    ['of an agreement that is only proposed', { agreementStatus: 'proposed' }],
    ['that has nothing to compare with', { pace: pace(null) }],
    ['that was terminated', { pace: null, state: 'terminated' }],
  ] as const)('and not of one %s', async (_, changed) => {
    expect(await found(behind, { standings: [standing(changed)] })).toEqual([]);
  });
});

describe('a milestone', () => {
  const due = { kind: 'milestone-due-within', threshold: '10' } as const;
  const missed = { kind: 'milestone-missed' } as const;

  it('is due within ten days of its day, whatever the hour', async () => {
    expect(await found(due, { milestones: [milestone()] })).toEqual([
      {
        subject: 'deal.equity.approval',
        facts: { value: '10', threshold: '10', on: '2026-06-25', status: 'pending' },
      },
    ]);
    expect(await found({ ...due, threshold: '9' }, { milestones: [milestone()] })).toEqual([]);
    const elsewhere = { ...due, agreementId: 'other' };
    expect(await found(elsewhere, { milestones: [milestone()] })).toEqual([]);
  });

  it.each([
    ['met', { status: 'met' }, [], []],
    ['waived', { status: 'waived' }, [], []],
    ['claimed and not approved', { status: 'attested' }, ['10'], []],
    ['without a date', { dueAt: null }, [], []],
    ['overdue', { overdue: true, dueAt: '2026-06-14T09:00:00.000000Z' }, [], ['overdue']],
    ['missed', { status: 'missed' }, [], ['missed']],
  ] as const)('that is %s', async (_, changed, ofDue, ofMissed) => {
    const milestones = [milestone(changed)];
    const values = async (rule: Partial<AlertRule>) =>
      (await found(rule, { milestones }))?.map(({ facts }) => facts['value']);
    expect(await values(due)).toEqual(ofDue);
    expect(await values(missed)).toEqual(ofMissed);
  });
});

describe('ingest is silent', () => {
  const silent = { kind: 'ingest-silent-for', threshold: '48' } as const;
  const first = '2026-02-01T00:00:00.000000Z';
  const heardAt = (usage: string | null, since = first) =>
    new Map([['deal', { first: since, usage }]]);

  it('from 48 full hours after the last usage on', async () => {
    const heard = heardAt('2026-06-13T12:00:00.000000Z');
    expect(await found(silent, { standings: [standing()], heard })).toEqual([
      {
        subject: 'deal',
        facts: {
          ...{ value: '48', threshold: '48', since: '2026-06-13T12:00:00Z' },
          lastUsage: '2026-06-13T12:00:00Z',
        },
      },
    ]);
    const later = heardAt('2026-06-13T12:00:00.000001Z');
    expect(await found(silent, { standings: [standing()], heard: later })).toEqual([]);
  });

  it('of an agreement that never had any, since the first commitment began or was recorded', async () => {
    const since = async (given: Given) =>
      (await found(silent, given))?.map(({ facts }) => [facts['since'], facts['lastUsage']]);
    const second = standing({ commitmentId: 'deal.more', startsAt: '2026-03-01T00:00:00.000000Z' });
    expect(await since({ standings: [second, standing()], heard: heardAt(null) })).toEqual([
      ['2026-02-01T00:00:00Z', null],
    ]);
    expect(await since({ standings: [second], heard: heardAt(null) })).toEqual([
      ['2026-03-01T00:00:00Z', null],
    ]);
  });

  it('only while a commitment runs', async () => {
    const heard = heardAt(null);
    expect(await found(silent, { standings: [standing({ state: 'ended' })], heard })).toEqual([]);
    expect(
      await found({ ...silent, agreementId: 'x' }, { standings: [standing()], heard }),
    ).toEqual([]);
  });
});

describe('a projection', () => {
  const stopped = { kind: 'projection-stopped' } as const;
  const view = (changed: Partial<ViewBehind>): ViewBehind => ({
    ...{ name: 'burn-down', stoppedShards: [], since: '2026-06-15T11:55:00.000000Z', events: 3 },
    ...changed,
  });

  it('is stopped at once by what it cannot fold, and by five minutes without moving', async () => {
    expect(await found(stopped, { behind: [view({})] })).toEqual([]);
    const long = view({ since: '2026-06-15T11:54:59.999999Z' });
    expect(
      await found(stopped, { behind: [long, view({ name: 'facts', stoppedShards: [2] })] }),
    ).toEqual([
      {
        subject: 'burn-down',
        facts: {
          ...{ value: 'behind', threshold: null, since: '2026-06-15T11:54:59.999999Z' },
          events: '3',
        },
      },
      {
        subject: 'facts',
        facts: { value: 'stopped', threshold: null, since: '2026-06-15T11:55:00Z', events: '3' },
      },
    ]);
  });
});
