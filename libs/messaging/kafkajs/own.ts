import { createRequire } from 'node:module';

/**
 * What kafkajs came with, and the shapes that its modules hand to each other. kafkajs has no seam for another encoder or
 * decoder, so `kafkajs.ts` gives some of its modules other exports before they are used.
 */
export const require = createRequire(import.meta.url);
const VERSION = '2.2.4';

export type Bytes = string | Buffer;
export interface RecordToEncode {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: Bytes | null;
  readonly value?: Bytes | null;
  readonly headers?: Readonly<Record<string, Bytes | readonly Bytes[]>>;
}
/** What kafkajs asks of an encoder: `buf` to tell that it is one, `buffer` for its bytes. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
export interface EncodedBatch extends Encoded {
  size(): number;
}
/** A BigInt in kafkajs' own wrapping. */
export interface Long {
  readonly value: bigint;
}
export interface BatchToEncode {
  readonly compression?: number;
  readonly firstOffset?: Long;
  readonly firstTimestamp?: number | string;
  readonly maxTimestamp?: number | string;
  readonly partitionLeaderEpoch?: number;
  readonly lastOffsetDelta?: number;
  readonly transactional?: boolean;
  readonly producerId?: Long | number | string;
  readonly producerEpoch?: number;
  readonly firstSequence?: number;
  readonly records?: readonly Encoded[];
}
export interface Decoder {
  readonly buffer: Buffer;
  offset: number;
}
/** Of the batch that a record came in. */
export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  readonly timestampType: number;
  readonly magicByte: number;
}
export interface DecodedBatch extends Omit<BatchContext, 'magicByte'> {
  /** Nobody asks the batch itself for it: kafkajs leaves it out. */
  readonly magicByte?: number;
  readonly records: readonly DecodedRecord[];
}
export type Headers = Readonly<Record<string, Buffer | null | readonly (Buffer | null)[]>>;
export interface DecodedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}
export interface Message {
  readonly partition?: number;
}
export interface Grouping {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly Message[];
  readonly partitioner: (of: {
    readonly topic: string;
    readonly partitionMetadata: readonly unknown[];
    readonly message: Message;
  }) => number;
}

export interface Parts {
  readonly encodeRecord: (record: RecordToEncode) => Encoded;
  /** With `MAGIC_BYTE`, which others take from the same module. */
  readonly encodeBatch: {
    readonly RecordBatch: (batch: BatchToEncode) => Promise<EncodedBatch>;
    readonly MAGIC_BYTE: number;
  };
  readonly decodeBatch: (decoder: Decoder) => Promise<DecodedBatch>;
  readonly checksum: (bytes: Buffer) => number;
  readonly group: (grouping: Grouping) => Readonly<Record<number, readonly Message[]>>;
}

export const PLACES: Readonly<Record<keyof Parts, string>> = {
  encodeRecord: 'kafkajs/src/protocol/recordBatch/record/v0/index.js',
  encodeBatch: 'kafkajs/src/protocol/recordBatch/v0/index.js',
  decodeBatch: 'kafkajs/src/protocol/recordBatch/v0/decoder.js',
  checksum: 'kafkajs/src/protocol/recordBatch/crc32C/index.js',
  group: 'kafkajs/src/producer/groupMessagesPerPartition.js',
};

/** Null: this is not the kafkajs that the replacements were written for. */
const findOwn = (): Parts | null => {
  try {
    if ((require('kafkajs/package.json') as { version: string }).version !== VERSION) return null;
    const found = Object.fromEntries(
      Object.entries(PLACES).map(([name, path]) => [name, require(path) as unknown]),
    ) as unknown as Parts;
    const { encodeBatch, ...functions } = found;
    const all = [...Object.values(functions), encodeBatch.RecordBatch];
    return all.every((one) => typeof one === 'function') ? found : null;
  } catch {
    return null;
  }
};

export const own = findOwn();
