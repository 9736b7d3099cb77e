import { readFile } from 'node:fs/promises';
import type { ShardCheckpoint } from '../../libs/audit/verify.js';
import { CliFailure, EXIT } from './failure.js';

/** What `verify --json` printed at another time: which ledger it was, and where each shard stood. */
export interface KeptCheckpoint {
  readonly ledgerId: string;
  readonly shards: readonly ShardCheckpoint[];
}

const HASH = /^[0-9a-f]{64}$/;

const isShard = (value: unknown): value is ShardCheckpoint => {
  const { shard, position, hash } = (value ?? {}) as Record<string, unknown>;
  return (
    Number.isSafeInteger(shard) &&
    Number.isSafeInteger(position) &&
    typeof hash === 'string' &&
    HASH.test(hash)
  );
};

/** Null: the text is no such answer. */
export const parseCheckpoint = (text: string): KeptCheckpoint | null => {
  let said: { readonly ledgerId?: unknown; readonly shards?: unknown };
  try {
    said = (JSON.parse(text) ?? {}) as typeof said;
  } catch {
    return null;
  }
  const { ledgerId, shards } = said;
  if (typeof ledgerId !== 'string' || !Array.isArray(shards) || shards.length === 0) return null;
  if (!shards.every(isShard)) return null;
  return {
    ledgerId,
    shards: shards.map(({ shard, position, hash }) => ({ shard, position, hash })),
  };
};

export const readCheckpoint = async (file: string): Promise<KeptCheckpoint> => {
  const fix = 'Give it what an earlier run printed: commitment-ledger verify --json --out FILE';
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CliFailure(EXIT.usage, `${file} cannot be read: ${error.message}`, fix);
  });
  const checkpoint = parseCheckpoint(text);
  if (checkpoint === null) throw new CliFailure(EXIT.usage, `${file} is no checkpoint.`, fix);
  return checkpoint;
};
