import type { RecordedEntry } from '../../ledger/ledger.js';

/** Where the ledger says so. */
export const placeOf = ({
  shard,
  position,
  recordedAt,
}: Pick<RecordedEntry, 'shard' | 'position' | 'recordedAt'>) => ({ shard, position, recordedAt });
