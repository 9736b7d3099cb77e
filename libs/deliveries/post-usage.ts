import type { Readable } from 'node:stream';
import type { CommandBus } from '@nestjs/cqrs';
import type { Principal } from '../access/principal.js';
import type { ItemProblem, ItemResult, UsageEvent } from '../contract/usage/usage-event.js';
import { isObject } from '../contract/validation/rules.js';
import { parseStrictJson, StrictJsonError } from '../contract/json/strict-json.js';
import { toUsageEvent, UsageEventBody } from '../contract/usage/bodies.js';
import { validateBody } from '../contract/validation/validate.js';
import { BatchPoster, BATCHES, type BatchOptions } from './batches.js';
import { looksLikeCsv, refuseForeign } from './foreign-file.js';
import { Reasons } from './reasons.js';
import type { RefusedRow } from './refused-row.js';
import { RoundingTally, withRoundedNumbers, type RowRounding } from './rounding.js';
import { Tally } from './tally.js';

export interface PostWork {
  /** Rows go to the ledger as one RecordUsage for each batch. */
  readonly commands: CommandBus;
  readonly principal: Principal;
  readonly onRefused: (row: RefusedRow) => void | Promise<void>;
  readonly onProgress?: (read: number, tally: Tally) => void;
  readonly batches?: BatchOptions;
}

export interface Posted {
  readonly tally: Tally;
  readonly reasons: Reasons;
  readonly rounding: RoundingTally;
}

interface Item {
  readonly event: UsageEvent;
  readonly line: number;
  readonly roundings: readonly RowRounding[];
}

const LINE_BYTES_MAX = 64 * 1024;

interface Line {
  readonly number: number;
  /** Null: longer than 64 KiB. */
  readonly bytes: Buffer | null;
  /** Of a line that is too long: how it begins. */
  readonly head: Buffer | null;
}

const HEAD_BYTES = 1_024;

/** Lines of a stream without their ends, empty ones left out. A line that is too long is passed over, not kept. */
async function* readLines(input: Readable, bytesMax = LINE_BYTES_MAX): AsyncGenerator<Line> {
  let pieces: Buffer[] = [];
  let length = 0;
  let number = 1;
  const take = (): Line | null => {
    const all = Buffer.concat(pieces);
    const isTooLong = length > bytesMax;
    pieces = [];
    const isEmpty = length === 0 || (!isTooLong && all.toString('latin1').trim() === '');
    length = 0;
    if (isEmpty) return null;
    return isTooLong
      ? { number, bytes: null, head: Buffer.from(all.subarray(0, HEAD_BYTES)) }
      : { number, bytes: all, head: null };
  };
  /** Of a line that is too long only the beginning is kept. */
  const keep = (piece: Buffer): void => {
    length += piece.length;
    pieces.push(piece);
    if (length > bytesMax) pieces = [Buffer.concat(pieces).subarray(0, HEAD_BYTES)];
  };
  for await (const chunk of input) {
    let rest = Buffer.from(chunk as Buffer | string);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      keep(rest.subarray(0, end));
      const line = take();
      if (line !== null) yield line;
      number += 1;
      rest = rest.subarray(end + 1);
    }
    keep(rest);
  }
  const last = take();
  if (last !== null) yield last;
}

const read = ({ number, bytes }: Line): Item | readonly RefusedRow[] => {
  const refused = (code: string, column: string | null, message: string): readonly RefusedRow[] => [
    { line: number, column, code, value: null, message },
  ];
  if (bytes === null) return refused('line-too-long', null, 'a line may have 64 KiB');
  try {
    const { body, roundings } = withRoundedNumbers(parseStrictJson(bytes));
    const problems = validateBody(UsageEventBody, body);
    if (problems.length === 0) return { event: toUsageEvent(body), line: number, roundings };
    return problems.map(({ code, pointer, message }) => ({
      line: number,
      column: pointer === '' ? null : pointer,
      code,
      value: null,
      message,
    }));
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const text = bytes.toString('utf8');
    // A word is no number that went wrong, whatever a reader of numbers makes of it.
    if (
      error.pointer === '' &&
      /^\s*[^\s{["\d.+-]/.test(text) &&
      !/^\s*(true|false|null)\b/.test(text)
    ) {
      const hint = looksLikeCsv(text) ? '; it looks like CSV' : '';
      return refused(
        'json-malformed',
        null,
        `this is not JSON, but one object a line is wanted${hint}`,
      );
    }
    return refused(error.code, error.pointer === '' ? null : error.pointer, error.message);
  }
};

const problemOf = ({ code, column, message }: RefusedRow): ItemProblem => ({
  code,
  pointer: column ?? '',
  message,
});

/** As far as the line says. */
const identityOf = (
  bytes: Buffer | null,
): Partial<Record<'source' | 'id' | 'agreement', string>> => {
  try {
    const item = bytes === null ? null : parseStrictJson(bytes);
    if (!isObject(item)) return {};
    const named = (['source', 'id', 'agreement'] as const).filter(
      (name) => typeof item[name] === 'string' && (item[name] as string).length <= 128,
    );
    return Object.fromEntries(named.map((name) => [name, item[name]]));
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    return {};
  }
};

/**
 * Usage events as NDJSON, one a line: what a finance system would post over HTTP, but for digits beyond those that are kept,
 * which are rounded here and refused there. Throws where the first line says that the file is something else.
 */
export const postUsage = async (input: Readable, work: PostWork): Promise<Posted> => {
  const tally = new Tally();
  const reasons = new Reasons();
  const rounding = new RoundingTally();
  const refusals: RefusedRow[] = [];
  const settle = (item: Item, result: ItemResult): void => {
    tally.item(item.event.agreement, result);
    if (result.outcome !== 'refused') {
      rounding.row(item.event.currency, item.roundings);
      return;
    }
    for (const { code, pointer, message } of result.problems) {
      refusals.push({ line: item.line, column: pointer || null, code, value: null, message });
    }
  };
  const writeRefusals = async (): Promise<void> => {
    for (const refusal of refusals.splice(0)) {
      reasons.add(refusal);
      await work.onRefused(refusal);
    }
  };
  const poster = new BatchPoster<Item>(
    work.commands,
    work.principal,
    settle,
    work.batches ?? BATCHES,
  );
  let lines = 0;
  for await (const line of readLines(input)) {
    if (lines === 0 && line.bytes !== null) refuseForeign(line.bytes);
    lines += 1;
    const item = read(line);
    if ('event' in item) await poster.add(item);
    else {
      tally.row(null, 'refused');
      refusals.push(...item);
      await poster.refuse(problemOf(item[0]!), {
        ...identityOf(line.bytes),
        problems: item.map(problemOf),
        payload: line.bytes ?? line.head,
        isCut: line.bytes === null,
      });
    }
    await writeRefusals();
    work.onProgress?.(lines, tally);
  }
  await poster.finish();
  await writeRefusals();
  tally.assertAddsUp(lines);
  return { tally, reasons, rounding };
};
