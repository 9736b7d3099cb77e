import { readFile, stat } from 'node:fs/promises';
import { parseStrictJson, StrictJsonError } from '../../libs/contract/json/strict-json.js';
import { CHECKPOINT_FORMAT, type LedgerCheckpoint } from '../../libs/audit/checkpoint.js';
import { checkpointFault, type CheckpointFault } from '../../libs/audit/checkpoint-faults.js';
import { CliFailure, EXIT } from './failure.js';

/** What `verify --json` printed at another time, as it was kept. */
export interface KeptCheckpoint {
  readonly checkpoint: LedgerCheckpoint;
  /** What this file cannot prove, because a version before wrote it. */
  readonly limits: readonly string[];
}

/** The checkpoint that a file says, or in words what is wrong with the file. */
export const parseCheckpoint = (bytes: Uint8Array): KeptCheckpoint | CheckpointFault => {
  let said: unknown;
  try {
    said = parseStrictJson(bytes);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const { line, column, message } = error;
    return { code: 'checkpoint-not-json', what: `${message} (line ${line}, column ${column})` };
  }
  const fault = checkpointFault(said);
  if (fault !== null) return fault;
  const kept = said as Partial<LedgerCheckpoint> &
    Pick<LedgerCheckpoint, 'ledgerId' | 'events' | 'shards'>;
  const { ledgerId, genesisHash = null, shardCount = null, takenAt = null, events, shards } = kept;
  return {
    checkpoint: { ledgerId, genesisHash, shardCount, takenAt, events, shards },
    limits: (said as { format?: unknown }).format === CHECKPOINT_FORMAT ? [] : LIMITS,
  };
};

const LIMITS: readonly string[] = [
  'It was written by a version that kept one hash per shard: it cannot say where something was changed, nor prove how many shards and streams there were.',
];

const FIX = 'Give it what an earlier run printed: commitment-ledger verify --json --out FILE';

export const readCheckpoint = async (file: string): Promise<KeptCheckpoint> => {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new CliFailure(EXIT.usage, `${file} cannot be read: ${error.message}`, FIX);
  });
  const kept = parseCheckpoint(bytes);
  if ('checkpoint' in kept) return kept;
  throw new CliFailure(
    EXIT.usage,
    `${file} is no checkpoint: ${kept.what} [${kept.code}]`,
    kept.code === 'checkpoint-not-sound'
      ? 'Give it a report of a run that found nothing: what this one saw was wrong already.'
      : FIX,
  );
};

/** Two names of one file: through links, another way of writing the path, or upper and lower case where the disk sees none. */
const isSameFile = async (one: string, other: string): Promise<boolean> => {
  const [left, right] = await Promise.all(
    [one, other].map((file) => stat(file, { bigint: true }).catch(() => undefined)),
  );
  return (
    left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino
  );
};

/** A checkpoint that its own comparison wrote over would agree with whatever is there the next time. */
export const refuseOwnInput = async (file: string, out: string | null): Promise<void> => {
  if (out === null || !(await isSameFile(file, out))) return;
  throw new CliFailure(
    EXIT.usage,
    `--out ${out} is the checkpoint itself (${file}): nothing was read, and nothing was written. [checkpoint-is-output]`,
    'Write the new report to another file, and keep both.',
  );
};

/** Whether there is a file that somebody may need as evidence. */
export const isKeptCheckpoint = async (file: string): Promise<boolean> => {
  const bytes = await readFile(file).catch(() => null);
  return bytes !== null && 'checkpoint' in parseCheckpoint(bytes);
};
