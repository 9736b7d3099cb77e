import { digestOf } from '../../libs/contract/json/digest.js';
import { decideThrough } from '../../libs/application/decide-command.js';
import { PROJECTION_SOURCE } from '../../libs/contract/validation/rules.js';
import { instantOf } from '../../libs/domain/instant.js';
import type { EntryEnvelope } from '../../libs/ledger/ledger.js';
import type { Projection } from '../../libs/projections/engine/projection.js';
import { skipPlace, skipOf, type Skip } from '../../libs/projections/engine/skips.js';
import type { System } from '../../libs/host/system.js';
import { CliFailure, EXIT } from './failure.js';

export interface SkipDecision {
  readonly actor: string;
  readonly reason: string;
  /** What the fold said. */
  readonly error: string;
}

const ERROR_CHARS_MAX = 500;

/**
 * Enters in the ledger that a version of a view passes over an event. Under an identity that is the event's, so that it is
 * on record once. Answers the decision that stands, which may be an earlier one.
 */
export const enterSkip = async (
  { commands, reader }: Pick<System, 'commands' | 'reader'>,
  view: Projection,
  entry: EntryEnvelope,
  { actor, reason, error }: SkipDecision,
): Promise<Skip> => {
  const before = await skipOf(reader, view, entry);
  if (before !== null) return before;
  const { tenant, hash } = entry;
  const place = skipPlace(view, entry);
  const command = {
    type: 'SkipProjectionEvent',
    ...place,
    hash,
    error: error.slice(0, ERROR_CHARS_MAX),
    reason,
  } as const;
  const { outcome } = await decideThrough(commands)({
    ...{ tenant, actor, source: PROJECTION_SOURCE, command },
    // With the hash: after a fork another entry may stand in the same place.
    id: `skip ${place.view} ${place.version} ${place.shard}:${place.position} ${hash.slice(0, 16)}`,
    digest: digestOf({ ...place, hash }),
    effectiveAt: instantOf(new Date().toISOString()),
    expectedVersion: null,
  });
  const now = await skipOf(reader, view, entry);
  if (now !== null) return now;
  throw new CliFailure(
    EXIT.failed,
    `Nothing is passed over: the ledger did not take the entry that says so (${outcome}).`,
    'Run the same command again.',
  );
};
