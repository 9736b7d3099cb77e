import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  removeEmbedded,
  startEmbedded,
  type EmbeddedServer,
} from '../../infra/postgres/embedded.js';
import { migrate } from '../../infra/postgres/migrate.js';
import { runtimeUrlOf } from '../support/database.js';

const START_MS_MAX = 60_000;

/** An embedded server that is nobody else's, so that it may be killed. Keeps its port and its data. */
export class OwnPostgres {
  private constructor(
    private readonly folder: string,
    private server: EmbeddedServer,
  ) {}

  /** With an empty ledger in it. */
  static async start(): Promise<OwnPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-faults-postgres-'));
    const server = await startEmbedded({ dataDir: folder, port: 56_100 });
    const { ownerUrl } = server;
    await migrate(ownerUrl, { runtimeUrl: runtimeUrlOf(ownerUrl) });
    return new OwnPostgres(folder, server);
  }

  get ownerUrl(): string {
    return this.server.ownerUrl;
  }

  /** SIGKILL to the postmaster; its children notice and end. The next start recovers from the log. */
  async kill(): Promise<void> {
    const file = join(this.server.dataDir, 'cluster', 'postmaster.pid');
    const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await sleep(10);
  }

  /** Until it serves again, where it served before. */
  async restart(): Promise<void> {
    const { port } = this.server;
    const deadline = Date.now() + START_MS_MAX;
    for (;;) {
      try {
        // Refused while a child of the one that was killed still holds its memory.
        this.server = await startEmbedded({ dataDir: this.folder, port });
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(200);
      }
    }
    if (this.server.port !== port) throw new Error(`PostgreSQL came back on ${this.server.port}`);
  }

  async remove(): Promise<void> {
    await this.server.stop();
    await removeEmbedded(this.folder);
    await rm(this.folder, { recursive: true, force: true });
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
