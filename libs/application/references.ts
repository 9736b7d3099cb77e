import { bookedCommitment } from '../domain/commitment/commitment.js';
import type { Rejection } from '../domain/decider.js';
import type { DomainCommand } from '../domain/events.js';
import { parentOf } from '../domain/ids.js';
import { referencesOf } from '../domain/aggregates.js';
import { unknownReference, type Reference } from '../domain/references.js';
import type { StreamReader } from '../ledger/ledger.js';

/**
 * Looks up what a command names in other streams, often of other shards, before it is decided. That is sound: nothing
 * that is there ever goes away (agreements end, but stay), so what was found then is there when the ledger decides.
 * Null: the command names nothing, and there is nothing to wait for. Else the refusal for the first that is missing.
 */
export const missingReference = (
  reader: StreamReader,
  tenant: string,
  command: DomainCommand,
): Promise<Rejection | undefined> | null => {
  const references = referencesOf(command);
  return references.length === 0 ? null : firstMissing(reader, tenant, references);
};

const firstMissing = async (
  reader: StreamReader,
  tenant: string,
  references: readonly Reference[],
): Promise<Rejection | undefined> => {
  const there = await Promise.all(references.map((each) => isThere(reader, tenant, each)));
  const missing = references.find((_, at) => !there[at]);
  return missing && unknownReference(missing);
};

const isThere = async (
  reader: StreamReader,
  tenant: string,
  { kind, id }: Reference,
): Promise<boolean> => {
  switch (kind) {
    case 'party':
      return (await reader.stateOf({ tenant, kind, key: id })).status === 'registered';
    case 'agreement':
    case 'investment':
      return (await reader.stateOf({ tenant, kind, key: id })).status !== 'unknown';
    case 'commitment': {
      const book = await reader.stateOf({ tenant, kind, key: parentOf(id) });
      return bookedCommitment(book, id) !== undefined;
    }
  }
};
