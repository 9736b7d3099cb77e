import { describe, expect, it } from '@jest/globals';
import { MessagingError } from '../../libs/messaging/errors.js';
import type { RecordRefusals } from '../../libs/application/record-refusals.js';
import type { IncomingRecord, OutgoingRecord } from '../../libs/contract/messages/records.js';
import type { Channel, Verdict } from './channel.js';
import { takeBatch } from './take-batch.js';

interface Said {
  readonly tenant: string;
  readonly id: string;
}

const recordOf = (text: string, offset: number): IncomingRecord => ({
  offset,
  key: Buffer.from('demo/a'),
  value: Buffer.from(text),
  headers: {},
  timestampMs: 0,
});

const SETTLED: Verdict = { kind: 'settled' };

/** One batch of texts: `poison` breaks the reader, `refuse` and `retry` are the ledger's. Everything done, in order. */
const run = async (
  texts: readonly string[],
  publish?: (letter: OutgoingRecord) => Promise<number>,
  settling: () => Promise<void> = () => Promise.resolve(),
  slicesAhead = 1,
) => {
  const done: string[] = [];
  const channel: Channel<Said> = {
    topic: 'in',
    deadLetters: 'dlq',
    refusedAs: 'kafka',
    slicesAhead,
    read: ({ value }) => {
      const id = value!.toString();
      if (id === 'poison') throw new RangeError('Maximum call stack size exceeded');
      return { tenant: id === 'foreign' ? 'other' : 'demo', id };
    },
    take: (messages) => {
      done.push(`take ${messages.map(({ id }) => id).join()}`);
      return Promise.resolve(
        messages.map(({ id }): Verdict => {
          if (id === 'retry') return { kind: 'retry', reason: 'overloaded' };
          if (id !== 'refuse') return SETTLED;
          const problem = { code: 'no', pointer: '', message: '' };
          return { kind: 'refused', source: 's', id, problem, onRecord: true };
        }),
      );
    },
  };
  const handler = takeBatch(channel, {
    commands: {
      execute: ({ refusals }: RecordRefusals) => {
        if (refusals.length > 0)
          done.push(`on record ${refusals.map(({ problem }) => problem.code).join()}`);
        return Promise.resolve();
      },
    } as never,
    publisher: {
      publish: async (topic, _, letters) => {
        for (const letter of letters) await publish?.(letter);
        done.push(`${topic} ${letters.map(({ headers }) => String(headers['dlq_code'])).join()}`);
        return 0;
      },
      close: () => Promise.resolve(),
    },
    partitions: 1,
    tenants: new Set(['demo']),
    at: (point) => void done.push(point),
  });
  const failure = await handler(
    { topic: 'in', partition: 0, endOffset: 99, records: texts.map(recordOf) },
    {
      signal: new AbortController().signal,
      settle: (offset) => {
        done.push(`settle ${offset}`);
        return settling();
      },
    },
  ).then(
    () => null,
    (error: Error) => error.message,
  );
  return { done, failure };
};

const POINTS = ['intake:after-parse', 'intake:before-dlq', 'intake:before-settle'];

