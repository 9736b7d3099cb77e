import type { AccessCommand } from '../domain/access/commands.js';
import type { LedgerEvent } from '../domain/events.js';
import { digestOf } from '../contract/json/digest.js';
import { digestOfUsage, drawdownId } from './usage-command.js';

/** Entries before that were written with other bodies. */
const DRAWDOWN_SCHEMA = 2;

/**
 * How the identity and digest of a request follow from the event that was decided of it, where they do: of usage and of
 * API keys. Null: they fit, or cannot be told. What came over HTTP as a command is digested with its address, which no
 * event repeats.
 */
export const requestFault = (
  event: LedgerEvent,
  { source, id, digest, schema }: RequestText,
): string | null => {
  if (event.type === 'DrawdownRecorded' && Number(schema) >= DRAWDOWN_SCHEMA) {
    const { agreementId, effectiveAt, charge } = event.body;
    if (event.body.drawdownId !== drawdownId(source, id))
      return `the drawdown calls itself ${event.body.drawdownId}, the request was ${source} ${id}`;
    return unlike(digest, digestOfUsage(agreementId, effectiveAt, charge));
  }
  if (event.type === 'ApiKeyIssued' || event.type === 'ApiKeyRevoked') {
    const type = event.type === 'ApiKeyIssued' ? 'IssueApiKey' : 'RevokeApiKey';
    return unlike(digest, digestOf({ type, ...event.body } as AccessCommand));
  }
  return null;
};

interface RequestText {
  readonly source: string;
  readonly id: string;
  readonly digest: string;
  readonly schema: string;
}

const unlike = (digest: string, expected: string): string | null =>
  digest === expected
    ? null
    : `the entry has the digest ${digest} of another request: what it says is digested to ${expected}`;
