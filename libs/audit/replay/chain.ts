import type { PoolClient } from 'pg';
import { hashEntry, parseEntry } from '../../ledger/format/entry.js';
import type { ChainPoint, RecordedEntry } from '../../ledger/ledger.js';

/**
 * hash-mismatch   the stored bytes do not hash to the stored hash
 * chain-broken    the entry was not built on the one before
 * gap             positions are missing
 * tail-cut        the shard ends before what a view has seen, or before its head
 * head-mismatch   the shard's head is not its event at that position
 * not-the-entry   the entry says that it is of another place or another ledger
 * unreadable      it is no entry
 */
export type LedgerFaultName =
  | 'hash-mismatch'
  | 'chain-broken'
  | 'gap'
  | 'tail-cut'
  | 'head-mismatch'
  | 'not-the-entry'
  | 'unreadable';

/** The ledger itself does not hold: there is nothing to compare views with, and `verify` has more to say. */
export class LedgerFault extends Error {
  override readonly name = 'LedgerFault';

  constructor(
    readonly fault: LedgerFaultName,
    readonly shard: number,
    readonly position: number,
    readonly detail: string,
  ) {
    super(`shard ${shard}, position ${position}: ${detail}`);
  }
}

export interface Chain {
  readonly ledgerId: string;
  readonly shard: number;
}

interface Row {
  readonly position: string;
  readonly entry: string;
  readonly hash: string;
}

/**
 * The entries after a place, each recomputed from its stored bytes and built on the one before. Empty: the shard ends
 * there.
 * @throws LedgerFault at the first that is not.
 */
export const readChained = async (
  client: Pick<PoolClient, 'query'>,
  chain: Chain,
  after: ChainPoint,
  limit: number,
): Promise<readonly RecordedEntry[]> => {
  const { rows } = await client.query<Row>({
    name: 'replay-read-chained',
    text: `SELECT e.position::text AS position, e.entry, encode(e.hash, 'hex') AS hash FROM ledger.ledger_event e
           WHERE e.shard = $1 AND e.position > $2 ORDER BY e.position LIMIT $3`,
    values: [chain.shard, after.position, limit],
  });
  let last = after;
  return rows.map((row) => {
    const entry = chained(chain, last, row);
    last = entry;
    return entry;
  });
};

const chained = (
  { ledgerId, shard }: Chain,
  last: ChainPoint,
  { position: text, entry: said, hash }: Row,
): RecordedEntry => {
  const position = Number(text);
  const fault = (name: LedgerFaultName, at: number, detail: string): LedgerFault =>
    new LedgerFault(name, shard, at, detail);
  if (position !== last.position + 1)
    throw fault('gap', last.position + 1, `it is missing; the next entry is at ${position}`);
  const recomputed = hashEntry(said);
  if (recomputed !== hash)
    throw fault('hash-mismatch', position, `the entry hashes to ${recomputed}, stored is ${hash}`);
  const entry = parsed(said, hash, (detail) => fault('unreadable', position, detail));
  if (entry.shard !== shard || entry.position !== position || ledgerOf(said) !== ledgerId)
    throw fault(
      'not-the-entry',
      position,
      `the entry says that it is position ${entry.position} of shard ${entry.shard} in ledger ${ledgerOf(said)}`,
    );
  if (entry.prev !== last.hash)
    throw fault(
      'chain-broken',
      position,
      `it was built on ${entry.prev}, before it is ${last.hash}`,
    );
  return entry;
};

const parsed = (
  said: string,
  hash: string,
  fault: (detail: string) => LedgerFault,
): RecordedEntry => {
  try {
    return parseEntry(said, hash);
  } catch (error) {
    throw fault((error as Error).message);
  }
};

/** Members are in order, and a body comes before: the last is the envelope's. */
const ledgerOf = (entry: string): string => {
  const label = '","ledger":"';
  const from = entry.lastIndexOf(label) + label.length;
  return entry.slice(from, entry.indexOf('"', from));
};