describe('a batch of an ingest topic', () => {
  it('is in the ledger, then on record, then with the dead letters, then settled', async () => {
    expect(await run(['a', 'refuse', 'foreign', 'b'])).toEqual({
      done: [
        POINTS[0],
        'take a,refuse,b',
        'on record tenant-not-allowed',
        POINTS[1],
        'dlq no,tenant-not-allowed',
        POINTS[2],
      ].map((one) => (one === 'dlq no,tenant-not-allowed' ? expect.stringMatching(/^dlq /) : one)),
      failure: null,
    });
  });

  it('reads the neighbours of a record that breaks its reader', async () => {
    const { done, failure } = await run(['a', 'poison', 'b']);
    expect(failure).toBeNull();
    expect(done).toContain('take a,b');
    expect(done).toContain('dlq unreadable-record');
  });

  it('does not trouble the ledger with nothing', async () => {
    expect((await run(['poison'])).done).not.toContain('take ');
  });

  it('settles what is before the first record that has to come again, and fails', async () => {
    const { done, failure } = await run(['a', 'refuse', 'retry', 'refuse', 'b']);
    expect(failure).toMatch(/overloaded/);
    expect(done.slice(-2)).toEqual([POINTS[2], 'settle 1']);
    expect(done.filter((one) => one.startsWith('dlq'))).toEqual(['dlq no']);
  });

  it('settles nothing when the first has to come again', async () => {
    const { done, failure } = await run(['retry', 'a']);
    expect(failure).toMatch(/overloaded/);
    expect(done.at(-1)).toBe(POINTS[2]);
  });

  it('is not settled when the dead letters do not take it', async () => {
    const { done, failure } = await run(['refuse'], () =>
      Promise.reject(new MessagingError('delivery-deadline', 'late')),
    );
    expect(failure).toBe('late');
    expect(done.at(-1)).toBe(POINTS[1]);
  });

  describe('of more records than are taken at once', () => {
    const many = (count: number): string[] => Array.from({ length: count }, () => 'a');
    const takes = (done: readonly string[]): number[] =>
      done.filter((one) => one.startsWith('take')).map((one) => one.split(',').length);

    it('is taken piece by piece, every record once, and settled as a whole', async () => {
      const { done, failure } = await run(many(1_200));
      expect(failure).toBeNull();
      expect(takes(done)).toEqual([333, 333, 333, 201]);
      expect(done.at(-1)).toBe(POINTS[2]);
    });

    it('ends with the piece in which a record has to come again', async () => {
      const { done, failure } = await run([...many(700), 'retry', ...many(600)]);
      expect(failure).toMatch(/overloaded/);
      expect(takes(done)).toEqual([333, 333, 333, 302]);
      expect(done.at(-1)).toBe('settle 699');
    });

    it('tells nobody of refusals behind a record that has to come again: they come with it', async () => {
      const { done } = await run([...many(400), 'retry', ...many(300), 'refuse', 'foreign']);
      expect(takes(done)).toEqual([333, 333, 36]);
      expect(done.filter((one) => /^(dlq|on record)/.test(one))).toEqual([]);
      expect(done.at(-1)).toBe('settle 399');
    });

    it('begins no piece before the one before is done where the order of decisions matters', async () => {
      const texts = [...many(700), 'retry', ...many(600)];
      const { done, failure } = await run(texts, undefined, undefined, 0);
      expect(failure).toMatch(/overloaded/);
      expect(takes(done)).toEqual([333, 333, 333]);
      expect(done.at(-1)).toBe('settle 699');
    });

    it('settles the pieces before one that fails', async () => {
      const late = () => Promise.reject(new MessagingError('delivery-deadline', 'late'));
      const { done, failure } = await run([...many(600), 'refuse'], late);
      expect(failure).toBe('late');
      expect(done.at(-1)).toBe('settle 332');
    });

    it('fails with what went wrong first, even if that cannot be settled either', async () => {
      const late = () => Promise.reject(new MessagingError('delivery-deadline', 'late'));
      const lost = () => Promise.reject(new Error('the group gathers'));
      expect((await run([...many(600), 'refuse'], late, lost)).failure).toBe('late');
    });
  });

  it('goes on without the content of a letter that is too large', async () => {
    const seen: OutgoingRecord[] = [];
    const { failure } = await run(['refuse'], (letter) => {
      seen.push(letter);
      return letter.value === null
        ? Promise.resolve(0)
        : Promise.reject(new MessagingError('message-too-large', 'large'));
    });
    expect(failure).toBeNull();
    expect(seen.at(-1)).toMatchObject({ value: null, headers: { dlq_content: 'dropped' } });
  });
});
