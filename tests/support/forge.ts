import { hashEntry, parseEntry } from '../../libs/ledger/format/entry.js';
import type { RecordedEntry } from '../../libs/ledger/ledger.js';

/** An entry that was never recorded, with a hash that fits its text: the given members of the text are changed. */
export const forged = (
  entry: RecordedEntry,
  changed: Readonly<Record<string, unknown>> = { actor: 'mallory' },
): RecordedEntry => {
  const text = JSON.stringify({ ...(JSON.parse(entry.entry) as object), ...changed });
  return parseEntry(text, hashEntry(text));
};

/** The same, as if it came next. */
export const forgedNext = (
  last: RecordedEntry,
  changed: Readonly<Record<string, unknown>> = {},
): RecordedEntry =>
  forged(last, {
    pos: String(last.position + 1),
    prev: last.hash,
    version: String(last.version + 1),
    id: `${last.id}-forged`,
    ...changed,
  });
