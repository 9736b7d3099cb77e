import { once } from 'node:events';
import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { SERVICE_ROLES, type ServiceRole } from '../../libs/host/roles.js';
import { topicNames, topicSpecs, type TopicNames } from '../../infra/kafka/topics.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { createApiKey } from '../../libs/access/api-keys.js';
import { createPool } from '../../libs/host/pool.js';
import { runtimeUrlOf } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startRoleProcess, type RoleProcess } from '../support/role-process.js';
import { runTypescript } from '../support/run-typescript.js';
import { openDeal } from '../support/usage.js';

export const TENANT = 'acme';
/** Enough that every role works on some while it waits for others. */
export const DEALS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
/** Of each deal: small, so that part of the load is overage. */
const COMMITTED = '20000';

/** What a world stands on: a migrated database and a Kafka cluster. Neither is the world's to end. */
export interface Ground {
  readonly ownerUrl: string;
  readonly brokers: readonly string[];
  /** Copies of each record. */
  readonly replication: 1 | 3;
}

/** Silence is noticed soon, so that scenarios need not wait for it. */
const SHORT = { LEDGER_LEASE_MS: '1200', LEDGER_SESSION_MS: '2000' };
const PATIENCE_MS = 60_000;

export interface StartOptions {
  /** Default: the role. Processes of one role need names of their own. */
  readonly name?: string;
  /** `ledger:after-commit@3`: LEDGER_FAULT of the process. */
  readonly fault?: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** A small distributed system of real processes over a real database and real brokers. */
export class World {
  readonly topics: TopicNames;
  private readonly processes = new Map<string, RoleProcess>();
  private readonly roleOf = new Map<string, ServiceRole>();
  private readonly apis = new Map<string, string>();

  private constructor(
    readonly ground: Ground,
    readonly prefix: string,
    readonly pool: pg.Pool,
    readonly ledger: PostgresLedger,
    readonly admin: KafkaTopicAdmin,
    readonly apiKey: string,
  ) {
    this.topics = topicNames(prefix);
  }

  /** Topics of its own and six deals; no process yet. */
  static async open(ground: Ground): Promise<World> {
    const { ownerUrl, brokers, replication } = ground;
    const prefix = `faults${randomBytes(4).toString('hex')}.`;
    const url = runtimeUrlOf(ownerUrl);
    const pool = createPool(url);
    const ledger = await PostgresLedger.open({ url, pool, deciders });
    for (const deal of DEALS) await openDeal(ledger, deal, COMMITTED);
    const owner = createPool(ownerUrl, { max: 1 });
    const key = await createApiKey(owner, { tenant: TENANT, name: 'load', role: 'poster' });
    await owner.end();
    const admin = new KafkaTopicAdmin({ brokers, clientId: `faults ${hostname()}` });
    await admin.ensureTopics(
      topicSpecs(ledger.shardCount, { prefix, replicationFactor: replication }),
    );
    return new World(ground, prefix, pool, ledger, admin, key);
  }

  /** Comes back at once; `ready` waits. */
  start(role: ServiceRole, { name = role, fault, more = {} }: StartOptions = {}): RoleProcess {
    const { ownerUrl, brokers } = this.ground;
    if (this.processes.has(name)) throw new Error(`${name} runs already`);
    const process = startRoleProcess(role, {
      ...{ runtimeUrl: runtimeUrlOf(ownerUrl), brokers, prefix: this.prefix },
      more: {
        ...SHORT,
        ...this.environment(),
        ...(fault === undefined ? {} : { LEDGER_FAULT: fault }),
        ...more,
      },
    });
    this.processes.set(name, process);
    this.roleOf.set(name, role);
    process.url.then(
      (url) => {
        if (role === 'api' && this.processes.get(name) === process) this.apis.set(name, url);
      },
      () => undefined,
    );
    void process.ended.then(({ code, signal }) => {
      if (signal === null && code !== 0)
        this.deaths.push(`${name} ended with ${code}: ${process.said()}`);
      if (this.processes.get(name) !== process) return;
      this.processes.delete(name);
      this.apis.delete(name);
    });
    return process;
  }

  /** One process of each role. */
  async startAll(): Promise<void> {
    for (const role of SERVICE_ROLES) this.start(role);
    await this.ready();
  }

  /** What processes that were not killed by us said before they ended by themselves. */
  readonly deaths: string[] = [];

  get names(): readonly string[] {
    return [...this.processes.keys()];
  }

  process(name: string): RoleProcess {
    const process = this.processes.get(name);
    if (process === undefined) throw new Error(`${name} does not run`);
    return process;
  }

  /** Names of processes that got as far as serving: a kill before that would prove little. */
  async serving(): Promise<readonly string[]> {
    const answers = await Promise.all(
      this.names.map(async (name) => {
        const late = new Promise<null>((done) => setTimeout(done, 5, null));
        return [
          name,
          await Promise.race([this.process(name).url, late]).catch(() => null),
        ] as const;
      }),
    );
    return answers.flatMap(([name, url]) => (url === null ? [] : [name]));
  }

  /** Until every process (or the one named) says that it does its work. */
  async ready(...names: readonly string[]): Promise<void> {
    for (const name of names.length > 0 ? names : this.names)
      await eventually(async () => {
        const answer = await this.process(name).ready();
        if (answer?.status !== 200)
          throw new Error(`${name}: ${JSON.stringify(answer)}\n${this.process(name).said()}`);
      }, PATIENCE_MS);
  }

  /** SIGKILL, and gone. */
  async kill(name: string): Promise<void> {
    const { child, ended } = this.process(name);
    child.kill('SIGKILL');
    await ended;
  }

  /** SIGTERM, and gone: it leaves its group and gives its leases back. */
  async stop(name: string): Promise<void> {
    const { child, ended } = this.process(name);
    child.kill('SIGTERM');
    await ended;
  }

  /** SIGKILL to a process that runs, and another one in its place, ready or not. */
  async replace(name: string, options: Omit<StartOptions, 'name'> = {}): Promise<RoleProcess> {
    const role = this.roleOf.get(name)!;
    if (this.processes.has(name)) await this.kill(name);
    return this.start(role, { name, ...options });
  }

  freeze(name: string): void {
    this.process(name).child.kill('SIGSTOP');
  }

  wake(name: string): void {
    this.process(name).child.kill('SIGCONT');
  }

  /** Of an api that serves now; null when none does. */
  apiUrl(random: number): string | null {
    const urls = [...this.apis.values()];
    return urls[Math.floor(random * urls.length)] ?? null;
  }

  /** `commitment-ledger … --json` over this world: its answer. */
  async cli<Answer>(...args: readonly string[]): Promise<Answer> {
    const child = runTypescript('apps/cli/main.ts', [...args, '--json'], this.environment());
    let out = '';
    child.stdout!.on('data', (part: Buffer) => (out += part.toString()));
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${out}`);
    return JSON.parse(out) as Answer;
  }

  private environment(): Record<string, string> {
    const { ownerUrl, brokers, replication } = this.ground;
    return {
      LEDGER_RUNTIME_URL: runtimeUrlOf(ownerUrl),
      KAFKA_BROKERS: brokers.join(','),
      LEDGER_TOPIC_PREFIX: this.prefix,
      LEDGER_TENANT: TENANT,
      LEDGER_TOPIC_REPLICATION: String(replication),
    };
  }

  async close(): Promise<void> {
    for (const name of this.names) {
      this.wake(name);
      await this.kill(name);
    }
    await this.admin.close();
    await this.ledger.close();
    await this.pool.end();
  }
}
