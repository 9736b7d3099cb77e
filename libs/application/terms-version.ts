import { termsVersionIn } from '../domain/commitment/terms-version.js';
import { parentOf } from '../domain/ids.js';
import { changesTerms } from '../domain/aggregates.js';
import type { LedgerReader, RecordedEntry, StreamName, StreamReader } from '../ledger/ledger.js';
import type { Termed } from '../projections/asking/query.js';

type Reader = Pick<LedgerReader, 'readStream'> & StreamReader;

/**
 * The version of the terms that a command left behind it, of what it was about or made; of a reversal, its agreement's.
 * Found from what was recorded, so that a repeat is answered with the same number, whatever happened since.
 */
export const termsVersionLeft = async (
  reader: Reader,
  entries: readonly RecordedEntry[],
): Promise<number> => {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last) throw new Error('a command that recorded nothing left no version');
  const { event, stream } = first;
  switch (event.type) {
    case 'CommitmentPledged':
      return 1;
    case 'CommitmentAmended':
      return event.body.number + 1;
    case 'CommitmentTerminated': {
      // No event changes the terms after a termination, so the present version is the one it left.
      const book = await reader.stateOf({ ...stream, kind: 'commitment' });
      return termsVersionIn(book, event.body.commitmentId);
    }
    case 'AlertRuleDefined':
    case 'AlertRuleChanged':
    case 'AlertRuleRetired':
      return event.body.version;
    case 'DrawdownReversed':
      return changesUpTo(reader, { ...stream, kind: 'agreement' }, last.position);
    default:
      return changesUpTo(reader, stream, last.position);
  }
};

/** The version at which the ledger has its terms now; 0: it is not there. */
export const presentTermsVersion = async (
  reader: StreamReader,
  tenant: string,
  { kind, id }: Pick<Termed, 'kind' | 'id'>,
): Promise<number> => {
  if (kind === 'commitment') {
    const book = await reader.stateOf({ tenant, kind, key: parentOf(id) });
    return termsVersionIn(book, id);
  }
  const state = await reader.stateOf({ tenant, kind, key: id });
  return state.status === 'unknown' ? 0 : state.termsVersion;
};

/** Streams of parties, agreements and investments are short: nothing in them is usage. */
const changesUpTo = async (
  reader: Reader,
  stream: StreamName,
  position: number,
): Promise<number> => {
  const entries = await reader.readStream(stream);
  return entries.filter((entry) => entry.position <= position && changesTerms(entry.event.type))
    .length;
};
