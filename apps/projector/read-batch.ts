import type { LedgerReader, RecordedEntry } from '../../libs/ledger/ledger.js';
import { readLedgerMessage } from '../../libs/contract/messages/ledger-events.js';
import type { IncomingRecord } from '../../libs/contract/messages/records.js';

/** A record that is not what the ledger holds. */
export interface Strange {
  readonly code: string;
  /** Where it was; null for what only shows in the whole of the batch. */
  readonly offset: number | null;
  readonly position: number | null;
}

export interface ReadBatch {
  /** Proven to be the ledger's, ascending by position, each once. May have gaps. */
  readonly entries: readonly RecordedEntry[];
  /** The position that must be projected before the batch is settled. */
  readonly through: number;
  readonly strange: readonly Strange[];
}

/** With more holes than this the ledger is read instead: a look-up per run would cost more than the entries. */
const RUNS_MAX = 8;

/**
 * The entries of a batch that are new (position > floor), and proof that they are the ledger's: each hash is that of
 * its text, each `prev` the hash before, and the last hash of a run is what the ledger has at that position. One
 * look-up thus vouches for a whole run, and nothing that was forged, however well, gets into a view.
 *
 * What cannot be read or proven is left out, told, and made good from the ledger, up to its head: it may stand in the
 * place of a record that is missing.
 */
export const readBatch = async (
  reader: Pick<LedgerReader, 'ledgerId' | 'read' | 'heads'>,
  shard: number,
  records: readonly IncomingRecord[],
  floor: number,
): Promise<ReadBatch> => {
  const strange: Strange[] = [];
  const runs = runsOf(
    decode(records, { ledgerId: reader.ledgerId, partition: shard }, floor, strange),
  );
  const proven: RecordedEntry[] = [];
  if (runs.length <= RUNS_MAX)
    for (const run of runs) {
      const last = run.at(-1);
      if (last === undefined) continue;
      const { position, hash } = last;
      const [recorded] = await reader.read(shard, position - 1, 1);
      if (recorded?.hash === hash) proven.push(...run);
      else strange.push({ code: 'not-in-the-ledger', offset: null, position });
    }
  if (strange.length === 0 && runs.length <= RUNS_MAX)
    return { entries: proven, through: proven.at(-1)?.position ?? floor, strange };
  const head = (await reader.heads()).find((each) => each.shard === shard)?.position ?? floor;
  return { entries: proven, through: head, strange };
};

/** New entries by position, each once. */
const decode = (
  records: readonly IncomingRecord[],
  place: { readonly ledgerId: string; readonly partition: number },
  floor: number,
  strange: Strange[],
): readonly RecordedEntry[] => {
  const found = new Map<number, RecordedEntry>();
  for (const record of records) {
    const { offset } = record;
    const message = readLedgerMessage(record, place);
    if ('problem' in message) {
      strange.push({ code: message.problem.code, offset, position: null });
      continue;
    }
    const { position, hash } = message.entry;
    if (position <= floor) continue;
    const before = found.get(position);
    if (before === undefined) found.set(position, message.entry);
    else if (before.hash !== hash) strange.push({ code: 'contradicts-itself', offset, position });
  }
  return [...found.values()].sort((left, right) => left.position - right.position);
};

/** Split wherever a position is missing or an entry does not follow the hash before it. */
const runsOf = (entries: readonly RecordedEntry[]): readonly (readonly RecordedEntry[])[] => {
  const runs: RecordedEntry[][] = [];
  let run: RecordedEntry[] = [];
  let last: RecordedEntry | null = null;
  for (const entry of entries) {
    if (last === null || entry.position !== last.position + 1 || entry.prev !== last.hash)
      runs.push((run = []));
    run.push(entry);
    last = entry;
  }
  return runs;
};
