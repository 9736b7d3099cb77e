import type { KafkaMessage } from 'kafkajs';
import type { IncomingRecord } from '../contract/messages/records.js';

export const toRecord = (message: KafkaMessage): IncomingRecord => ({
  offset: Number(message.offset),
  key: message.key,
  value: message.value,
  headers: message.headers as IncomingRecord['headers'],
  timestampMs: Number(message.timestamp),
});
