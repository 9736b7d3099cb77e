import type { DecisionContext, Instant } from '../decider.js';

/** The context every test starts from: literal, never today. */
export const CONTEXT: DecisionContext = {
  now: '2026-07-01T12:00:00.000000Z',
  effectiveAt: '2026-03-15T00:00:00.000000Z',
  actor: 'alice',
};

/** `2026-03` or `2026-03-15` or `2026-03-15T10:00` as an instant. */
export const at = (text: string): Instant =>
  `${(text + '0000-01-01T00:00'.slice(text.length)).slice(0, 16)}:00.000000Z`;
