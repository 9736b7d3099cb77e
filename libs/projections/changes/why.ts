import type { Asked } from '../asking/question.js';
import { sums } from '../asking/rows-wanted.js';
import { burnDownDays, burnDownProjection } from '../burn-down/burn-down.js';
import { isReadable } from '../../ledger/format/entry.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import { foldedRows, type EntryReader } from '../explanation/lines.js';

/** Entries of one type, and what they moved together, in units. */
export interface WhyOfType {
  readonly type: string;
  readonly entries: number;
  readonly applied: bigint;
  readonly overage: bigint;
  readonly ineligible: bigint;
}

/** Entries that are looked at for one commitment: all of them are in its explanation. */
const LOOKED_MAX = 2_000;

/** What came after one position of a commitment's shard, up to another, and what it moved of it. */
export const entriesSince = async (
  reader: EntryReader,
  asked: Asked,
  of: {
    readonly agreementId: string;
    readonly commitmentId: string;
    readonly after: number;
    readonly upTo: number;
  },
): Promise<{ readonly why: readonly WhyOfType[]; readonly isComplete: boolean }> => {
  const { agreementId, commitmentId, after, upTo } = of;
  const stream = { tenant: asked.tenant, kind: 'commitment', key: agreementId } as const;
  const found = await reader.lookInStream(stream, { after, type: null, limit: LOOKED_MAX });
  const byType = new Map<string, WhyOfType>();
  const wanted = sums(burnDownDays, { where: { commitmentId }, by: ['currency'], per: 'all' });
  for (const entry of found.entries.filter(({ position }) => position <= upTo)) {
    const rows = await foldedRows(reader, { projection: burnDownProjection, wanted }, asked, entry);
    if (rows.length === 0 && !isAbout(entry, commitmentId)) continue;
    const { type } = entry.event;
    const known = byType.get(type) ?? {
      type,
      entries: 0,
      applied: 0n,
      overage: 0n,
      ineligible: 0n,
    };
    const total = (name: 'applied' | 'overage' | 'ineligible'): bigint =>
      rows.reduce((sum, row) => sum + (row[name] as bigint), known[name]);
    byType.set(type, {
      ...{ type, entries: known.entries + 1 },
      ...{ applied: total('applied'), overage: total('overage'), ineligible: total('ineligible') },
    });
  }
  const why = [...byType.values()].sort((one, other) => (one.type < other.type ? -1 : 1));
  return { why, isComplete: found.stoppedAt === null || found.stoppedAt >= upTo };
};

/** A change of terms may move nothing that was used. */
const isAbout = (entry: RecordedEntry, commitmentId: string): boolean =>
  isReadable(entry) &&
  'commitmentId' in entry.event.body &&
  entry.event.body.commitmentId === commitmentId;
