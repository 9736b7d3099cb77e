import { maxUnits } from '../money.js';

/**
 * What is still owed under a commitment, in units of 10^-12: max(0, total - applied - released). `released` is what a
 * termination or another reduction let go.
 */
export const remainingObligation = (total: bigint, applied: bigint, released: bigint): bigint =>
  maxUnits(0n, total - applied - released);
