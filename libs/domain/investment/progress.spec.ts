import { describe, expect, it } from '@jest/globals';
import { at } from '../testing/context.js';
import { isOverdue, stageOf, type TrancheProgress } from './progress.js';

const stage = (said: readonly string[], more: Partial<TrancheProgress> = {}) =>
  stageOf({ said: new Set(['agreed', ...said]), unfunded: 100n, gateOpen: false, ...more });

describe('the stage of a tranche', () => {
  it('follows its gate until it is called', () => {
    expect(stage([])).toBe('gated');
    expect(stage([], { gateOpen: true })).toBe('eligible');
    expect(stage(['called'], { gateOpen: true })).toBe('called');
  });

  it('stays called when its gate closes again', () => {
    expect(stage(['called'])).toBe('called');
  });

  it('is of the part that is not paid, and ended where nothing is left to pay', () => {
    expect(stage(['called'], { unfunded: 1n })).toBe('called');
    expect(stage(['called'], { unfunded: 0n })).toBe('funded');
    expect(stage(['called', 'cancelled'], { unfunded: 0n })).toBe('funded');
  });

  it('ends for the part that is left by a cancellation or the long stop, also after a call', () => {
    expect(stage(['called', 'cancelled'])).toBe('cancelled');
    expect(stage(['called', 'lapsed'], { gateOpen: true })).toBe('lapsed');
  });
});

describe('a milestone', () => {
  const now = at('2026-07');

  it('is overdue from the moment on after which nobody has decided it', () => {
    expect(isOverdue({ status: 'pending', dueAt: at('2026-06-30') }, now)).toBe(true);
    expect(isOverdue({ status: 'attested', dueAt: at('2026-06-30') }, now)).toBe(true);
    expect(isOverdue({ status: 'pending', dueAt: now }, now)).toBe(false);
  });

  it('is not overdue once decided, nor without a due date', () => {
    for (const status of ['met', 'missed', 'waived'] as const) {
      expect(isOverdue({ status, dueAt: at('2026-01') }, now)).toBe(false);
    }
    expect(isOverdue({ status: 'pending', dueAt: null }, now)).toBe(false);
  });
});
