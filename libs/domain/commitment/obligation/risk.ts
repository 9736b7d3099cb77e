import type { Exhaustion, PaceState } from './pace.js';

/** Where a commitment is in its term. */
export type TermState = 'ahead' | 'running' | 'ended' | 'terminated';

/**
 * Why a commitment is, or is not, to be worried about: worst first, each with its level. Of several that hold the first one
 * counts. The codes are stable.
 */
export const RISKS = [
  ['past-due', 'high'],
  ['ended-short', 'high'],
  ['too-late', 'medium'],
  ['behind-pace', 'medium'],
  ['no-end-known', 'unknown'],
  ['on-track', 'low'],
  ['not-started', 'low'],
  ['done', 'none'],
  ['not-binding', 'none'],
] as const satisfies readonly (readonly [reason: string, level: string])[];

export type RiskReason = (typeof RISKS)[number][0];
export type RiskLevel = (typeof RISKS)[number][1];

export interface Risk {
  readonly level: RiskLevel;
  readonly reason: RiskReason;
}

/** How a commitment stands at the end of a day. Amounts in units of 10^-12. */
export interface Standing {
  /** False: its agreement is a proposal, or another one took its place. */
  readonly isBinding: boolean;
  readonly state: TermState;
  readonly remaining: bigint;
  readonly pastDue: bigint;
  /** Null: there is nothing to compare with, or it was terminated. */
  readonly pace: PaceState | null;
  /** Null: it was terminated. */
  readonly exhaustion: Exhaustion['outcome'] | null;
  readonly hasEnd: boolean;
}

export const riskOf = (standing: Standing): Risk => {
  const reason = reasonOf(standing);
  return { level: LEVELS[reason], reason };
};

/** From the worst, 0. */
export const riskRank = ({ reason }: Pick<Risk, 'reason'>): number =>
  RISKS.findIndex(([each]) => each === reason);

const LEVELS = Object.fromEntries(RISKS) as Readonly<Record<RiskReason, RiskLevel>>;

const reasonOf = (standing: Standing): RiskReason => {
  const { isBinding, state, remaining, pastDue, pace, exhaustion, hasEnd } = standing;
  if (!isBinding) return 'not-binding';
  if (remaining === 0n) return 'done';
  const isOver = state === 'ended' || state === 'terminated';
  if (isOver) return 'ended-short';
  if (pastDue > 0n) return 'past-due';
  if (state === 'ahead') return 'not-started';
  // Without an end nothing comes too late; what its periods demand it may still be behind of.
  if (hasEnd && exhaustion !== 'expected') return 'too-late';
  if (pace === 'behind') return 'behind-pace';
  return !hasEnd && pace === null ? 'no-end-known' : 'on-track';
};
