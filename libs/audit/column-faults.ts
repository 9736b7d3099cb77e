import { identityOf, type EntryText } from './entry-text.js';
import { EVENT_COLUMNS, type EventColumn, type StoredRow } from './stored-rows.js';

export interface ColumnFault {
  readonly column: EventColumn;
  readonly detail: string;
}

/** Columns of a row that do not say what its hashed bytes say. */
export const columnFaults = (
  row: StoredRow,
  entry: EntryText,
  streamId: string,
): readonly ColumnFault[] => {
  const said = [
    entry.pos,
    entry.shard,
    entry.epoch,
    entry.tenant,
    streamId,
    entry.version,
    entry.type,
    entry.schema,
    entry.source,
    identityOf(entry),
    entry.digest,
    entry.recordedAt,
    entry.effectiveAt,
  ];
  const faults: ColumnFault[] = [];
  for (const [index, expected] of said.entries()) {
    const column = EVENT_COLUMNS[index];
    if (column === undefined) throw new Error('an entry says more than there are columns');
    const text = row.columns[index] as string;
    const found = column.endsWith('_at') ? instantOfTimestamp(text) : text;
    if (found === expected) continue;
    faults.push({ column, detail: `${column} is ${found}, the hashed bytes say ${expected}` });
  }
  return faults;
};

/** `2026-11-21 10:18:00.5+00` to `2026-11-21T10:18:00.500000Z`. */
const instantOfTimestamp = (text: string): string =>
  `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(6, '0')}Z`;
