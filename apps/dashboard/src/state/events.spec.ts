import { describe, expect, it } from '@jest/globals';
import { eventOf, readEvents, type StreamEvent } from './events.js';

const streamOf = (...parts: readonly string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });

describe('events of a stream', () => {
  it('have a place, a name and what they say', () => {
    expect(eventOf('id: 0:7\nevent: entry\ndata: {"a":1}')).toEqual({
      id: '0:7',
      event: 'entry',
      data: '{"a":1}',
    });
  });

  it('may be a comment or a place alone, which says that the stream lives', () => {
    expect(eventOf(': beat\nid: 0:7')).toEqual({ id: '0:7', event: null, data: '' });
    expect(eventOf('data: one\ndata: two')).toMatchObject({ data: 'one\ntwo' });
  });

  it('are put together however they are cut, also within a letter', async () => {
    const bytes = new TextEncoder().encode('event: view\ndata: "ä"\n\n: beat\n\nevent: half');
    const cut = bytes.indexOf(0xc3) + 1;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(bytes.slice(0, cut));
        controller.enqueue(bytes.slice(cut));
        controller.close();
      },
    });
    const seen: StreamEvent[] = [];
    for await (const event of readEvents(body)) seen.push(event);
    expect(seen.map(({ event, data }) => [event, data])).toEqual([
      ['view', '"ä"'],
      [null, ''],
    ]);
    const none: StreamEvent[] = [];
    for await (const event of readEvents(streamOf())) none.push(event);
    expect(none).toEqual([]);
  });
});
