import type { OutgoingRecord } from '../contract/messages/records.js';

/**
 * Brokers measure the whole batch, by default against 1,048,588 bytes, and refuse all of it. Headers are counted by
 * characters and overhead roughly, so a batch stays well below.
 */
const BATCH_BYTES_MAX = 850_000;
export const RECORD_BYTES_MAX = 1_000_000;
const RECORD_OVERHEAD = 32;
const HEADER_OVERHEAD = 4;

const sizeOf = ({ key, value, headers }: OutgoingRecord): number => {
  let size = RECORD_OVERHEAD + (key === null ? 0 : Buffer.byteLength(key));
  if (value !== null) size += typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  for (const name in headers) {
    const header = headers[name];
    if (header === undefined) continue;
    size += HEADER_OVERHEAD + name.length;
    if (Array.isArray(header)) for (const one of header) size += name.length + one.length;
    else size += header.length;
  }
  return size;
};

/** In order, as few as brokers take. Null: one record alone is too large. A batch of these is one batch again. */
export const inBatches = (records: readonly OutgoingRecord[]): OutgoingRecord[][] | null => {
  const batches: OutgoingRecord[][] = [];
  let batch: OutgoingRecord[] = [];
  let room = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (size > RECORD_BYTES_MAX) return null;
    if (size > room) {
      batches.push((batch = []));
      room = BATCH_BYTES_MAX;
    }
    batch.push(record);
    room -= size;
  }
  return batches;
};
