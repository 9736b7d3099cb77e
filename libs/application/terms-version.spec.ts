import { describe, expect, it } from '@jest/globals';
import { SAMPLES } from '../domain/testing/samples.js';
import { deciders } from '../domain/aggregates.js';
import type { LedgerEvent } from '../domain/events.js';
import { kindOfEvent } from '../domain/aggregates.js';
import { changesTerms } from '../domain/aggregates.js';

const types = Object.keys(SAMPLES) as (keyof typeof SAMPLES)[];

describe('the version of terms', () => {
  it('moves with what was agreed, not with what is done under it or said about it', () => {
    expect(types.filter((type) => !changesTerms(type)).sort()).toEqual([
      ...['AgreementNoted', 'DocumentAttached', 'DrawdownRecorded', 'DrawdownReversed'],
      ...['DrawdownsReallocated', 'MilestoneAttestationDeclined', 'MilestoneAttested'],
      'TrancheFunded',
    ]);
  });

  it.each(['party', 'agreement', 'investment'] as const)(
    'of a stream of kind %s is the number of its events that change terms',
    (kind) => {
      const decider = deciders[kind] as (typeof deciders)['agreement'];
      const events = types
        .filter((type) => kindOfEvent(type) === kind)
        .map((type) => SAMPLES[type]);
      let state = decider.initial as { readonly termsVersion?: number };
      let version = 0;
      for (const event of events as LedgerEvent[]) {
        state = decider.evolve(state as never, event as never) as typeof state;
        if (changesTerms(event.type)) version += 1;
        expect({ type: event.type, version: state.termsVersion }).toEqual({
          type: event.type,
          version,
        });
      }
      expect(version).toBeGreaterThan(2);
    },
  );

  it('was not kept once: such states are not read', () => {
    const old = { status: 'active' };
    for (const decider of [deciders.agreement, deciders.party])
      expect(decider.decode(JSON.stringify(old))).toBeNull();
    const investment = { ...old, total: '1', contingent: '0', tranches: {}, milestones: {} };
    expect(deciders.investment.decode(JSON.stringify(investment))).toBeNull();
    for (const decider of [deciders.agreement, deciders.party, deciders.investment])
      expect(decider.decode('{"status":"unknown"}')).toEqual({ status: 'unknown' });
  });
});
