import { describe, expect, it } from '@jest/globals';
import { Pauses } from './pauses.js';

const paused = (tell: (pauses: Pauses) => void): ReturnType<Pauses['all']> => {
  const pauses = new Pauses();
  tell(pauses);
  return pauses.all();
};

describe('what a consumer was told not to fetch', () => {
  it('is some partitions of a topic', () => {
    const pauses = new Pauses();
    pauses.add('usage', [0, 2]);
    pauses.add('usage', [5]);
    expect(pauses.all()).toEqual([{ topic: 'usage', partitions: [0, 2, 5] }]);
    expect([0, 1, 2, 5].map((partition) => pauses.has('usage', partition))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(pauses.has('other', 0)).toBe(false);
  });

  it('stays the whole topic when some of its partitions are paused too', () => {
    expect(
      paused((pauses) => {
        pauses.add('usage');
        pauses.add('usage', [1]);
      }),
    ).toEqual([{ topic: 'usage' }]);
  });

  it('is the other assigned partitions when one of a whole topic goes on', () => {
    expect(
      paused((pauses) => {
        pauses.add('usage');
        pauses.remove('usage', [1], [0, 1, 2]);
      }),
    ).toEqual([{ topic: 'usage', partitions: [0, 2] }]);
  });

  it('names no topic of which nothing is left', () => {
    expect(
      paused((pauses) => {
        pauses.add('usage', [1]);
        pauses.add('letters', [3]);
        pauses.remove('usage', [1], [1]);
        pauses.remove('letters', undefined, [3]);
      }),
    ).toEqual([]);
  });
});
