// Runs every test this machine can run, names and counts what it could not, and ends with one plain line.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'ledger-test-'));
const report = join(folder, 'report.json');
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    join('node_modules', 'jest', 'bin', 'jest.js'),
    '--json',
    // Clients of brokers that were killed on purpose may still be trying to reach them when everything is counted.
    '--forceExit',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  // --json would print the report on stdout as well; people read jest's own output on stderr.
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));

jest.on('exit', (code) => {
  let result = null;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    process.stdout.write('The test run ended before it could report.\n');
  }
  rmSync(folder, { recursive: true, force: true });
  if (result === null) {
    process.stdout.write('0 passed, 1 failed\n');
    process.exit(code || 1);
  }
  const skipped = result.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === 'pending' || test.status === 'skipped')
      .map((test) => test.fullName),
  );
  if (skipped.length > 0) {
    process.stdout.write(
      `\n${skipped.length} tests were SKIPPED because this machine lacks a part they need:\n`,
    );
    for (const name of skipped) process.stdout.write(`  - ${name}\n`);
  }
  // A file that could not even be loaded has no tests to count, and is a failure all the same.
  const broken = result.testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const failed = result.numFailedTests + broken;
  const counts = `${result.numPassedTests} passed, ${failed} failed`;
  process.stdout.write(`${counts}${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}\n`);
  process.exit(failed > 0 || code !== 0 || result.numPassedTests === 0 ? 1 : 0);
});
