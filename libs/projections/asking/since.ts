import type { Instant } from '../../domain/decider.js';
import { parseInstant } from '../../domain/instant.js';
import type { LedgerReader } from '../../ledger/ledger.js';
import { QueryRefused, type Positions } from './question.js';
import { knownPositions, namedPositions } from './read-view.js';

/** `0:12,3:4`: shard and position, as `ledgerPosition` of an answer has them. */
export const POSITIONS =
  /^(?:0|[1-9][0-9]{0,3}):(?:0|[1-9][0-9]{0,14})(?:,(?:0|[1-9][0-9]{0,3}):(?:0|[1-9][0-9]{0,14}))*$/;

/** In the form that POSITIONS says. */
export const positionsIn = (text: string): Positions =>
  Object.fromEntries(
    text.split(',').map((part) => {
      const [shard = '', position] = part.split(':');
      return [shard, Number(position)];
    }),
  );

/**
 * How far the ledger was then: at an instant, or at positions that an answer named; never further than `seen`, as what a view
 * has not seen yet did not change in it.
 * @throws QueryRefused `since-invalid`, `position-unknown`
 */
export const positionsSince = async (
  reader: LedgerReader,
  since: string,
  now: Instant,
  seen: Positions,
): Promise<Positions> => {
  const then = POSITIONS.test(since)
    ? await namedPositions(reader, positionsIn(since))
    : await knownPositions(reader, instantOf(since, now));
  return Object.fromEntries(
    then.map(({ shard, position }) => [shard, Math.min(position, seen[shard] ?? 0)]),
  );
};

const instantOf = (since: string, now: Instant): Instant => {
  const instant = parseInstant(since);
  if (instant === null || instant > now) {
    throw new QueryRefused(
      'since-invalid',
      'since is an RFC 3339 instant with an offset, not later than now, or shard:position of an answer',
      { since: since.slice(0, 64) },
    );
  }
  return instant;
};
