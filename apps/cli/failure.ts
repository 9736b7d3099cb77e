import { PostgresError } from '../../infra/postgres/errors.js';
import {
  isDatabaseAway,
  WRITE_TROUBLES,
  writeTroubleOf,
} from '../../libs/application/database-fault.js';
import { QueryRefused } from '../../libs/projections/question.js';
import { ConfigurationError } from '../../libs/runtime/config.js';
import { FocusFileRefused } from '../../libs/focus/focus-row.js';
import { MapFileRefused } from '../../libs/focus/agreement-map.js';

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
    process.env['DATABASE_URL']
      ? 'Check that the server of DATABASE_URL runs, or unset DATABASE_URL to use the embedded one: commitment-ledger doctor'
      : 'commitment-ledger doctor',
  );

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be opened',
  EISDIR: 'is a folder',
  ENOTDIR: 'lies in something that is not a folder',
};

/** Any error in the words of this program. */
export const toFailure = (error: unknown): CliFailure => {
  if (error instanceof CliFailure) return error;
  if (error instanceof ConfigurationError) return new CliFailure(EXIT.usage, error.message);
  if (error instanceof MapFileRefused) {
    return new CliFailure(EXIT.usage, `The map file cannot be used: ${error.message}`);
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
  if (error instanceof PostgresError) {
    const down = error.code === 'embedded-postgres-failed' || error.code === 'cannot-log-in';
    return new CliFailure(
      down ? EXIT.unreachable : EXIT.failed,
      error.message,
      'commitment-ledger doctor',
    );
  }
  if (error instanceof QueryRefused) {
    return error.code === 'view-not-ready' || error.code === 'view-stopped'
      ? new CliFailure(EXIT.failed, error.message, 'commitment-ledger projection status')
      : new CliFailure(EXIT.usage, error.message);
  }
  const code = codeOf(error);
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
