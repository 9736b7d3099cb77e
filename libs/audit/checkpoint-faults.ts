import { CHECKPOINT_FORMAT } from './checkpoint.js';
import { formatOf } from './genesis.js';

/** Why something cannot be used as a checkpoint. */
export interface CheckpointFault {
  readonly code: CheckpointFaultCode;
  /** A sentence without its full stop. */
  readonly what: string;
}

export type CheckpointFaultCode =
  | 'checkpoint-not-json'
  | 'checkpoint-format-unknown'
  | 'checkpoint-not-sound'
  | 'checkpoint-incomplete'
  | 'checkpoint-shard-missing'
  | 'checkpoint-shard-repeated'
  | 'checkpoint-shard-unknown'
  | 'checkpoint-position-invalid'
  | 'checkpoint-hash-malformed'
  | 'checkpoint-genesis-mismatch'
  | 'checkpoint-counts-contradict';

type Said = Readonly<Record<string, unknown>>;

const HASH = /^[0-9a-f]{64}$/;
const MARK = /^([1-9]\d{0,15}) ([0-9a-f]{64})$/;
const SHARDS_MAX = 1_024;

const isHash = (value: unknown): value is string => typeof value === 'string' && HASH.test(value);
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isObject = (value: unknown): value is Said =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fault = (code: CheckpointFaultCode, what: string): CheckpointFault => ({ code, what });

/**
 * What is wrong with the report of a run as a checkpoint, by itself; null: nothing. Reports of the versions before have no
 * `format`: of these, the shards that they name must be complete, and what they do not say is not asked of them.
 */
export const checkpointFault = (said: unknown): CheckpointFault | null => {
  if (!isObject(said)) return fault('checkpoint-incomplete', 'it is not a report');
  const { format, sound, level, findings, findingsTotal, ledgerId, shards } = said;
  const isOld = format === undefined;
  if (!isOld && format !== CHECKPOINT_FORMAT)
    return fault('checkpoint-format-unknown', `its format is ${JSON.stringify(format)}`);
  const found = Array.isArray(findings) && findings.length > 0;
  if (sound !== true || level === 'not-sound' || found || (findingsTotal ?? 0) !== 0)
    return fault('checkpoint-not-sound', 'it is not the report of a run that found nothing wrong');
  if (typeof ledgerId !== 'string' || ledgerId === '')
    return fault('checkpoint-incomplete', 'it does not say of which ledger it is');
  if (!Array.isArray(shards) || shards.length === 0 || !shards.every(isObject))
    return fault('checkpoint-incomplete', 'it has no list of shards');
  return (
    shardsFault(shards, isOld ? shards.length : said['shardCount']) ??
    genesisFault(said, ledgerId, shards, isOld) ??
    firstOf(shards, (shard) => shardFault(shard, isOld)) ??
    countsFault(said, shards, isOld)
  );
};

const firstOf = <Item>(
  items: readonly Item[],
  faultOf: (item: Item) => CheckpointFault | null,
): CheckpointFault | null => {
  for (const item of items) {
    const found = faultOf(item);
    if (found !== null) return found;
  }
  return null;
};

/** Each shard once, from 0 on. */
const shardsFault = (shards: readonly Said[], shardCount: unknown): CheckpointFault | null => {
  if (!isCount(shardCount) || shardCount < 1 || shardCount > SHARDS_MAX)
    return fault('checkpoint-incomplete', 'it does not say how many shards there were');
  const seen = new Set<number>();
  for (const { shard } of shards) {
    if (!isCount(shard))
      return fault('checkpoint-shard-unknown', `${JSON.stringify(shard)} is no shard`);
    if (seen.has(shard)) return fault('checkpoint-shard-repeated', `it names shard ${shard} twice`);
    seen.add(shard);
  }
  for (let shard = 0; shard < shardCount; shard += 1)
    if (!seen.has(shard))
      return fault('checkpoint-shard-missing', `it does not name shard ${shard} of ${shardCount}`);
  const other = [...seen].find((shard) => shard >= shardCount);
  if (other === undefined) return null;
  return fault('checkpoint-shard-unknown', `it names shard ${other}, and there were ${shardCount}`);
};

