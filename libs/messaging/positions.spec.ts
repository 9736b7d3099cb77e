import { describe, expect, it } from '@jest/globals';
import { Positions } from './positions.js';
import type { LogRange } from './positions.js';

/** One topic `t`, whose log and committed offsets a test sets as it likes. */
const watched = (ranges: LogRange[], committed: (number | null)[]) => {
  const said: string[] = [];
  const marks: string[] = [];
  const positions = new Positions(
    {
      ranges: () => Promise.resolve([...ranges]),
      committed: () => Promise.resolve([...committed]),
      mark: (topic, partition, offset) => {
        marks.push(`${topic}/${partition} ${offset}`);
        return Promise.resolve();
      },
    },
    ({ topic, partition, reason, next, goesOnAt, offsets }) =>
      said.push(`${topic}/${partition} ${reason} ${next}..${goesOnAt} ${offsets}`),
  );
  return { positions, said, marks, ranges };
};

describe('where a member of a group is', () => {
  it('says at the beginning what was deleted, and nothing of partitions that are not its own', async () => {
    const ranges = [
      { start: 0, end: 9 },
      { start: 7, end: 9 },
      { start: 7, end: 9 },
    ];
    const { positions, said } = watched(ranges, [5, 5, 5]);
    await positions.begin({ t: [0, 1] });
    expect(said).toEqual(['t/1 deleted 5..7 2']);
  });

  it('marks where it begins without an offset, and says when the log does not begin at 0', async () => {
    const ranges = [
      { start: 0, end: 0 },
      { start: 2, end: 2 },
    ];
    const { positions, said, marks } = watched(ranges, [null, null]);
    await positions.begin({ t: [0, 1] });
    expect(marks).toEqual(['t/0 0', 't/1 2']);
    expect(said).toEqual(['t/1 no-offset 0..2 2']);
  });

  it('says that a topic was made anew', async () => {
    const { positions, said, ranges } = watched([{ start: 0, end: 3 }], [8]);
    await positions.begin({ t: [0] });
    await positions.sees('t', 0, 0, 3);
    positions.settled('t', 0, 3);
    positions.done('t', 0);
    ranges[0] = { start: 0, end: 1 };
    await positions.look();
    expect(said).toEqual(['t/0 made-anew 8..0 0', 't/0 made-anew 3..0 0']);
  });

  it('tells a deletion from the gap of what was aborted, when the next batch comes', async () => {
    const { positions, said, ranges } = watched([{ start: 0, end: 9 }], [2]);
    await positions.begin({ t: [0] });
    await positions.sees('t', 0, 4, 6);
    positions.settled('t', 0, 6);
    ranges[0] = { start: 8, end: 20 };
    await positions.sees('t', 0, 9, 11);
    positions.settled('t', 0, 11);
    expect(said).toEqual(['t/0 deleted 6..8 2']);
  });

  it('says once what was deleted while nothing comes, but not of what is in hand', async () => {
    const { positions, said, marks, ranges } = watched([{ start: 0, end: 4 }], [0]);
    await positions.begin({ t: [0] });
    await positions.sees('t', 0, 0, 4);
    ranges[0] = { start: 4, end: 4 };
    await positions.look();
    expect(said).toEqual([]);
    positions.settled('t', 0, 4);
    positions.done('t', 0);
    ranges[0] = { start: 6, end: 6 };
    await positions.look();
    await positions.look();
    expect(said).toEqual(['t/0 deleted 4..6 2']);
    expect(marks).toEqual(['t/0 6']);
  });

  it('takes what was in hand, and not settled, for lost when it does not come again', async () => {
    const { positions, said, ranges } = watched([{ start: 0, end: 4 }], [0]);
    await positions.begin({ t: [0] });
    await positions.sees('t', 0, 0, 4);
    positions.settled('t', 0, 1);
    positions.done('t', 0);
    ranges[0] = { start: 4, end: 6 };
    await positions.sees('t', 0, 4, 6);
    expect(said).toEqual(['t/0 deleted 1..4 3']);
  });
});
