import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type pg from 'pg';
import type { ItemProblem, UsageChannel } from '../../contract/usage/usage-event.js';

/** Where refusals come from: the channels of usage, and commands that came by Kafka. */
export type RefusalChannel = UsageChannel | 'kafka-commands';

/** A refusal, with what was refused as far as that is known. */
export interface RefusalRecord {
  /** Null: not said, or not to be believed. */
  readonly tenant: string | null;
  readonly source: string | null;
  readonly id: string | null;
  /** The first thing that is wrong. */
  readonly problem: ItemProblem;
  /** All that is wrong, where it is more than that. */
  readonly problems?: readonly ItemProblem[] | undefined;
  /** SHA-256 of what came, hexadecimal; null: nothing was kept to hash. */
  readonly digest: string | null;
  readonly agreement?: string | null | undefined;
  /** Whose key, process or command sent it. */
  readonly actor?: string | null | undefined;
  /** What came: text, or the bytes where it may be none. Kept up to `PAYLOAD_MAX`. */
  readonly payload?: string | Uint8Array | null | undefined;
  /** `payload` is only the beginning of what came. */
  readonly isCut?: boolean | undefined;
  /** SHA-256 of all that a Kafka message is, hexadecimal. */
  readonly letterDigest?: string | null | undefined;
  /** A dead letter that was sent again: no new arrival, where its refusal is on record. */
  readonly isRetriedLetter?: boolean | undefined;
}

/**
 * Bytes of content that are kept of what was refused. No usage event that the rules of the wire let pass is longer, so
 * whatever the ledger refused is kept whole, and can be tried again.
 */
const PAYLOAD_MAX = 128 * 1024;
const TEXT_MAX = 512;
const PROBLEMS_KEPT = 20;

/** PostgreSQL takes no NUL in text, and what was refused may hold anything. */
export const kept = (text: string): string =>
  text.replaceAll('\u0000', '\uFFFD').slice(0, TEXT_MAX);

const keptOrNull = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : kept(text);

interface KeptPayload {
  readonly text: string | null;
  readonly encoding: 'utf-8' | 'base64';
  readonly truncated: boolean;
}

/** Text as it is; what is none as base64. */
export const keptPayload = ({
  payload,
  isCut = false,
}: Pick<RefusalRecord, 'payload' | 'isCut'>): KeptPayload => {
  if (payload === null || payload === undefined)
    return { text: null, encoding: 'utf-8', truncated: isCut };
  const bytes = Buffer.from(payload as Uint8Array);
  const truncated = isCut || bytes.length > PAYLOAD_MAX;
  const part = bytes.subarray(0, PAYLOAD_MAX);
  const text = part.includes(0) ? null : wholeCharacters(part, truncated ? 3 : 0);
  return text === null
    ? { text: part.toString('base64'), encoding: 'base64', truncated }
    : { text: text.toString(), encoding: 'utf-8', truncated };
};

/** Null: no UTF-8. `spare`: bytes at the end that may be the beginning of a character that was cut through. */
const wholeCharacters = (bytes: Buffer, spare: number): Buffer | null => {
  for (let left = 0; left <= spare; left += 1) {
    const part = bytes.subarray(0, bytes.length - left);
    if (isUtf8(part)) return part;
  }
  return null;
};

/** Refusals with the same fingerprint share one line, with how often it came. */
export const fingerprintOf = (
  channel: RefusalChannel,
  refusal: RefusalRecord,
  payload: KeptPayload,
): string => {
  const { tenant, source, id, problem, actor } = refusal;
  const digest = refusal.letterDigest ?? refusal.digest;
  // The text says what was refused where there is no digest; the place in a file or stream does not.
  const content = digest ?? hash('sha256', payload.text ?? problem.message, 'hex');
  return hash(
    'sha256',
    JSON.stringify([
      channel,
      tenant,
      source,
      id,
      problem.code,
      problem.pointer,
      content,
      actor ?? null,
    ]),
    'hex',
  );
};

const bytesOf = (hex: string | null | undefined): Buffer | null =>
  hex === null || hex === undefined ? null : Buffer.from(hex, 'hex');

/** A line in `ledger.refused` each, or one more time in the line that is there; and counted as come. */
export const recordRefusals = async (
  pool: Pick<pg.Pool, 'query'>,
  channel: RefusalChannel,
  refusals: readonly RefusalRecord[],
): Promise<void> => {
  if (refusals.length === 0) return;
  const lines = new Map<string, { refusal: RefusalRecord; payload: KeptPayload; times: number }>();
  for (const refusal of refusals) {
    const payload = keptPayload(refusal);
    const fingerprint = fingerprintOf(channel, refusal, payload);
    const line = lines.get(fingerprint);
    if (line === undefined) lines.set(fingerprint, { refusal, payload, times: 1 });
    else line.times += 1;
  }
  const all = [...lines.values()];
  const of = <Value>(read: (line: (typeof all)[number]) => Value): Value[] => all.map(read);
  await pool.query(RECORD, [
    channel,
    of(({ refusal }) => refusal.tenant),
    of(({ refusal }) => keptOrNull(refusal.source)),
    of(({ refusal }) => keptOrNull(refusal.id)),
    of(({ refusal }) => refusal.problem.code),
    of(({ refusal }) => kept(refusal.problem.pointer)),
    of(({ refusal }) => bytesOf(refusal.digest)),
    [...lines.keys()].map((fingerprint) => bytesOf(fingerprint)),
    of(({ refusal }) => keptOrNull(refusal.agreement)),
    of(({ refusal }) => keptOrNull(refusal.actor)),
    of(({ refusal }) => problemsText(refusal.problems ?? [refusal.problem])),
    of(({ payload }) => payload.text),
    of(({ payload }) => payload.encoding),
    of(({ payload }) => payload.truncated),
    of(({ refusal }) => bytesOf(refusal.letterDigest)),
    of(({ times }) => times),
  ]);
};

export const problemsText = (problems: readonly ItemProblem[]): string =>
  JSON.stringify(
    problems.slice(0, PROBLEMS_KEPT).map(({ code, pointer, message }) => ({
      code,
      pointer: kept(pointer),
      message: kept(message),
    })),
  );

/** Lines first, in the order of their fingerprints, then the count: whoever does both at once waits, and never deadlocks. */
const RECORD = `
  WITH item AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bytea[], $9::text[],
                         $10::text[], $11::text[], $12::text[], $13::text[], $14::boolean[], $15::bytea[], $16::integer[])
             AS i (tenant, source, reference, code, pointer, payload_digest, fingerprint, agreement, actor, problems,
                   payload, encoding, truncated, letter_digest, times)
  ), kept AS (
    INSERT INTO ledger.refused AS line
           (channel, tenant, source, reference, code, pointer, payload_digest, fingerprint, agreement, actor, problems,
            payload, encoding, truncated, letter_digest, times, last_seen)
    SELECT $1::text, item.*, clock_timestamp() FROM item ORDER BY fingerprint
    ON CONFLICT (fingerprint) WHERE settled_as IS NULL DO UPDATE
       SET times = line.times + excluded.times, last_seen = excluded.last_seen
    RETURNING fingerprint
  )
  INSERT INTO ledger.usage_count AS c (tenant, channel, slot, came)
  SELECT coalesce(item.tenant, ''), $1::text, pg_backend_pid() % 16, sum(item.times)
    FROM item JOIN kept USING (fingerprint)
   GROUP BY 1 ORDER BY 1
  ON CONFLICT (tenant, channel, slot) DO UPDATE SET came = c.came + excluded.came`;
