import type { Readable } from 'node:stream';
import type { Principal } from '../../../libs/access/principal.js';
import type { UsageItem } from '../../../libs/application/record-usage.js';
import type { UsageBatchAnswer } from '../../../libs/contract/usage/answers.js';
import type { ItemResult } from '../../../libs/contract/usage/usage-event.js';
import { parseStrictJson, StrictJsonError } from '../../../libs/contract/json/strict-json.js';
import { groupsOfLines, LINE_MAX, type BodyLine } from './ndjson.js';
import { Spool, type SpoolLimits } from './spool.js';
import { readUsageItem, unreadable } from './read-usage-item.js';

/** The most usage events given to the ledger at once, so that no answer waits for a huge group. */
const GROUP_MAX = 2_000;

/** Hands some items to the ledger: one result each, in order. */
export type RecordItems = (items: readonly UsageItem[]) => Promise<readonly ItemResult[]>;

/** What became of some lines, as text, and the counts so far. */
interface Settled {
  readonly text: (answer: 'all' | 'exceptions') => string;
  readonly exceptions: number;
}

type Counts = Record<keyof UsageBatchAnswer['counts'], number>;

export const countsOf = (results: readonly ItemResult[]): Counts => {
  const counts = { recorded: 0, duplicate: 0, parked: 0, refused: 0, retry: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
};

async function* settled(
  stream: Readable,
  record: RecordItems,
  principal: Principal,
  totals: Counts,
): AsyncGenerator<Settled> {
  for await (const lines of groupsOfLines(stream)) {
    for (let start = 0; start < lines.length; start += GROUP_MAX) {
      const group = lines.slice(start, start + GROUP_MAX);
      const results = await record(group.map((line) => readLine(line, principal)));
      for (const { outcome } of results) totals[outcome] += 1;
      const answered = results.map((result, index) => ({ line: group[index]?.number, ...result }));
      const exceptions = answered.filter(isException);
      yield {
        exceptions: exceptions.length,
        text: (answer) =>
          (answer === 'all' ? answered : exceptions)
            .map((each) => `${JSON.stringify(each)}\n`)
            .join(''),
      };
    }
  }
}

const isException = ({ outcome }: ItemResult): boolean =>
  outcome !== 'recorded' && outcome !== 'duplicate';

/**
 * Answers to an NDJSON stream while it is sent: `{"line":…,"outcome":…}` per event, in order, and at the end
 * `{"counts":…}`. For clients that read while they write. When the stream breaks off or the database fails there is no last
 * line, and all may be sent again.
 */
export async function* answerLines(
  stream: Readable,
  record: RecordItems,
  principal: Principal,
  onBrokenOff: (error: unknown) => void,
): AsyncGenerator<string> {
  const totals = countsOf([]);
  try {
    for await (const { text } of settled(stream, record, principal, totals)) yield text('all');
  } catch (error) {
    onBrokenOff(error);
    throw error;
  }
  yield `${JSON.stringify({ counts: totals })}\n`;
}

/**
 * Answers when all of the stream has been read: a line per event that was not recorded, and the counts. Nothing is sent
 * before, so a client that writes everything first is never waited for; and what fails on the way can be answered as such.
 * Exceptions beyond what the spool takes are counted as `notListed`.
 */
export const answerExceptions = async (
  stream: Readable,
  record: RecordItems,
  principal: Principal,
  limits: SpoolLimits = {},
): Promise<AsyncGenerator<Buffer>> => {
  const totals = countsOf([]);
  const spool = new Spool(limits);
  let notListed = 0;
  try {
    for await (const { text, exceptions } of settled(stream, record, principal, totals))
      if (exceptions > 0 && !(await spool.add(text('exceptions')))) notListed += exceptions;
  } catch (error) {
    await spool.close();
    throw error;
  }
  return listed(spool, { counts: totals, ...(notListed > 0 ? { notListed } : {}) });
};

async function* listed(spool: Spool, last: object): AsyncGenerator<Buffer> {
  try {
    yield* spool.read();
    yield Buffer.from(`${JSON.stringify(last)}\n`);
  } finally {
    await spool.close();
  }
}

const readLine = ({ bytes, head }: BodyLine, principal: Principal): UsageItem => {
  if (bytes === null) {
    const message = `has at most ${LINE_MAX} bytes`;
    const problem = { code: 'line-too-long', pointer: '', message };
    return { refusal: unreadable(head, problem, principal, true) };
  }
  try {
    return readUsageItem(parseStrictJson(bytes), principal);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const { code, pointer } = error;
    const message = `column ${error.column}: ${error.message}`;
    return { refusal: unreadable(bytes, { code, pointer, message }, principal) };
  }
};
