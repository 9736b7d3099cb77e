import { isCanonical } from './canonical.js';

/** What every entry must have, all of it text, except the body. See libs/ledger/README.md for the format. */
const MEMBERS = [
  'v',
  'ledger',
  'tenant',
  'shard',
  'epoch',
  'pos',
  'prev',
  'stream',
  'version',
  'id',
  'source',
  'digest',
  'type',
  'schema',
  'recordedAt',
  'effectiveAt',
  'actor',
] as const;

/** An entry as its bytes say it. */
export type EntryText = Readonly<Record<(typeof MEMBERS)[number], string>> & {
  readonly body: Readonly<Record<string, unknown>>;
};

/** `entry`: null where the text cannot be read. `fault`: what is wrong with the text, or null. */
export interface ReadEntry {
  readonly entry: EntryText | null;
  readonly fault: string | null;
}

export const readEntryText = (text: string): ReadEntry => {
  let entry: Record<string, unknown>;
  let fault: string | null;
  try {
    entry = JSON.parse(text) as Record<string, unknown>;
    fault = isCanonical(text, entry) ? null : 'the entry is not in its canonical form';
  } catch (error) {
    return { entry: null, fault: (error as Error).message };
  }
  if (typeof entry !== 'object' || entry === null)
    return { entry: null, fault: 'the entry is not an object' };
  const missing = MEMBERS.find((member) => typeof entry[member] !== 'string');
  if (missing !== undefined)
    return { entry: null, fault: `the entry has no text member ${missing}` };
  if (typeof entry['body'] !== 'object' || entry['body'] === null)
    return { entry: null, fault: 'the entry has no body' };
  return { entry: entry as EntryText, fault };
};

/** `tenant source id`: what must be unique over the whole ledger, for ever. */
export const identityOf = ({ tenant, source, id }: EntryText): string =>
  `${tenant} ${source} ${id}`;
