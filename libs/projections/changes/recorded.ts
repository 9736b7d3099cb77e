import { rootOf } from '../../domain/ids.js';
import type { RecordedEntry, StreamName, StreamReader } from '../../ledger/ledger.js';
import type { Positions } from '../asking/question.js';
import type { RecordedOfType } from './answer.js';

/** Entries that are looked at in one shard, or of one stream. */
const LOOKED_MAX = 2_000;

interface Recorded {
  readonly byType: readonly RecordedOfType[];
  readonly isComplete: boolean;
}

/** What a tenant recorded after some positions, up to others: of one agreement or party (`root`), or all of it. */
export const recordedSince = async (
  reader: Pick<StreamReader, 'lookInShard'>,
  { tenant, root }: { readonly tenant: string; readonly root: string | null },
  since: Positions,
  seen: Positions,
): Promise<Recorded> => {
  const entries: RecordedEntry[] = [];
  let isComplete = true;
  for (const [shard, upTo] of Object.entries(seen)) {
    const after = since[shard] ?? 0;
    if (after >= upTo) continue;
    const wanted = { tenant, after, upTo, type: null, limit: LOOKED_MAX };
    const looked = await reader.lookInShard(Number(shard), wanted);
    isComplete &&= looked.stoppedAt === null;
    entries.push(...looked.entries);
  }
  const about = entries.filter(({ stream }) => root === null || rootOf(stream.key) === root);
  return { byType: byType(about), isComplete };
};

/** The same of one stream. */
export const recordedInStream = async (
  reader: Pick<StreamReader, 'lookInStream'>,
  stream: StreamName,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<Recorded> => {
  const looked = await reader.lookInStream(stream, { after, type: null, limit: LOOKED_MAX });
  return {
    byType: byType(looked.entries.filter(({ position }) => position <= upTo)),
    isComplete: looked.stoppedAt === null || looked.stoppedAt >= upTo,
  };
};

const byType = (entries: readonly RecordedEntry[]): readonly RecordedOfType[] => {
  const counts = new Map<string, number>();
  for (const { event } of entries) counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
  return [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([type, count]) => ({ type, entries: count }));
};
