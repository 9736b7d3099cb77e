import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { serve } from '../../apps/standalone/serve.js';
import { migrate } from '../../infra/postgres/migrate.js';
import { createApiKey } from '../../libs/access/api-keys.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import { createLogger } from '../../libs/host/logger.js';
import { runtimeUrlOf } from '../support/database.js';
import { agree, TENANT } from './ours.js';
import type { Result } from './result.js';
import type { BenchServer } from './server.js';

const READERS = 500;
const AGREEMENTS = 32;
/** For a queue to fill, and what was compiled to be compiled again. */
const SETTLE_MS = 2_000;

const SUFFIX = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const CHILD = join(dirname(fileURLToPath(import.meta.url)), `stream-child${SUFFIX}`);

interface Came {
  readonly bytes: number;
  readonly lost: number;
}

/**
 * Usage over HTTP into one process with api and projector, as fast as it goes, with and without readers of the stream: in turns,
 * over one ledger, so that what grows grows for both.
 */
export const measureStream = async (
  {
    server,
    options,
  }: {
    readonly server: BenchServer;
    readonly options: { readonly rounds: number; readonly seconds: number };
  },
  say: (text: string) => void,
): Promise<Result> => {
  const ownerUrl = await server.emptyDatabase();
  const runtimeUrl = runtimeUrlOf(ownerUrl);
  await migrate(ownerUrl, { runtimeUrl, shardCount: 4 });
  const config = { ...configFromEnvironment({}), databaseUrl: null, runtimeUrl, port: 0 };
  const served = await serve(config, createLogger('error'));
  const { ledger } = served.system;
  const key = await keyIn(ownerUrl);
  for (let index = 0; index < AGREEMENTS; index += 1)
    await agree(ledger, `bench-agreement-${index}`);
  const child = (mode: string, ...more: string[]): ChildProcess =>
    spawn(
      process.execPath,
      [...process.execArgv, CHILD, mode, served.url, key, `${AGREEMENTS}`, ...more],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
  const recorded = async (): Promise<number> =>
    (await ledger.heads()).reduce((sum, { position }) => sum + position, 0);
  const rate = async (): Promise<number> => {
    await sleep(SETTLE_MS);
    const [before, since] = [await recorded(), performance.now()];
    await sleep(options.seconds * 1_000);
    return ((await recorded()) - before) / ((performance.now() - since) / 1_000);
  };
  const poster = child('post');
  const [withReaders, without, bytes]: number[][] = [[], [], []];
  let lost = 0;
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      without?.push(await rate());
      const readers = child('read', `${READERS}`);
      const lines = createInterface({ input: readers.stdout! })[Symbol.asyncIterator]();
      await lines.next();
      const since = performance.now();
      withReaders?.push(await rate());
      const seconds = (performance.now() - since) / 1_000;
      readers.kill('SIGTERM');
      const came = JSON.parse(String((await lines.next()).value)) as Came;
      bytes?.push(came.bytes / seconds);
      lost += came.lost;
      await once(readers, 'exit');
      say(
        `round ${round + 1}: ${Math.round(without?.at(-1) ?? 0)}/s, with readers ${Math.round(withReaders?.at(-1) ?? 0)}/s`,
      );
    }
  } finally {
    poster.kill();
    await served.close();
    await server.drop(ownerUrl);
  }
  const mb = (bytes ?? []).reduce((sum, each) => sum + each, 0) / options.rounds / 1e6;
  return {
    name: 'stream',
    what: 'usage over HTTP, batches of 1,000, into one process with api and projector',
    payload: `${AGREEMENTS} agreements, four shards; clients in processes of their own on the same cores`,
    goal: '>= 0.9',
    figures: [
      {
        side: `with ${READERS} readers of the stream`,
        perSecond: withReaders ?? [],
        ...{ p50Ms: null, p99Ms: null },
        note: `100 of everything, 400 of an agreement each; ${mb.toFixed(1)} MB/s to all of them, ${lost} cut off`,
      },
      {
        ...{ side: 'without', perSecond: without ?? [], p50Ms: null, p99Ms: null, note: '' },
      },
    ],
  };
};

const keyIn = async (ownerUrl: string): Promise<string> => {
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  try {
    return await createApiKey(owner, { tenant: TENANT, name: 'bench', role: 'admin' });
  } finally {
    await owner.end();
  }
};
