import { shardOf } from '../../ledger/format/shard.js';
import type { RecordedEntry, StreamName } from '../../ledger/ledger.js';
import { asked as askedOf, type Asked, type TimeAxes } from './question.js';
import { knownOf, nowOf, type Views } from './read-view.js';
import type { Seen } from './seen.js';

export interface StreamView {
  /** All that was known then, in the order of the ledger; also what takes effect after `asOf`. */
  readonly entries: readonly RecordedEntry[];
  readonly seen: Seen;
  readonly asked: Asked;
}

/**
 * The entries of one short stream (a party's, an agreement's, an investment's: nothing in them is usage), from the ledger
 * itself. For what no view keeps, because only one thing at a time is asked for it; so it is never behind.
 */
export const readStream = async (
  views: Views,
  axes: TimeAxes,
  { kind, key }: Pick<StreamName, 'kind' | 'key'>,
): Promise<StreamView> => {
  const { reader } = views;
  const asked = askedOf(axes, nowOf(views));
  const stream = { tenant: asked.tenant, kind, key };
  const known = (await knownOf(reader, asked, axes.knownPosition)) ?? (await reader.heads());
  const shard = shardOf(stream, reader.shardCount);
  const last = known.find((each) => each.shard === shard)?.position ?? 0;
  const entries = (await reader.readStream(stream)).filter(({ position }) => position <= last);
  const seen = {
    ...{ asOf: asked.asOf, knownAt: asked.knownAt, lag: 0, skipped: 0, skippedEvents: [] },
    ledgerPosition: Object.fromEntries(known.map((each) => [each.shard, each.position])),
  };
  return { entries, seen, asked };
};
