import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LazyRecord } from './decode-batch.js';
import { EncodedRecord } from './encode-record.js';
import { keepLargePieces } from './encoder.js';
import { kafkajs, ours, replaced } from './kafkajs.js';
import { own as found, PLACES, require } from './own.js';
import type { BatchToEncode, DecodedBatch, Decoder, Encoded, RecordToEncode } from './own.js';

const own = found!;
const TIMES = { firstTimestamp: 5, maxTimestamp: 7 };

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 120, maxLength: 140 }),
  fc.string({ unit: 'grapheme', minLength: 60, maxLength: 70 }),
  fc.constantFrom('x'.repeat(63), 'x'.repeat(64), 'x'.repeat(8_191), 'é'.repeat(8_192), '\ud800'),
);
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
);
const name = fc.oneof(
  text,
  fc.constantFrom('ce_id', 'ce_hash', 'constructor', '__proto__', 'toString', '1'),
);
const headers = fc.dictionary(name, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), {
  maxKeys: 14,
});
const record: fc.Arbitrary<RecordToEncode> = fc.record(
  {
    offsetDelta: fc.oneof(fc.nat(200), fc.nat(2 ** 30)),
    timestampDelta: fc.oneof(fc.integer(), fc.nat(200), fc.maxSafeInteger(), fc.constant(NaN)),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers,
  },
  { requiredKeys: [] },
);

