import type { PoolClient } from 'pg';
import type { ChainPoint } from '../ledger/ledger.js';
import type { Findings } from './finding.js';
import { markOf, type Mark } from './marks.js';
import type { ShardCheck } from './shard-check.js';
import type { StreamsDigest } from './shard-rows.js';

/** The format of a checkpoint: a report of `verify`. Reports of earlier versions name none. */
export const CHECKPOINT_FORMAT = 'commitment-ledger verify 2';

/** A position and its hash that somebody kept elsewhere: what a rewritten ledger cannot reproduce. */
export interface ShardCheckpoint extends ChainPoint {
  readonly shard: number;
  /** Null, as all below: a checkpoint of before does not say. */
  readonly streams?: StreamsDigest | null;
  /** `position hash` by position, up to that of the checkpoint: so that a change can be narrowed down. */
  readonly marks?: readonly string[];
}

/** A whole ledger as it was seen once. */
export interface LedgerCheckpoint {
  readonly ledgerId: string;
  readonly genesisHash: string | null;
  readonly shardCount: number | null;
  /** When, by the clock of whoever verified. */
  readonly takenAt: string | null;
  readonly events: number;
  readonly shards: readonly ShardCheckpoint[];
}

/** Whether the checkpoint is of this ledger, and of as many shards. */
export const checkWhole = (
  checkpoint: LedgerCheckpoint,
  ledger: { readonly ledgerId: string; readonly genesisHash: string; readonly shardCount: number },
  findings: Findings,
): boolean => {
  const before = findings.total;
  const { ledgerId, genesisHash, shards } = checkpoint;
  const add = (detail: string): void => findings.add('checkpoint-mismatch', null, null, detail);
  if (ledgerId !== ledger.ledgerId)
    add(`the checkpoint is of ledger ${ledgerId}, this is ${ledger.ledgerId}`);
  if (genesisHash !== null && genesisHash !== ledger.genesisHash)
    add(`the checkpoint has the genesis hash ${genesisHash}, the ledger ${ledger.genesisHash}`);
  const shardCount = checkpoint.shardCount ?? shards.length;
  if (shardCount !== ledger.shardCount)
    add(`the checkpoint is of ${shardCount} shards, the ledger has ${ledger.shardCount}`);
  for (const { shard, position } of shards) {
    if (shard < ledger.shardCount) continue;
    const told = `shard ${shard} is gone: the checkpoint has it up to ${position}`;
    const range = { from: 1, to: Math.max(1, position) };
    findings.addRange('checkpoint-mismatch', shard, range, told);
  }
  for (let shard = 0; shard < ledger.shardCount; shard += 1) {
    if (!shards.some((kept) => kept.shard === shard))
      findings.add(
        'checkpoint-mismatch',
        shard,
        null,
        `the checkpoint does not name shard ${shard}`,
      );
  }
  return findings.total === before;
};

/**
 * Holds one shard against a checkpoint while its rows come by. A single hash says that something before it was changed and
 * not what: the marks between say in which part.
 */
export class CheckpointCheck {
  private readonly marks: readonly Mark[];
  private next = 0;
  private vouchedFor = 0;
  private firstOther: { readonly mark: Mark; readonly found: string | null } | null = null;
  private other: string | null = null;

  constructor(
    private readonly kept: ShardCheckpoint,
    genesisHash: string,
  ) {
    const { position, hash, marks = [] } = kept;
    this.marks = [
      ...marks.map(markOf).filter((mark) => mark.position < position),
      { position, hash },
    ];
    this.at(0, genesisHash, null);
  }

  /** `hash`: as computed from the bytes. `check`: of the shard, with everything up to this position. */
  at(position: number, hash: string, check: ShardCheck | null): void {
    for (let mark = this.marks[this.next]; mark && mark.position <= position;) {
      this.compare(mark, mark.position === position ? hash : null);
      mark = this.marks[++this.next];
      if (mark === undefined) this.streams(check);
    }
  }

  /** After the last row, which stood at `position`. Whether the shard is as it was. */
  end(position: number, findings: Findings): boolean {
    for (const mark of this.marks.slice(this.next)) this.compare(mark, null);
    this.next = this.marks.length;
    const { shard, position: upTo } = this.kept;
    const add = (from: number, to: number, detail: string): void =>
      findings.addRange('checkpoint-mismatch', shard, { from, to: Math.max(from, to) }, detail);
    if (this.firstOther !== null) {
      const from = this.vouchedFor + 1;
      const { mark, found } = this.firstOther;
      if (position < upTo) add(...this.cut(position));
      else if (found === null) add(from, mark.position, `position ${mark.position} is missing`);
      else {
        const where =
          from === mark.position ? `position ${from}` : `somewhere in ${from} to ${mark.position}`;
        add(
          from,
          mark.position,
          `${where} of shard ${shard} was changed: the checkpoint has ${mark.hash} at ${mark.position}, the ledger ${found}`,
        );
      }
    } else if (this.other !== null) add(1, upTo, this.other);
    return this.firstOther === null && this.other === null;
  }

  private cut(position: number): [from: number, to: number, detail: string] {
    const upTo = this.kept.position;
    const told = `the ledger ends at ${position} of shard ${this.kept.shard}, the checkpoint has it up to ${upTo}`;
    const from = this.vouchedFor + 1;
    if (this.vouchedFor === position)
      return [from, upTo, `${told}: ${from} to ${upTo} are missing`];
    return [from, upTo, `${told}; what is left from ${from} on may have been changed too`];
  }

  private compare(mark: Mark, found: string | null): void {
    if (this.firstOther !== null) return;
    if (mark.hash === found) this.vouchedFor = mark.position;
    else this.firstOther = { mark, found };
  }

  private streams(check: ShardCheck | null): void {
    const { streams, position } = this.kept;
    if (this.firstOther !== null || !streams) return;
    const found = check?.streamsDigest() ?? { count: 0, digest: streams.digest };
    if (found.count === streams.count && found.digest === streams.digest) return;
    this.other =
      `up to ${position} the checkpoint has ${streams.count} streams with the digest ` +
      `${streams.digest}, the ledger ${found.count} with ${found.digest}`;
  }
}

/** The position that a run begins behind must still have the checkpoint's hash in the ledger. */
export const checkTrusted = async (
  client: PoolClient,
  { shard, position, hash }: ShardCheckpoint,
  genesisHash: string,
  findings: Findings,
): Promise<void> => {
  const { rows } = await client.query<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM ledger.ledger_event WHERE shard = $1 AND position = $2`,
    [shard, position],
  );
  const found = position === 0 ? genesisHash : rows[0]?.hash;
  if (found === hash) return;
  const detail = `the checkpoint has ${hash}, the ledger ${found ?? 'no such position'}`;
  findings.add('checkpoint-mismatch', shard, position, detail);
};
