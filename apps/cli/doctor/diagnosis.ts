import { EXIT, type ExitCode } from '../failure.js';

/** What one check of `doctor` says, and what puts it right. */
export interface Diagnosis {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly fix: string | null;
  readonly exitCode?: ExitCode;
}

export const ok = (check: string, found: string): Diagnosis => ({
  check,
  state: 'ok',
  found,
  fix: null,
});

export const warning = (check: string, found: string, fix: string): Diagnosis => ({
  check,
  state: 'warning',
  found,
  fix,
});
export const failed = (
  check: string,
  found: string,
  fix: string | null,
  exitCode: ExitCode = EXIT.failed,
): Diagnosis => ({
  check,
  state: 'failed',
  found,
  fix,
  exitCode,
});