/** An old report does not say its genesis hash; where a shard was empty it stands there. */
const genesisFault = (
  { genesisHash }: Said,
  ledgerId: string,
  shards: readonly Said[],
  isOld: boolean,
): CheckpointFault | null => {
  if (!isOld && !isHash(genesisHash))
    return fault('checkpoint-hash-malformed', 'its genesis hash is no SHA-256 in hexadecimal');
  const isGenesis = (hash: unknown): boolean =>
    isHash(hash) &&
    (isOld || hash === genesisHash) &&
    formatOf(hash, ledgerId, shards.length) !== null;
  if (!isOld && !isGenesis(genesisHash))
    return fault(
      'checkpoint-genesis-mismatch',
      `its genesis hash is not the one of ledger ${ledgerId} with ${shards.length} shards`,
    );
  const begun = shards.find(({ position, hash }) => position === 0 && !isGenesis(hash));
  if (begun === undefined) return null;
  return fault(
    'checkpoint-genesis-mismatch',
    `shard ${String(begun['shard'])} is empty, and its hash is not the genesis hash`,
  );
};

const shardFault = (said: Said, isOld: boolean): CheckpointFault | null => {
  const { shard, position, hash, events, streams, marks } = said;
  const at = `of shard ${String(shard)}`;
  if (!isCount(position))
    return fault('checkpoint-position-invalid', `${JSON.stringify(position)} ${at} is no position`);
  if (!isHash(hash))
    return fault('checkpoint-hash-malformed', `the hash ${at} is no SHA-256 in hexadecimal`);
  if (events !== position)
    return fault(
      'checkpoint-counts-contradict',
      `${at} it counts ${JSON.stringify(events)} events up to position ${position}`,
    );
  if (isOld) return null;
  return streamsFault(streams, position, at) ?? marksFault(marks, position, at);
};

const streamsFault = (said: unknown, position: number, at: string): CheckpointFault | null => {
  const streams = isObject(said) ? said : {};
  const { count, digest } = streams;
  if (!isCount(count))
    return fault('checkpoint-incomplete', `it does not say how many streams ${at} there were`);
  if (!isHash(digest))
    return fault('checkpoint-hash-malformed', `the digest of the streams ${at} is no SHA-256`);
  if (count <= position && (count > 0 || position === 0)) return null;
  return fault(
    'checkpoint-counts-contradict',
    `${at} it counts ${count} streams in ${position} events`,
  );
};

const marksFault = (marks: unknown, position: number, at: string): CheckpointFault | null => {
  if (!Array.isArray(marks)) return fault('checkpoint-incomplete', `it has no list of marks ${at}`);
  let before = 0;
  for (const mark of marks as readonly unknown[]) {
    const [, place] = typeof mark === 'string' ? (MARK.exec(mark) ?? []) : [];
    if (place === undefined)
      return fault('checkpoint-hash-malformed', `${JSON.stringify(mark)} is no mark ${at}`);
    if (Number(place) <= before || Number(place) > position)
      return fault(
        'checkpoint-position-invalid',
        `the marks ${at} are not in order up to ${position}`,
      );
    before = Number(place);
  }
  return null;
};

const countsFault = (
  { events, takenAt }: Said,
  shards: readonly Said[],
  isOld: boolean,
): CheckpointFault | null => {
  const sum = shards.reduce((total, shard) => total + Number(shard['events']), 0);
  if (events !== sum)
    return fault(
      'checkpoint-counts-contradict',
      `it counts ${JSON.stringify(events)} events, and its shards ${sum}`,
    );
  if (isOld || (typeof takenAt === 'string' && !Number.isNaN(Date.parse(takenAt)))) return null;
  return fault('checkpoint-incomplete', 'it does not say when it was taken');
};
