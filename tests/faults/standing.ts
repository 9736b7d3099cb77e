import { eventually } from '../support/eventually.js';
import type { RoleProcess } from '../support/role-process.js';

/** Until the process has frozen itself at its fault point (LEDGER_FAULT=…=stop). */
export const frozen = (process: RoleProcess, point: string): Promise<void> =>
  eventually(() => {
    if (!process.said().includes(`LEDGER_FAULT reached ${point}\n`))
      throw new Error(`${point} was not reached\n${process.said()}`);
  }, 40_000);
