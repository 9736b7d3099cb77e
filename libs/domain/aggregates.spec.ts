import { describe, expect, it } from '@jest/globals';
import {
  aggregates,
  askedFor,
  changesTerms,
  kindOfEvent,
  referencesOf,
  REFUSAL_KINDS,
  STREAM_KINDS,
  streamOf,
} from './aggregates.js';
import type { DomainCommand, LedgerEvent } from './events.js';
import type { RefusalTable } from './refusal.js';
import { pledge, pledged, recordDrawdown } from './testing/builders.js';

const tables: readonly RefusalTable[] = STREAM_KINDS.map((kind) => aggregates[kind].refusals);

describe('the list of aggregates', () => {
  it('knows each command and each event of one aggregate only', () => {
    for (const member of ['references', 'askedBy'] as const) {
      const types = STREAM_KINDS.flatMap((kind) => Object.keys(aggregates[kind][member]));
      expect(types.length).toBeGreaterThan(25);
      expect([...new Set(types)]).toEqual(types);
    }
  });

  it('knows what is not of this version as nothing', () => {
    expect(kindOfEvent('TrancheFunded')).toBe('investment');
    expect(kindOfEvent('TrancheSuspended')).toBeNull();
    expect(kindOfEvent('constructor')).toBeNull();
    expect(changesTerms('constructor' as LedgerEvent['type'])).toBe(false);
  });

  it('says where commands are decided, and what is read beside', () => {
    const key = 'deal';
    expect(streamOf(pledge())).toEqual({ kind: 'commitment', key, agreementKey: 'deal' });
    const tranche = { investmentId: 'deal.equity', trancheId: 'deal.equity.first' };
    expect(streamOf({ type: 'LapseTranche', ...tranche })).toEqual({
      kind: 'investment',
      key: 'deal.equity',
      agreementKey: 'deal',
    });
    const skipped = { view: 'portfolio', version: 3, shard: 1, position: 9 };
    const skip = {
      type: 'SkipProjectionEvent',
      ...skipped,
      hash: '',
      error: '',
      reason: '',
    } as const;
    expect(streamOf(skip)).toEqual({
      kind: 'projection',
      key: 'portfolio.3.1.9',
      agreementKey: null,
    });
    expect(() => streamOf({ type: 'SuspendTranche' } as unknown as DomainCommand)).toThrow(
      'no aggregate knows SuspendTranche',
    );
  });

  it('says what a command names, and where', () => {
    const link = {
      type: 'LinkInvestment',
      agreementId: 'deal',
      investmentId: 'deal.equity',
      commitmentId: 'deal.cloud',
      kind: 'reciprocal',
    } as const;
    expect(referencesOf(link)).toEqual([
      { kind: 'investment', id: 'deal.equity', pointer: '/investmentId' },
      { kind: 'commitment', id: 'deal.cloud', pointer: '/commitmentId' },
    ]);
    expect(referencesOf(recordDrawdown('1'))).toEqual([]);
  });

  it('says what was asked for: by name, by what the event says, or not at all', () => {
    const event = pledged();
    expect(askedFor(event, null)).toMatchObject({
      command: { ...event.body, type: 'PledgeCommitment' },
      person: null,
    });
    const milestone = { investmentId: 'deal.equity', milestoneId: 'deal.equity.approval' };
    const met = { ...milestone, attestedBy: 'alice', approvedBy: 'bob' };
    expect(askedFor({ type: 'MilestoneMet', body: met }, null)).toEqual({
      command: { ...met, type: 'ApproveMilestone', decision: 'approve', reason: '' },
      person: 'bob',
    });
    const more = { agreementId: 'deal', currency: 'USD', lines: [] };
    expect(askedFor({ type: 'DrawdownsReallocated', body: more }, null)).toBeNull();
  });

  it('has one kind of refusal for each name', () => {
    for (const [name, { kind }] of tables.flatMap((table) => Object.entries(table)))
      expect({ name, kind }).toEqual({ name, kind: REFUSAL_KINDS.get(name) });
    expect(REFUSAL_KINDS.get('SelfApproval')).toBe('forbidden');
    expect(REFUSAL_KINDS.get('TrancheUnknown')).toBe('unknown');
  });
});
