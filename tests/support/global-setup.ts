import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Handed to global-teardown.ts, which jest runs in the same process. */
export interface TestServer {
  testServers?: readonly ChildProcess[];
}

/** A process that prints one line when it is ready and ends with its stdin, so with us however we end. */
const start = (file: string, what: string): { server: ChildProcess; line: Promise<string> } => {
  const server = spawn(process.execPath, ['--import', './tests/support/typescript.mjs', file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = new Promise<string>((resolve, reject) => {
    let printed = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('\n')) resolve(printed.trim());
    });
    server.once('exit', (code) => reject(new Error(`${what} ended with ${code}`)));
  });
  return { server, line };
};

/**
 * One embedded PostgreSQL per test run, in a fresh folder (tests find it through tests/support/database.ts), and a
 * process that starts Kafka when a test asks for it (tests/support/kafka.ts).
 */
const setup = async (): Promise<void> => {
  const postgres = start('tests/support/embedded-server.ts', 'the embedded PostgreSQL');
  const kafka = start('tests/support/kafka-server.ts', 'the starter of Kafka');
  (globalThis as TestServer).testServers = [postgres.server, kafka.server];
  [process.env.TEST_EMBEDDED_URL, process.env.TEST_KAFKA_PORT] = await Promise.all([
    postgres.line,
    kafka.line,
  ]);
};

export default setup;