describe('records of kafkajs, written and read by us', () => {
  it('is what kafkajs uses', () => {
    expect(replaced).toBe(true);
    for (const [what, path] of Object.entries(PLACES))
      expect(require(path)).toBe(ours[what as keyof typeof ours]);
    expect(require('kafkajs')).toBe(kafkajs);
  });

  it('is not left to kafkajs where it is ordinary: in place, and read lazily', async () => {
    const records = ['a', 'b'].map((value, offsetDelta) =>
      ours.encodeRecord({ offsetDelta, key: 'k', value, headers: { h: value } }),
    );
    for (const one of records) expect(one).toBeInstanceOf(EncodedRecord);
    const batch = await ours.encodeBatch.RecordBatch({ ...TIMES, records });
    expect(batch.buffer.buffer).toBe((records[0] as EncodedRecord).arena.buffer);
    const decoded = await ours.decodeBatch(new KafkaJsDecoder(batch.buffer));
    expect(decoded.records).toHaveLength(2);
    for (const one of decoded.records) expect(one).toBeInstanceOf(LazyRecord);
  });

  it('encodes every record to the same bytes', () => {
    fc.assert(
      fc.property(record, (each) => {
        expect(ours.encodeRecord(each).buffer.equals(own.encodeRecord(each).buffer)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the bytes of a record while others are written', () => {
    const first = ours.encodeRecord({ value: 'first' });
    const before = Buffer.from(first.buffer);
    for (let n = 0; n < 2_000; n += 1) ours.encodeRecord({ value: 'x'.repeat(500) });
    expect(first.buffer).toEqual(before);
  });

  it.each<[string, unknown]>([
    ['a header without value', { headers: { a: null } }],
    ['a header that is a number', { headers: { a: 1 } }],
    ['a value that is a number', { value: 12 }],
    ['a list with nothing in it', { headers: { a: ['x', undefined] } }],
  ])('leaves to kafkajs: %s', (_, strange) => {
    const by = (encode: typeof ours.encodeRecord): string => {
      try {
        return encode(strange as RecordToEncode).buffer.toString('hex');
      } catch (error) {
        return String(error);
      }
    };
    expect(by(ours.encodeRecord)).toBe(by(own.encodeRecord));
  });

  const int64 = fc.oneof(fc.nat(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String));
  const batch: fc.Arbitrary<BatchToEncode> = fc.record(
    {
      compression: fc.constantFrom(0, 1),
      firstTimestamp: int64,
      maxTimestamp: int64,
      producerId: int64,
      producerEpoch: fc.nat(1_000),
      firstSequence: fc.nat(),
      transactional: fc.boolean(),
    },
    { requiredKeys: ['firstTimestamp', 'maxTimestamp'] },
  );

  it('puts every batch together to the same bytes, whatever lies between its records', async () => {
    await fc.assert(
      fc.asyncProperty(
        batch,
        fc.array(record, { maxLength: 12 }),
        fc.boolean(),
        async (settings, records, isDisturbed) => {
          const encoded = (encode: typeof own.encodeRecord): readonly Encoded[] =>
            records.map((each, index) => {
              if (isDisturbed) ours.encodeRecord({ offsetDelta: 0, value: 'of another batch' });
              return encode({ ...each, offsetDelta: index });
            });
          const all = { ...settings, lastOffsetDelta: records.length - 1 };
          const { RecordBatch } = own.encodeBatch;
          const expected = await RecordBatch({ ...all, records: encoded(own.encodeRecord) });
          const made = await ours.encodeBatch.RecordBatch({
            ...all,
            records: encoded(ours.encodeRecord),
          });
          expect(made.buffer.equals(expected.buffer)).toBe(true);
          expect(made.size()).toBe(expected.size());
          expect(Buffer.isBuffer(made.buf)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('puts a batch that is larger than its memory together to the same bytes, twice', async () => {
    for (const count of [1, 100, 900]) {
      const records = Array.from({ length: count }, (_, offsetDelta) => ({
        offsetDelta,
        value: String(offsetDelta).repeat(400),
      }));
      const batchOf = (by: typeof own): Promise<Encoded> =>
        by.encodeBatch.RecordBatch({
          ...TIMES,
          records: records.map((each) => by.encodeRecord(each)),
        });
      const [first, second, expected] = [
        await batchOf(ours),
        await batchOf(ours),
        await batchOf(own),
      ];
      expect(first.buffer.equals(expected.buffer)).toBe(true);
      expect(second.buffer.equals(expected.buffer)).toBe(true);
    }
  });

  it('decodes every batch to the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(batch, fc.array(record, { maxLength: 5 })), { maxLength: 3 }),
        fc.nat(40),
        async (batches, cut) => {
          const made = await Promise.all(
            batches.map(async ([settings, records]) => {
              const encoded = records.map((each) => own.encodeRecord(each));
              return (await own.encodeBatch.RecordBatch({ ...settings, records: encoded })).buffer;
            }),
          );
          const bytes = Buffer.concat(made);
          // The broker cuts the last batch where the answer is full.
          const arrived = bytes.subarray(0, bytes.length - (cut < 30 ? 0 : cut));
          expect(await readAll(ours.decodeBatch, arrived)).toEqual(
            await readAll(own.decodeBatch, arrived),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('knows whether its headers are what was expected without making them', async () => {
    const plain = fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom('', 'ce_id', 'ce_hash'));
    const texts = fc.dictionary(plain, plain, { maxKeys: 4 }).map((given) => ({ ...given }));
    await fc.assert(
      fc.asyncProperty(texts, texts, fc.boolean(), async (given, other, isSame) => {
        const expected = isSame ? given : other;
        const records = [
          own.encodeRecord({ headers: given }),
          own.encodeRecord({ headers: { a: 'b' } }),
        ];
        const { buffer } = await own.encodeBatch.RecordBatch({ ...TIMES, records });
        const [read] = (await ours.decodeBatch(new KafkaJsDecoder(buffer))).records;
        // Of a name that every object has: kafkajs reads it.
        fc.pre(read instanceof LazyRecord);
        const isEqual =
          JSON.stringify(Object.entries(given)) === JSON.stringify(Object.entries(expected));
        expect((read as LazyRecord).hasHeaders(expected)).toBe(isEqual);
      }),
      { numRuns: 500 },
    );
  });

  it('reads a batch of damaged bytes as kafkajs does, if that reads it', async () => {
    const records = [own.encodeRecord({ value: 'v', headers: { a: 'b', c: 'd' } })];
    const { buffer } = await own.encodeBatch.RecordBatch({ ...TIMES, records });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 57, max: buffer.length - 1 }),
        fc.nat(255),
        async (at, byte) => {
          const damaged = Buffer.from(buffer);
          damaged[at] = byte;
          // A count that kafkajs would make an array of, or loop over, for minutes.
          fc.pre(damaged.readInt32BE(57) < 100);
          const [mine, theirs] = [
            await readAll(ours.decodeBatch, damaged),
            await readAll(own.decodeBatch, damaged),
          ];
          if (typeof theirs !== 'string') expect(mine).toEqual(theirs);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('writes requests to the same bytes, large pieces in any place', () => {
    const path = require.resolve('kafkajs/src/protocol/encoder.js');
    const patched = require(path) as EncoderClass;
    const kept = require.cache[path];
    delete require.cache[path];
    const plain = require(path) as EncoderClass;
    require.cache[path] = kept;
    const piece = fc.oneof(
      fc.nat(100),
      fc.constantFrom(8_191, 8_192, 20_000).map((size) => Buffer.alloc(size, 'x')),
      fc.string(),
    );
    const write = (encoder: RequestEncoder, tree: Tree): RequestEncoder => {
      for (const each of tree)
        if (typeof each === 'number') encoder.writeInt32(each);
        else if (typeof each === 'string') encoder.writeString(each);
        else if (Buffer.isBuffer(each)) encoder.writeBytes(each);
        else encoder.writeEncoder(write(new (encoder.constructor as EncoderClass)(), each));
      return encoder;
    };
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.array(fc.oneof({ maxDepth: 3 }, piece, tie('tree')), { maxLength: 5 }),
    }));
    fc.assert(
      fc.property(tree, (each) => {
        const [mine, theirs] = [write(new patched(), each), write(new plain(), each)];
        expect(mine.size()).toBe(theirs.size());
        for (let times = 0; times < 2; times += 1) {
          expect(mine.buffer.equals(theirs.buffer)).toBe(true);
          expect(mine.size()).toBe(theirs.size());
          mine.writeInt32(7);
          theirs.writeInt32(7);
        }
      }),
    );
  });

  it('leaves an encoder that is made otherwise as it is', () => {
    const strange = { prototype: { size: () => 0 } };
    expect(keepLargePieces(strange as never)).toBe(false);
    expect(Object.keys(strange.prototype)).toEqual(['size']);
  });

  it('sums up the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (raw) => {
        expect(ours.checksum(Buffer.from(raw))).toBe(own.checksum(Buffer.from(raw)));
      }),
    );
    expect(ours.checksum(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('groups the same, in order', () => {
    const partitioner = ({ message }: { message: { partition?: number } }): number =>
      message.partition ?? 0;
    fc.assert(
      fc.property(fc.array(fc.record({ partition: fc.nat(3), n: fc.nat() })), (messages) => {
        const grouping = { topic: 't', partitionMetadata: [{}], messages, partitioner };
        expect(ours.group(grouping)).toEqual(own.group(grouping));
        const nowhere = { ...grouping, partitionMetadata: [] };
        expect(ours.group(nowhere)).toEqual(own.group(nowhere));
      }),
    );
  });
});

type Tree = readonly (number | string | Buffer | Tree)[];
interface RequestEncoder {
  readonly buffer: Buffer;
  size(): number;
  writeInt32(value: number): void;
  writeString(value: string): void;
  writeBytes(value: Buffer): void;
  writeEncoder(value: RequestEncoder): void;
}
type EncoderClass = new () => RequestEncoder;

const KafkaJsDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;

/** Whatever comes of it, with the parts of lazy records made. */
const readAll = async (
  decode: (decoder: Decoder) => Promise<DecodedBatch>,
  bytes: Buffer,
): Promise<unknown> => {
  const decoder = new KafkaJsDecoder(bytes);
  const read: unknown[] = [];
  try {
    while (decoder.offset < bytes.length) {
      const { records, ...batch } = await decode(decoder);
      read.push(
        { ...batch, magicByte: undefined },
        ...records.map((record) => ({
          attributes: record.attributes,
          offset: record.offset,
          timestamp: record.timestamp,
          key: record.key,
          value: record.value,
          headers: record.headers,
          isControlRecord: record.isControlRecord,
          magicByte: record.magicByte,
          batchContext: record.batchContext,
        })),
      );
    }
    return read;
  } catch (error) {
    return read.length === 0 ? String(error) : [...read, String(error)];
  }
};
