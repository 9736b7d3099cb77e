import type pg from 'pg';
import { refuseAnew, settleRefusal, tellRetried } from './refusal-ends.js';
import { kept, type Refusal } from './refusals.js';

/** A dead letter that was sent to its topic again. */
export interface RetriedLetter {
  readonly tenant: string | null;
  readonly source: string | null;
  readonly id: string | null;
  /** SHA-256 of the message's value, hexadecimal. */
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
