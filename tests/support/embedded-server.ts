// Runs the embedded PostgreSQL for one test run: prints the URLs as one line, stops when its stdin is closed, which
// also happens when the test runner is killed. A process of its own because jest loads global-setup.ts as CommonJS.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbedded, startEmbedded } from '../../infra/postgres/embedded.js';
import { createTemplate } from './database.js';

const folder = await mkdtemp(join(tmpdir(), 'commitment-ledger-test-'));
const server = await startEmbedded({ dataDir: folder, port: 55_432 });
await createTemplate(server.ownerUrl);
if (process.env.TEST_DATABASE_URL) await createTemplate(process.env.TEST_DATABASE_URL);
process.stdout.write(`${server.ownerUrl}\n`);

process.stdin.resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
await new Promise((resolve) => process.stdin.once('end', resolve).once('close', resolve));
await server.stop();
await removeEmbedded(folder);
await rm(folder, { recursive: true, force: true });
process.exit(0);
