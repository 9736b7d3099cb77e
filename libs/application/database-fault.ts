/** SQLSTATE: connection (08), no room for one more (53), ended or starting (57P0x); the rest are the system's own. */
const CODES = /^(08|53|57P0|ECONN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|EAI_AGAIN)/;
/** pg gives these no code. */
const MESSAGES =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error)/;

/** The database is away, or ended the session: no request is to blame, and the same one will work later. */
export const isDatabaseAway = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string') return CODES.test(code);
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return MESSAGES.test(error.message);
};

/**
 * The database answers, and will not have us: a password or role that was changed, a right that was taken away (28, 42501),
 * a database that is gone (3D000), or a standby where the primary was (25006). No request is to blame; an operator is
 * needed before the same one works.
 */
export const isDatabaseDenying = (error: unknown): boolean =>
  error instanceof Error &&
  /^(28...|3D000|42501|25006)$/.test(String((error as { readonly code?: unknown }).code));

/** The database ended the query: it took longer than `createPool` allows, or somebody cancelled it. */
export const isDatabaseSlow = (error: unknown): boolean =>
  error instanceof Error && (error as { readonly code?: unknown }).code === '57014';

/**
 * Most errors of the database, the network and a ledger that cannot be gone on from have codes; only bad data (class 22)
 * is the fault of what was sent.
 */
export const isDatabaseFault = (error: unknown): boolean => {
  if (isDatabaseAway(error)) return true;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && !code.startsWith('22');
};
