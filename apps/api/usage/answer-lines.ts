import type { Readable } from 'node:stream';
import type { Principal } from '../../../libs/application/principal.js';
import { parseStrictJson, StrictJsonError } from '../../../libs/application/wire/strict-json.js';
import { groupsOfLines, LINE_MAX, type Line } from './ndjson.js';
import { checkUsage, countsOf, unreadable, type Checked, type TakeUsage } from './take-usage.js';

/** Asked of the ledger at once, so that one answer never waits for a huge group. */
const GROUP_MAX = 2_000;

/**
 * Answers to an NDJSON stream, as NDJSON: `{"line":…,"outcome":…}` per event, in order, and at the end
 * `{"counts":…}`. When the stream breaks off or the database fails there is no last line, and all may be sent again.
 */
export async function* answerLines(
  stream: Readable,
  usage: TakeUsage,
  principal: Principal,
  answer: 'all' | 'exceptions',
): AsyncGenerator<string> {
  const totals = countsOf([]);
  for await (const lines of groupsOfLines(stream)) {
    for (let start = 0; start < lines.length; start += GROUP_MAX) {
      const group = lines.slice(start, start + GROUP_MAX);
      const results = await usage
        .each(
          group.map((line) => checkLine(line, principal)),
          principal,
        )
        .catch(usage.fault);
      let text = '';
      for (const [index, result] of results.entries()) {
        totals[result.outcome] += 1;
        if (answer === 'all' || (result.outcome !== 'recorded' && result.outcome !== 'duplicate'))
          text += `${JSON.stringify({ line: group[index]!.number, ...result })}\n`;
      }
      if (text !== '') yield text;
    }
  }
  yield `${JSON.stringify({ counts: totals })}\n`;
}

const checkLine = ({ bytes, head }: Line, principal: Principal): Checked => {
  if (bytes === null) {
    const message = `has at most ${LINE_MAX} bytes`;
    return unreadable(head, { code: 'line-too-long', pointer: '', message }, true);
  }
  try {
    return checkUsage(parseStrictJson(bytes), principal);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const { code, pointer } = error;
    const message = `column ${error.column}: ${error.message}`;
    return unreadable(bytes, { code, pointer, message });
  }
};
