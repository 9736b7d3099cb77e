/** https://kafka.apache.org/documentation/#recordbatch: where the members of a batch's header stand. */
export const AT = {
  firstOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
} as const;

/** The records begin behind it. */
export const BATCH_HEADER_BYTES = 61;
/** `length` says how much follows behind it. */
export const AFTER_LENGTH = AT.partitionLeaderEpoch;
export const MAGIC = 2;

/** Bits of `attributes`. */
export const CODEC_MASK = 0x07;
export const APPEND_TIME = 0x08;
export const TRANSACTIONAL = 0x10;
export const CONTROL = 0x20;
