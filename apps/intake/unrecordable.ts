import type pg from 'pg';
import type { Verdict } from './channel.js';

/**
 * What becomes of a message that the ledger fails on, and fails on again: it goes to the dead letters, from where it can
 * be retried when the fault is mended. Throws when the database does not answer: then the message is not to blame.
 */
export const unrecordable = async (
  pool: Pick<pg.Pool, 'query'>,
  { source, id }: { readonly source: string; readonly id: string },
): Promise<Verdict> => {
  await pool.query('SELECT 1');
  const problem = { code: 'unrecordable', pointer: '', message: 'the ledger fails on it' };
  return { kind: 'refused', source, id, problem, onRecord: false };
};
