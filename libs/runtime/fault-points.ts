import { writeSync } from 'node:fs';

/** Called by name where a process may die: `intake:before-settle`. Does nothing unless that name is asked for. */
export type FaultPoint = (name: string) => void | Promise<void>;

/**
 * For tests: `LEDGER_FAULT=intake:before-settle` ends this process with SIGKILL the first time that it comes there,
 * `intake:before-settle@3` the third time. One line on stderr says that the point was reached.
 */
export const faultPoints = (env: NodeJS.ProcessEnv = process.env): FaultPoint => {
  const [wanted, times = '1'] = (env['LEDGER_FAULT'] ?? '').split('@');
  if (wanted === '') return () => undefined;
  let left = Number(times);
  return (name) => {
    if (name !== wanted || --left > 0) return;
    writeSync(2, `LEDGER_FAULT reached ${name}\n`);
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment: nothing after the point may happen.
    return new Promise<never>(() => undefined);
  };
};
