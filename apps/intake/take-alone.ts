import type pg from 'pg';
import { isDatabaseFault } from '../../libs/application/database-fault.js';
import type { Verdict } from './channel.js';

/**
 * One message by itself, after one of its batch failed: what fails alone, while the database answers, is to blame.
 * Throws when the database is.
 */
export const takeAlone = async (
  pool: Pick<pg.Pool, 'query'>,
  { source, id }: { readonly source: string; readonly id: string },
  take: () => Promise<Verdict>,
): Promise<Verdict> => {
  try {
    return await take();
  } catch (error) {
    if (isDatabaseFault(error)) throw error;
    await pool.query('SELECT 1');
    const problem = { code: 'unrecordable', pointer: '', message: 'the ledger fails on it' };
    return { kind: 'refused', source, id, problem, onRecord: false };
  }
};
