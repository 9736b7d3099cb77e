import { writeSync } from 'node:fs';

/** Called by name where a process may die: `intake:before-settle`. Does nothing unless that name is asked for. */
export type FaultPoint = (name: string) => void | Promise<void>;

/**
 * For tests: `LEDGER_FAULT=intake:before-settle` ends this process with SIGKILL the first time that it comes there,
 * `intake:before-settle@3` the third time. With `=stop` behind it the process is frozen (SIGSTOP) until SIGCONT comes,
 * and then goes on. One line on stderr says that the point was reached.
 */
export const faultPoints = (env: NodeJS.ProcessEnv = process.env): FaultPoint => {
  const [place = '', how = 'kill'] = (env['LEDGER_FAULT'] ?? '').split('=');
  const [wanted, times = '1'] = place.split('@');
  if (wanted === '') return () => undefined;
  let left = Number(times);
  return (name) => {
    if (name !== wanted || --left !== 0) return;
    writeSync(2, `LEDGER_FAULT reached ${name}\n`);
    if (how === 'stop') return void process.kill(process.pid, 'SIGSTOP');
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment: nothing after the point may happen.
    return new Promise<never>(() => undefined);
  };
};
