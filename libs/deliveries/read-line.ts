import { isObject } from '../contract/validation/rules.js';
import { parseStrictJson, StrictJsonError } from '../contract/json/strict-json.js';
import { toUsageEvent, UsageEventBody } from '../contract/usage/bodies.js';
import { validateBody } from '../contract/validation/validate.js';
import type { RefusedItem } from './batches.js';
import type { ReadRow } from './deliver.js';
import { looksLikeCsv } from './foreign-file.js';
import type { FileLine } from './lines.js';
import { refusedRows } from './refused-row.js';
import { withRoundedNumbers } from './rounding.js';

/** A line of NDJSON: a usage event, or everything that is wrong with it. */
export const readLine = (line: FileLine): ReadRow => {
  const { number, bytes } = line;
  if (bytes === null) return refused(line, 'line-too-long', '', 'a line may have 64 KiB');
  try {
    const { body, roundings } = withRoundedNumbers(parseStrictJson(bytes));
    const [first, ...others] = refusedRows(number, validateBody(UsageEventBody, body));
    if (first !== undefined)
      return {
        ...{ outcome: 'refused', countedBy: null, problems: [first, ...others] },
        known: knownOf(line),
      };
    const event = toUsageEvent(body);
    return { event, line: number, countedBy: event.agreement, roundings };
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const text = bytes.toString('utf8');
    if (error.pointer !== '' || !isWord(text))
      return refused(line, error.code, error.pointer, error.message);
    const hint = looksLikeCsv(text) ? '; it looks like CSV' : '';
    const message = `this is not JSON, but one object a line is wanted${hint}`;
    return refused(line, 'json-malformed', '', message);
  }
};

/** A word is no number that went wrong, whatever a reader of numbers makes of it. */
const isWord = (text: string): boolean =>
  /^\s*[^\s{["\d.+-]/.test(text) && !/^\s*(true|false|null)\b/.test(text);

const refused = (line: FileLine, code: string, pointer: string, message: string): ReadRow => ({
  ...{ outcome: 'refused', countedBy: null, known: knownOf(line) },
  problems: [
    { line: line.number, column: pointer === '' ? null : pointer, code, value: null, message },
  ],
});

const knownOf = ({ bytes, head }: FileLine): RefusedItem => ({
  ...identityOf(bytes),
  payload: bytes ?? head,
  isCut: bytes === null,
});

/** Source, id and agreement, as far as the line says. */
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
