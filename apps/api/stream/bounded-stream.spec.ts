import { describe, expect, it } from '@jest/globals';
import { BoundedStream } from './bounded-stream.js';

const open = (bytesMax = 10) => {
  const cut: string[] = [];
  const stream = new BoundedStream(bytesMax, () => cut.push('too slow'));
  return { stream, cut };
};
const bytes = (count: number): Buffer => Buffer.alloc(count, 'x');

describe('an answer that is sent as it comes', () => {
  it('does not cut off for what came only just before a look', () => {
    const { stream, cut } = open();
    stream.look();
    stream.send(bytes(4));
    stream.look();
    expect([stream.destroyed, cut]).toEqual([false, []]);
  });

  it('cuts off whoever has taken nothing from one look to the next', () => {
    const { stream, cut } = open();
    stream.send(bytes(4));
    stream.look();
    stream.send(bytes(4));
    stream.look();
    expect([stream.destroyed, cut]).toEqual([true, ['too slow']]);
  });

  it('goes on for whoever takes some of it between looks', () => {
    const { stream, cut } = open();
    stream.send(bytes(8));
    stream.look();
    expect(stream.read(2)).toHaveLength(2);
    stream.look();
    expect(stream.read()).toHaveLength(6);
    stream.look();
    stream.send(bytes(1));
    stream.look();
    expect([stream.destroyed, cut]).toEqual([false, []]);
  });

  it('cuts off where more would wait than may', () => {
    const { stream, cut } = open(10);
    stream.send(bytes(10));
    expect(stream.destroyed).toBe(false);
    stream.send(bytes(1));
    expect([stream.destroyed, cut]).toEqual([true, ['too slow']]);
  });

  it('lets in at once what is more than may wait, where nothing waits', () => {
    const { stream, cut } = open(10);
    stream.send(bytes(25));
    expect([stream.read()?.length, cut]).toEqual([25, []]);
    stream.send(bytes(25));
    stream.send(bytes(1));
    expect([stream.destroyed, cut]).toEqual([true, ['too slow']]);
  });

  it('ends after what was sent last', () => {
    const { stream, cut } = open();
    stream.finish(bytes(3));
    expect(stream.read()).toHaveLength(3);
    stream.look();
    expect([stream.read(), stream.readableEnded || stream.readableLength === 0, cut]).toEqual([
      ...[null, true, []],
    ]);
  });
});
