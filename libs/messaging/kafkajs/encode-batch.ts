import {
  AFTER_LENGTH,
  AT,
  BATCH_HEADER_BYTES,
  CODEC_MASK,
  MAGIC,
  TRANSACTIONAL,
} from './batch-header.js';
import { checksum } from './checksum.js';
import { batchWas, EncodedRecord } from './encode-record.js';
import { own, type BatchToEncode, type EncodedBatch, type Long } from './own.js';

type Whole = Long | number | string;

const int64 = (value: Whole): bigint => (typeof value === 'object' ? value.value : BigInt(value));

/** Null: not all of them are ours. */
const ours = (records: readonly unknown[]): readonly EncodedRecord[] | null =>
  records.length > 0 && records.every((record) => record instanceof EncodedRecord)
    ? (records as readonly EncodedRecord[])
    : null;

/** The records behind room for a header: where they stand, if they stand together; else in a copy. */
const together = (records: readonly EncodedRecord[]): Buffer => {
  const first = records[0]!;
  let last = first;
  let bytes = first.end - first.start;
  let isOnePiece = first.headroom;
  for (let index = 1; index < records.length; index += 1) {
    const record = records[index]!;
    if (record.arena !== last.arena || record.start !== last.end) isOnePiece = false;
    bytes += record.end - record.start;
    last = record;
  }
  first.headroom = false;
  batchWas(bytes);
  if (isOnePiece) return first.arena.subarray(first.start - BATCH_HEADER_BYTES, last.end);
  const copy = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + bytes);
  let at = BATCH_HEADER_BYTES;
  for (const { arena, start, end } of records) at += arena.copy(copy, at, start, end);
  return copy;
};

/** The batch around records of `encodeRecord`; kafkajs encodes all others, and those that are to be compressed. */
const RecordBatch = async (batch: BatchToEncode): Promise<EncodedBatch> => {
  const records = (batch.compression ?? 0) & CODEC_MASK ? null : ours(batch.records ?? []);
  if (records === null) return own!.encodeBatch.RecordBatch(batch);
  const now = Date.now();
  const { firstTimestamp = now, maxTimestamp = now } = batch;
  const bytes = together(records);
  bytes.writeBigInt64BE(int64(batch.firstOffset ?? 0), AT.firstOffset);
  bytes.writeInt32BE(bytes.length - AFTER_LENGTH, AT.length);
  bytes.writeInt32BE(batch.partitionLeaderEpoch ?? 0, AT.partitionLeaderEpoch);
  bytes.writeInt8(MAGIC, AT.magic);
  bytes.writeInt16BE(batch.transactional === true ? TRANSACTIONAL : 0, AT.attributes);
  bytes.writeInt32BE(batch.lastOffsetDelta ?? 0, AT.lastOffsetDelta);
  bytes.writeBigInt64BE(int64(firstTimestamp), AT.firstTimestamp);
  bytes.writeBigInt64BE(int64(maxTimestamp), AT.maxTimestamp);
  bytes.writeBigInt64BE(int64(batch.producerId ?? -1), AT.producerId);
  bytes.writeInt16BE(batch.producerEpoch ?? 0, AT.producerEpoch);
  bytes.writeInt32BE(batch.firstSequence ?? 0, AT.firstSequence);
  bytes.writeInt32BE(records.length, AT.count);
  bytes.writeUInt32BE(checksum(bytes.subarray(AT.attributes)), AT.checksum);
  return { buf: bytes, buffer: bytes, size: () => bytes.length };
};

export const encodeBatch = { RecordBatch, MAGIC_BYTE: MAGIC };
