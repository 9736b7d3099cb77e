import type { AnyDecider, ExpectedVersion, Outcome, Submission } from '../ledger.js';

/** What a command stands on that was changed since its caller looked. Null: nothing, or the caller does not care. */
export const staleness = (
  decider: AnyDecider,
  { command, expectedVersion }: Submission,
  state: unknown,
  beside: unknown,
): Extract<Outcome, { outcome: 'stale' }> | null => {
  if (expectedVersion === null) return null;
  const version = decider.termsVersion(command, state, beside);
  return isExpected(expectedVersion, version) ? null : { outcome: 'stale', version };
};

const isExpected = (expected: Exclude<ExpectedVersion, null>, version: number): boolean =>
  expected === 'any'
    ? version > 0
    : typeof expected === 'number'
      ? expected === version
      : expected.includes(version);
