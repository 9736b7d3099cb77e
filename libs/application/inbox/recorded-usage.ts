import type { CommitmentEvent, DrawdownRecorded } from '../../domain/commitment/events.js';
import { unitsOf } from '../../domain/money.js';
import type { LedgerReader, RecordedEntry, StreamReader } from '../../ledger/ledger.js';

export type DrawdownEntry = RecordedEntry & { readonly event: DrawdownRecorded };

type DrawdownReversed = Extract<CommitmentEvent, { type: 'DrawdownReversed' }>;
export type ReversalEntry = RecordedEntry & { readonly event: DrawdownReversed };

/** Usage in the ledger, with the part of its gross that was taken back since, in units. */
export interface RecordedUsage {
  readonly entry: DrawdownEntry;
  readonly reversed: bigint;
}

export const outcomeOf = ({ reversed }: RecordedUsage): 'recorded' | 'reversed' =>
  reversed === 0n ? 'recorded' : 'reversed';

export const asDrawdown = (entry: RecordedEntry | null): DrawdownEntry | null =>
  entry?.event.type === 'DrawdownRecorded' ? (entry as DrawdownEntry) : null;

/** What was taken back of each is asked of its agreement's book, once per agreement. */
export const recordedUsage = async (
  reader: StreamReader,
  entries: readonly DrawdownEntry[],
): Promise<readonly RecordedUsage[]> => {
  const streams = new Map(entries.map(({ stream }) => [stream.key, stream]));
  const taken = new Map<string, ReadonlyMap<string, bigint>>();
  for (const [agreement, { tenant, key }] of streams)
    taken.set(agreement, (await reader.stateOf({ tenant, kind: 'commitment', key })).reversed);
  return entries.map((entry) => {
    const { agreementId, drawdownId } = entry.event.body;
    return { entry, reversed: taken.get(agreementId)?.get(drawdownId) ?? 0n };
  });
};

const PAGE = 100;

/** The entries that took it back, in the order of the ledger: no longer looked for than until they add up. */
export const reversalsOf = async (
  reader: LedgerReader & StreamReader,
  { entry, reversed }: RecordedUsage,
): Promise<readonly ReversalEntry[]> => {
  const { drawdownId } = entry.event.body;
  const found: ReversalEntry[] = [];
  let left = reversed;
  for (let after: number | null = entry.position; left !== 0n && after !== null;) {
    const wanted = { after, type: 'DrawdownReversed', limit: PAGE };
    const { entries, stoppedAt } = await reader.lookInStream(entry.stream, wanted);
    for (const each of entries as readonly ReversalEntry[]) {
      if (each.event.body.reverses !== drawdownId) continue;
      found.push(each);
      left += unitsOf(each.event.body.split.gross);
    }
    after = stoppedAt;
  }
  return found;
};
