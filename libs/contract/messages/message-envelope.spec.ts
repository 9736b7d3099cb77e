import { describe, expect, it } from '@jest/globals';
import { USAGE_EVENT_TYPE } from './cloud-event.js';
import { openMessage } from './message-envelope.js';

const EVENT = { specversion: '1.0', type: USAGE_EVENT_TYPE, source: 'billing', id: '1', data: {} };

const open = (contentType: string, value: unknown) =>
  openMessage({
    offset: 0,
    key: Buffer.from('demo/amazon-anthropic'),
    value: Buffer.from(JSON.stringify(value)),
    headers: { 'content-type': Buffer.from(contentType) },
    timestampMs: 0,
  });

/** A record has one key, one fate and one place in the dead letters: a batch could have none of them for its events. */
describe('CloudEvents in batch mode', () => {
  it.each<[string, string, unknown, string, string]>([
    [
      'by its content type',
      'application/cloudevents-batch+json',
      [EVENT],
      'content-type-unsupported',
      '/headers/content-type',
    ],
    [
      'whatever its charset and the case it is written in',
      'application/CloudEvents-Batch+JSON; charset=UTF-8',
      [EVENT],
      'content-type-unsupported',
      '/headers/content-type',
    ],
    [
      'also with one event that is no array',
      'application/cloudevents-batch+json',
      EVENT,
      'content-type-unsupported',
      '/headers/content-type',
    ],
    [
      'an array as one event in structured mode',
      'application/cloudevents+json',
      [EVENT],
      'not-an-object',
      '',
    ],
    ['an array as plain JSON', 'application/json', [EVENT], 'not-an-object', ''],
  ])('is refused: %s', (_, contentType, value, code, pointer) => {
    expect(open(contentType, value)).toMatchObject({ kind: 'problem', problem: { code, pointer } });
  });
});
