import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Handed to global-teardown.ts, which jest runs in the same process. */
export interface TestServer {
  embeddedServer?: ChildProcess;
}

/** One embedded PostgreSQL per test run, in a fresh folder. Tests find it through tests/support/database.ts. */
const setup = async (): Promise<void> => {
  const server = spawn(
    process.execPath,
    ['--import', './tests/support/typescript.mjs', 'tests/support/embedded-server.ts'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  process.env.TEST_EMBEDDED_URL = await new Promise<string>((resolve, reject) => {
    let printed = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('\n')) resolve(printed.trim());
    });
    server.once('exit', (code) => reject(new Error(`the embedded PostgreSQL ended with ${code}`)));
  });
  (globalThis as TestServer).embeddedServer = server;
};

export default setup;
