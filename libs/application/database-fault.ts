import { isDatabaseAway } from '../runtime/database-away.js';

/** Most errors of the database and the network have codes; only bad data (class 22) is the fault of what was sent. */
export const isDatabaseFault = (error: unknown): boolean => {
  if (isDatabaseAway(error)) return true;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && !code.startsWith('22');
};
