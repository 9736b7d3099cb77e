import type pg from 'pg';
import type { Became } from './parked-ends.js';
import { refuseAnew, settleRefusal, tellRetried } from './refusal-ends.js';
import { kept, recordRefusals, type RefusalRecord, type RefusalChannel } from './refusals.js';

/** Puts each letter on record; usage that was refused before, and is refused again, is no new arrival. */
export const recordLetters = async (
  pool: Pick<pg.Pool, 'query'>,
  channel: RefusalChannel,
  refusals: readonly RefusalRecord[],
): Promise<void> => {
  const fresh: RefusalRecord[] = [];
  for (const refusal of refusals) if (!(await isRefusedAgain(pool, refusal))) fresh.push(refusal);
  await recordRefusals(pool, channel, fresh);
};

/** A message, as it is on record where it was refused. */
export interface LetterKey {
  readonly tenant: string | null;
  readonly source: string | null;
  readonly id: string | null;
  /** The digest of the message, hexadecimal. */
  readonly letterDigest: string;
}

/** A dead letter that was sent again is in the ledger: its refusals end so. False: there was none, and it came anew. */
export const settleLetter = async (
  pool: Pick<pg.Pool, 'query'>,
  letter: LetterKey,
  became: Became,
): Promise<boolean> => {
  const [first, ...others] = await openRefusals(pool, letter);
  if (first === undefined) return false;
  await settleRefusal(pool, Number(first.refusal), became, null);
  for (const { refusal } of others) await settleRefusal(pool, Number(refusal), 'duplicate', null);
  return true;
};

/** The refusal that is there stays, or goes on for another reason. False: it is not there, or no letter came again. */
const isRefusedAgain = async (
  pool: Pick<pg.Pool, 'query'>,
  { isRetriedLetter, letterDigest, problem, problems = [problem], ...named }: RefusalRecord,
): Promise<boolean> => {
  if (isRetriedLetter !== true || typeof letterDigest !== 'string') return false;
  const open = await openRefusals(pool, { ...named, letterDigest });
  const [first] = open;
  if (first === undefined) return false;
  const same = open.find(({ code }) => code === problem.code);
  if (same === undefined) await refuseAnew(pool, Number(first.refusal), problems, null);
  else await tellRetried(pool, Number(same.refusal), same.code, null);
  return true;
};

const openRefusals = async (
  pool: Pick<pg.Pool, 'query'>,
  { tenant, source, id, letterDigest }: LetterKey,
): Promise<readonly { readonly refusal: string; readonly code: string }[]> => {
  const { rows } = await pool.query<{ refusal: string; code: string }>(
    `SELECT refusal, code FROM ledger.refused
      WHERE letter_digest = decode($1, 'hex') AND settled_as IS NULL AND tenant IS NOT DISTINCT FROM $2
        AND source IS NOT DISTINCT FROM $3 AND reference IS NOT DISTINCT FROM $4
      ORDER BY refusal`,
    [letterDigest, tenant, source === null ? null : kept(source), id === null ? null : kept(id)],
  );
  return rows;
};
