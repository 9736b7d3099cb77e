import { maxUnits } from '../../money.js';

/** `released`: a termination has let go of everything that was still owed. */
export type ObligationState = 'owed' | 'released';

/**
 * What is still owed under a commitment, in units of 10^-12: max(0, total - applied), and nothing from the moment of a
 * release on, whatever is corrected later.
 */
export const stillOwed = (total: bigint, applied: bigint, state: ObligationState): bigint =>
  state === 'released' ? 0n : maxUnits(0n, total - applied);

/** What a release let go: all that is not applied. */
export const releasedAmount = (total: bigint, applied: bigint, state: ObligationState): bigint =>
  state === 'released' ? maxUnits(0n, total - applied) : 0n;

/** What a commitment binds to: its total, less what a release let go. */
export const committedAmount = (total: bigint, applied: bigint, state: ObligationState): bigint =>
  total - releasedAmount(total, applied, state);

/** Overage below zero is what refunds gave back beyond all that was used: a net credit. */
export const overageAndCredit = (
  overage: bigint,
): { readonly overage: bigint; readonly netCredit: bigint } => ({
  overage: maxUnits(0n, overage),
  netCredit: maxUnits(0n, -overage),
});
