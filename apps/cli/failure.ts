import { TenantRefused } from '../../libs/access/api-keys.js';
import { ForeignFile } from '../../libs/deliveries/foreign-file.js';
import {
  PostgresError,
  type PostgresErrorCode,
} from '../../libs/ledger/postgres/postgres-error.js';
import {
  isDatabaseAway,
  WRITE_TROUBLES,
  writeTroubleOf,
} from '../../libs/application/database-fault.js';
import { SuppositionRefused } from '../../libs/projections/scenario/suppositions.js';
import { refusalProblem } from '../../libs/contract/refusal-problem.js';
import { QueryRefused } from '../../libs/projections/asking/question.js';
import { ConfigurationError } from '../../libs/host/config.js';
import { FocusFileRefused } from '../../libs/deliveries/focus/focus-row.js';
import { MapFileRefused } from '../../libs/deliveries/focus/agreement-map.js';
import { databaseRefusal } from './database-refusal.js';

export const EXIT = { ok: 0, failed: 1, usage: 2, mismatch: 3, unreachable: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program: what went wrong and why, and the exact command (or change) that puts it right. */
export class CliFailure extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly fix: string | null = null,
  ) {
    super(message);
  }
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  '57P01',
  '57P03',
  '08006',
  '08001',
  '53300',
]);

/** A ledger that is not there is not reached either; credentials that do not belong here are a mistake in settings. */
const POSTGRES_EXITS: Readonly<Partial<Record<PostgresErrorCode, ExitCode>>> = {
  'embedded-postgres-failed': EXIT.unreachable,
  'cannot-log-in': EXIT.unreachable,
  'no-ledger': EXIT.unreachable,
  'views-altered': EXIT.mismatch,
  'serving-as-owner': EXIT.usage,
  'owner-credentials-held': EXIT.usage,
  'owner-url-missing': EXIT.usage,
  'runtime-url-missing': EXIT.usage,
  'runtime-elsewhere': EXIT.usage,
  'not-the-owner': EXIT.usage,
};

const codeOf = (error: unknown): string => {
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : '';
};

const messageOf = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? error.message : codeOf(error) || String(error);

const unreachable = (error: unknown): CliFailure =>
  new CliFailure(
    EXIT.unreachable,
    `The database cannot be reached: ${messageOf(error)}`,
    'Check that the server runs and that DATABASE_URL, LEDGER_RUNTIME_URL and LEDGER_AUDITOR_URL ' +
      'lead to it (unset, the embedded one is used): commitment-ledger doctor',
  );

/** What a question about time or a period should look like, in the words of the command line. */
const QUESTION_FIXES: Readonly<Record<string, string>> = {
  'as-of-granularity':
    'A day, as in --as-of 2026-03-31; until when something was recorded, --known-at says.',
  'known-at-invalid': 'A time with its offset, as in --known-at 2026-03-31T18:00:00Z',
  'known-at-in-future': 'Leave --known-at out to ask what is known now.',
  'range-invalid': 'Two days, the first not after the second: --from 2026-01-01 --to 2026-03-31',
  'range-too-long': 'Ask for less, or in larger steps: --interval month',
  'figure-unknown': 'Use one of those; commitment-ledger show … --json has them by name.',
  'figure-of-what': 'commitment-ledger explain --help',
  'since-invalid':
    'A time with its offset, as in --since 2026-11-20T00:00:00Z, or positions: --since 0:120,1:7',
  'position-unknown': 'The positions of an answer, as in --since 0:120,1:7',
  'cursor-malformed': 'Leave --cursor out to begin again.',
  'scenario-repeats': 'Suppose one thing of each commitment: --add, --amend or --end.',
  'scenario-out-of-scope': 'commitment-ledger show portfolio',
  'scenario-not-ahead': 'Give a later day, or begin earlier: --as-of 2026-09-30',
  'scenario-too-wide': 'Name an agreement, a vendor or a customer: --agreement amazon-anthropic',
  'window-invalid': 'A number of months, as in --months 12',
  'view-not-ready': 'commitment-ledger projection status',
  'view-stopped': 'commitment-ledger projection status',
};

const SUPPOSITION_FIXES: Readonly<Record<string, string>> = {
  'schedule-invalid':
    'Its periods end with its term, so that another end takes other periods: POST /v1/scenarios takes them as schedule. ' +
    'Here: another total (--amend COMMITMENT=TOTAL), or let it end (--end COMMITMENT=released@DAY).',
  'commitment-unknown': 'commitment-ledger show portfolio',
};

/** Names of the API as the command line writes them. */
const inOptions = (message: string): string =>
  message.replace(/\basOf\b/g, '--as-of').replace(/\bknownAt\b/g, '--known-at');

const PORT_BUSY = 'Stop what uses the port, or choose another one: LEDGER_PORT=8090';

const SETTING_FIXES: Readonly<Record<string, string>> = {
  'port-busy': PORT_BUSY,
  'role-unknown': 'commitment-ledger serve --role api,intake,publisher,projector, or some of them',
  'kafka-missing':
    'npm run kafka starts a broker and prints what to set: KAFKA_BROKERS=127.0.0.1:9092',
};

