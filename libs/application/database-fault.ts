/** SQLSTATE: connection (08), no room for one more (53000, 53300), ended or starting (57P0x); the rest are the system's own. */
const CODES =
  /^(08|53000|53300|57P0|ECONN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|EAI_AGAIN)/;
/** pg gives these no code. */
const MESSAGES =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error)/;

const codeOf = (error: unknown): string | null => {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : null;
};

/** The database is away, or ended the session: no request is to blame, and the same one will work later. */
export const isDatabaseAway = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code !== null) return CODES.test(code);
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return MESSAGES.test(error.message);
};

/**
 * The database answers, and will not have us: a password or role that was changed, a right that was taken away (28, 42501),
 * or a database that is gone (3D000). No request is to blame; an operator is
 * needed before the same one works.
 */
export const isDatabaseDenying = (error: unknown): boolean =>
  error instanceof Error &&
  /^(28...|3D000|42501)$/.test(String((error as { readonly code?: unknown }).code));

/** The database ended the query: it took longer than `createPool` allows, or somebody cancelled it. */
export const isDatabaseSlow = (error: unknown): boolean =>
  error instanceof Error && codeOf(error) === '57014';

/** Why a database that answers takes no writes. */
export type WriteTrouble =
  'database-full' | 'database-out-of-memory' | 'database-limit-reached' | 'database-read-only';

const OF_SQLSTATE: Readonly<Record<string, WriteTrouble>> = {
  '53100': 'database-full',
  '53200': 'database-out-of-memory',
  '53400': 'database-limit-reached',
  '25006': 'database-read-only',
};

/** Some file systems have a quota instead, which PostgreSQL has no code for. */
const FULL = /No space left on device|Disk quota exceeded/;

/** What is said of it to whoever sent something, and what puts it right to whoever runs it. */
export const WRITE_TROUBLES: Readonly<
  Record<WriteTrouble, { readonly said: string; readonly fix: string }>
> = {
  'database-full': {
    said: 'the disk of the database is full; nothing of this was recorded, or it was and counts once: send the same again later',
    fix: 'make room on the disk of PostgreSQL (data directory, tablespaces, quota); writing goes on by itself',
  },
  'database-out-of-memory': {
    said: 'the database has no memory left: send the same again later',
    fix: 'give PostgreSQL more memory, or lower work_mem, shared_buffers or the number of connections; writing goes on by itself',
  },
  'database-limit-reached': {
    said: 'the database has reached a limit that is set for it: send the same again later',
    fix: 'the log of PostgreSQL names the limit (temp_file_limit, say): raise it; writing goes on by itself',
  },
  'database-read-only': {
    said: 'the database takes no writes: send the same again later',
    fix:
      'DATABASE_URL leads to a standby, or default_transaction_read_only is on (managed servers set it when their disk is ' +
      'nearly full): use the primary, or make room; writing goes on by itself',
  },
};

/** Null: the error is about something else. */
export const writeTroubleOf = (error: unknown): WriteTrouble | null => {
  if (!(error instanceof Error)) return null;
  const trouble = OF_SQLSTATE[codeOf(error) ?? ''];
  return trouble ?? (FULL.test(error.message) ? 'database-full' : null);
};

/**
 * Most errors of the database, the network and a ledger that cannot be gone on from have codes; only bad data (class 22)
 * is the fault of what was sent.
 */
export const isDatabaseFault = (error: unknown): boolean => {
  if (isDatabaseAway(error)) return true;
  const code = codeOf(error);
  return code !== null && !code.startsWith('22');
};
