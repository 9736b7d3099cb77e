import type { KafkaMessage } from 'kafkajs';
import { LazyRecord } from './kafkajs/decode-batch.js';
import type { IncomingRecord } from './ports.js';

/** Asks the message anew at each reading, as it makes its parts anew: see `kafkajs/decode-batch.ts`. */
class KafkaRecord implements IncomingRecord {
  readonly offset: number;
  readonly timestampMs: number;

  constructor(private readonly message: KafkaMessage) {
    this.offset = Number(message.offset);
    this.timestampMs = Number(message.timestamp);
  }

  get key(): Buffer | null {
    return this.message.key;
  }

  get value(): Buffer | null {
    return this.message.value;
  }

  get headers(): IncomingRecord['headers'] {
    return this.message.headers as IncomingRecord['headers'];
  }
}

/** One that need not make its headers to tell what they are. */
class LazyKafkaRecord extends KafkaRecord {
  constructor(private readonly lazy: LazyRecord) {
    super(lazy as KafkaMessage);
  }

  hasHeaders(expected: Readonly<Record<string, string>>): boolean {
    return this.lazy.hasHeaders(expected);
  }
}

export const toRecord = (message: KafkaMessage): IncomingRecord =>
  message instanceof LazyRecord ? new LazyKafkaRecord(message) : new KafkaRecord(message);
