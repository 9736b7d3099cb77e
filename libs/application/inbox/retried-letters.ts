import type pg from 'pg';
import { refuseAnew, settleRefusal, tellRetried } from './refusal-ends.js';
import { kept, recordRefusals, type Refusal, type RefusalChannel } from './refusals.js';

/** A message that was refused before it was anything; `isRetry`: a dead letter that was sent again. */
export interface RefusedLetter {
  readonly refusal: Refusal;
  readonly isRetry: boolean;
}

/** On record, each; what was refused before, and is refused again, is no new arrival. */
export const recordLetters = async (
  pool: Pick<pg.Pool, 'query'>,
  channel: RefusalChannel,
  letters: readonly RefusedLetter[],
): Promise<void> => {
  const fresh: Refusal[] = [];
  for (const { refusal, isRetry } of letters) {
    const { tenant, source, id, letterDigest } = refusal;
    const became = { outcome: 'refused', refusal } as const;
    const isKnown =
      isRetry &&
      typeof letterDigest === 'string' &&
      (await retried(pool, { tenant, source, id, letterDigest, became }));
    if (!isKnown) fresh.push(refusal);
  }
  await recordRefusals(pool, channel, fresh);
};

/** A dead letter that was sent to its topic again. */
export interface RetriedLetter {
  readonly tenant: string | null;
  readonly source: string | null;
  readonly id: string | null;
  /** Of the message, hexadecimal. */
  readonly letterDigest: string;
  /** What it became this time. */
  readonly became:
    | { readonly outcome: 'recorded' | 'duplicate' }
    | { readonly outcome: 'refused'; readonly refusal: Refusal };
}

interface Line {
  readonly refusal: string;
  readonly code: string;
}

/**
 * A retried letter is no new arrival: the refusal that is there becomes what it became, or stays. True for each whose
 * refusal was there; the others count like everything that comes.
 */
export const retriedLetters = async (
  pool: Pick<pg.Pool, 'query'>,
  letters: readonly RetriedLetter[],
): Promise<readonly boolean[]> => {
  const known: boolean[] = [];
  for (const letter of letters) known.push(await retried(pool, letter));
  return known;
};

const retried = async (
  pool: Pick<pg.Pool, 'query'>,
  { tenant, source, id, letterDigest, became }: RetriedLetter,
): Promise<boolean> => {
  const { rows: open } = await pool.query<Line>(
    `SELECT refusal, code FROM ledger.refused
      WHERE letter_digest = decode($1, 'hex') AND settled_as IS NULL AND tenant IS NOT DISTINCT FROM $2
        AND source IS NOT DISTINCT FROM $3 AND reference IS NOT DISTINCT FROM $4
      ORDER BY refusal`,
    [letterDigest, tenant, source === null ? null : kept(source), id === null ? null : kept(id)],
  );
  const [first, ...others] = open;
  if (first === undefined) return false;
  if (became.outcome !== 'refused') {
    await settleRefusal(pool, Number(first.refusal), became.outcome, null);
    for (const { refusal } of others) await settleRefusal(pool, Number(refusal), 'duplicate', null);
    return true;
  }
  const same = open.find(({ code }) => code === became.refusal.problem.code);
  if (same === undefined)
    await refuseAnew(
      pool,
      Number(first.refusal),
      became.refusal.problems ?? [became.refusal.problem],
      null,
    );
  else await tellRetried(pool, Number(same.refusal), same.code, null);
  return true;
};
