import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { removeEmbedded, startEmbedded } from '../../infra/postgres/embedded.js';
import { migrate } from '../../infra/postgres/migrate.js';
import { createApiKey } from '../../libs/access/api-keys.js';
import { eventually } from '../support/eventually.js';
import type { Asked, Called, Told } from './probe.js';

const TENANT = 'way';
const DEAL = 'way-deal';
const STARTS_AT = '2026-01-01T00:00:00Z';
const SERVE = ['dist', 'apps', 'cli', 'main.js'];

/** A standalone server of its own (api and projector, one shard) with one commitment, and the probe in it. */
export class MeasuredServer {
  private sent = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
    private readonly key: string,
    private readonly owner: pg.Pool,
    private readonly removed: () => Promise<void>,
  ) {}

  static async start(): Promise<MeasuredServer> {
    const folder = await mkdtemp(join(tmpdir(), 'commitment-ledger-way-'));
    const postgres = await startEmbedded({ dataDir: folder, port: 55_950 });
    const { runtimeUrl } = await migrate(postgres.ownerUrl, { shardCount: 1 });
    const owner = new pg.Pool({ connectionString: postgres.ownerUrl, max: 1 });
    const key = await createApiKey(owner, { tenant: TENANT, name: 'way', role: 'admin' });
    const child = fork(join(...SERVE), ['serve'], {
      execArgv: ['--import', `./${join('dist', 'tests', 'way', 'probe.js')}`],
      env: {
        ...Object.fromEntries(
          Object.entries(process.env).filter(
            ([name]) => !/^(LEDGER_|KAFKA_BROKERS$|DATABASE_URL$)/.test(name),
          ),
        ),
        LEDGER_RUNTIME_URL: runtimeUrl ?? '',
        LEDGER_PORT: '0',
        LEDGER_LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const removed = async (): Promise<void> => {
      await owner.end();
      await postgres.stop();
      await removeEmbedded(folder);
      await rm(folder, { recursive: true, force: true });
    };
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const listensAt = (): string | undefined => /http:\/\/[\d.:]+/.exec(said)?.[0];
    await eventually(() => {
      if (listensAt() === undefined) throw new Error(`the server does not listen: ${said}`);
    });
    const server = new MeasuredServer(child, listensAt() ?? '', key, owner, removed);
    await server.openDeal();
    return server;
  }

  /** Asks the probe and gives what it tells. */
  async ask(asked: Asked): Promise<readonly Called[]> {
    const answer = this.told(asked.ask);
    this.child.send(asked);
    return answer;
  }

  async told(what: Told['told']): Promise<readonly Called[]> {
    for (;;) {
      const [{ told, called }] = (await once(this.child, 'message')) as [Told];
      if (told === what) return called;
    }
  }

  /** @returns the ledger position at which it is recorded. */
  async postUsage(): Promise<number> {
    const event = {
      source: 'urn:way:billing',
      id: `usage-${(this.sent += 1)}`,
      agreement: DEAL,
      effectiveAt: '2026-03-01T12:00:00Z',
      currency: 'USD',
      amount: '12.50',
    };
    const answer = (await this.send('POST', '/v1/usage-events', event)) as { position: number };
    return answer.position;
  }

  async getBurnDown(): Promise<void> {
    await this.send('GET', `/v1/commitments/${DEAL}.cloud/burn-down`);
  }

  /** Asked of the database, so that nothing runs in the server for the sake of the question. */
  async projected(position: number): Promise<void> {
    await eventually(async () => {
      const { rows } = await this.owner.query<{ reached: boolean }>(
        'SELECT min(position) >= $1 AS reached FROM views.projection_checkpoint',
        [position],
      );
      if (rows[0]?.reached !== true) throw new Error(`position ${position} is not projected`);
    });
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    await this.removed();
  }

  private async openDeal(): Promise<void> {
    for (const id of ['vendor', 'lab'])
      await this.command('/v1/parties', { id, name: id, kinds: ['vendor', 'customer'] });
    const agreement = { id: DEAL, title: 'Cloud', vendorId: 'vendor', customerId: 'lab' };
    await this.command('/v1/agreements', { ...agreement, startsAt: STARTS_AT });
    await this.command(`/v1/agreements/${DEAL}/activation`, { activatedAt: STARTS_AT });
    await this.command(`/v1/agreements/${DEAL}/commitments`, {
      id: 'cloud',
      name: 'Cloud spend',
      total: { amount: '100000.00', currency: 'USD' },
      basis: 'effective',
      startsAt: STARTS_AT,
      endsAt: '2027-01-01T00:00:00Z',
      schedule: { mode: 'total-only' },
    });
  }

  private command(path: string, body: object): Promise<unknown> {
    const once = { 'idempotency-key': `way-${(this.sent += 1)}` };
    return this.send('POST', path, { ...body, effectiveAt: STARTS_AT }, once);
  }

  private async send(method: string, path: string, body?: object, headers = {}): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  }
}