/** A server that may not listen where it was told to. Null: the error is of something else. */
const cannotListen = (error: unknown, code: string): CliFailure | null => {
  const { syscall, address, port, hostname } = error as {
    readonly [Name in 'syscall' | 'address' | 'hostname']?: string;
  } & { readonly port?: number };
  const host = process.env['LEDGER_HOST'];
  if (syscall === 'getaddrinfo' && host !== undefined && hostname === host)
    return new CliFailure(
      EXIT.usage,
      `LEDGER_HOST=${host} is not the name of an address of this machine (${code}).`,
      'Serve on loopback, LEDGER_HOST=127.0.0.1, or on every address, LEDGER_HOST=0.0.0.0',
    );
  if (syscall !== 'listen') return null;
  switch (code) {
    case 'EADDRNOTAVAIL':
      return new CliFailure(
        EXIT.usage,
        `LEDGER_HOST=${address ?? host ?? ''} is no address of this machine, so nothing can be served there.`,
        'Serve on loopback, LEDGER_HOST=127.0.0.1, or on every address, LEDGER_HOST=0.0.0.0',
      );
    case 'EACCES':
      return new CliFailure(
        EXIT.usage,
        `This user may not serve on port ${port ?? ''}.`,
        'Choose a port above 1023: LEDGER_PORT=8080',
      );
    case 'EADDRINUSE':
      return new CliFailure(
        EXIT.usage,
        `Port ${port ?? ''} is in use, and so are those after it.`,
        PORT_BUSY,
      );
    default:
      return null;
  }
};

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be opened',
  EISDIR: 'is a folder',
  EPERM: 'may not be opened',
  ENOTDIR: 'lies in something that is not a folder',
  EROFS: 'lies on a disk that cannot be written to',
  ELOOP: 'is a link that leads nowhere',
  ENAMETOOLONG: 'has too long a name',
};

const refusedConnection = (error: unknown, code: string): CliFailure | null => {
  const refusal = databaseRefusal(code, messageOf(error));
  if (refusal === null) return null;
  const exit = refusal.reached ? EXIT.failed : EXIT.unreachable;
  return new CliFailure(exit, `${refusal.what}: ${messageOf(error)}`, refusal.fix);
};

/** Any error in the words of this program. */
export const toFailure = (error: unknown): CliFailure => {
  if (error instanceof CliFailure) return error;
  if (error instanceof ConfigurationError || error instanceof TenantRefused) {
    const fix =
      SETTING_FIXES[error.code] ?? 'Correct the setting, or unset it: commitment-ledger doctor';
    return new CliFailure(EXIT.usage, error.message, fix);
  }
  if (error instanceof MapFileRefused) {
    return new CliFailure(
      EXIT.usage,
      `The map file cannot be used: ${error.message}.`,
      'A list of rules: [{"match": {"provider": "AWS"}, "agreement": "amazon-anthropic"}]',
    );
  }
  if (error instanceof FocusFileRefused) {
    const place = [error.line === null ? '' : `line ${error.line}`, error.column ?? '']
      .filter((part) => part !== '')
      .join(', ');
    return new CliFailure(
      EXIT.failed,
      `The file cannot be read${place === '' ? '' : ` (${place})`}: ${error.message} [${error.code}]`,
      'Export the file again as FOCUS CSV (UTF-8, comma) and import it: rows that are in the ledger are not counted twice.',
    );
  }
  if (error instanceof ForeignFile)
    return new CliFailure(
      EXIT.failed,
      `Nothing was posted: ${error.message}, and usage events are JSON objects, one a line (NDJSON).`,
      error.fix,
    );
  if (error instanceof PostgresError) {
    const exit = POSTGRES_EXITS[error.code] ?? EXIT.failed;
    return new CliFailure(
      exit,
      `${error.message} [${error.code}]`,
      error.fix ?? 'commitment-ledger doctor',
    );
  }
  if (error instanceof SuppositionRefused) {
    const { code, message } = refusalProblem(error.rejection);
    return new CliFailure(
      EXIT.usage,
      `The contract does not allow that: ${message} [${code}]`,
      SUPPOSITION_FIXES[code] ?? null,
    );
  }
  if (error instanceof QueryRefused) {
    const isOfView = error.code === 'view-not-ready' || error.code === 'view-stopped';
    return new CliFailure(
      isOfView ? EXIT.failed : EXIT.usage,
      inOptions(error.message),
      QUESTION_FIXES[error.code] ?? null,
    );
  }
  const code = codeOf(error);
  const listening = cannotListen(error, code);
  if (listening !== null) return listening;
  const refused = refusedConnection(error, code);
  if (refused !== null) return refused;
  // Where there is a code it says more: a full disk of the server (53100) is no reason to look for the server.
  if (UNREACHABLE.has(code) || (code === '' && isDatabaseAway(error))) return unreachable(error);
  const trouble = writeTroubleOf(error);
  if (trouble !== null)
    return new CliFailure(
      EXIT.failed,
      `The database takes no writes: ${messageOf(error)} [${trouble}]`,
      WRITE_TROUBLES[trouble].fix,
    );
  const file = FILE_ERRORS[code];
  if (file !== undefined) {
    const { path } = error as { path?: string };
    return new CliFailure(
      EXIT.usage,
      `${path ?? 'The file'} ${file}.`,
      'Give the path of a file that can be read.',
    );
  }
  if (code === 'ENOSPC')
    return new CliFailure(
      EXIT.failed,
      'The disk is full.',
      'Make room and run the same command again.',
    );
  return new CliFailure(EXIT.failed, messageOf(error));
};
