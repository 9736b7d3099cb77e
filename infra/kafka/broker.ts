import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { clusterNodes } from '../../libs/messaging/cluster-nodes.js';
import { KafkaServerError } from './errors.js';
import { freePorts, nextFreePort } from './free-ports.js';
import { available, fetchJars, javaCommand } from './jars.js';
import { serverProperties } from './properties.js';
import type { NodePorts } from './properties.js';

const START_MS_MAX = 90_000;
const STOP_MS_MAX = 30_000;

export interface KafkaServer {
  /** `host:port` of every node. */
  readonly brokers: readonly string[];
  /** One log per node: `node-1.log`, … Kept after `stop`. */
  readonly logsDir: string;
  /** SIGTERM to every node: leaders move, logs are flushed. Safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL to one node (from 1). Comes back when it is gone. */
  kill(node: number): Promise<void>;
  /** Starts a node that was killed or stopped, on its old ports, and waits until it answers. */
  restart(node: number): Promise<void>;
}

export interface KafkaServerOptions {
  readonly nodes: 1 | 3;
  /** Holds everything of this cluster. The jars go beside it, so that all clusters of one folder share them. */
  readonly dataDir: string;
  /** The port of the first broker, or the next free ones after it; without it any free ports. */
  readonly firstPort?: number;
  /** Settings of every broker, besides ours. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Apache Kafka on free loopback ports, started with this machine's Java from jars that Maven fetches once. Data that is
 * already in the folder is kept and served again.
 * @throws KafkaServerError with a code and what to do about it.
 */
export const startKafka = async (options: KafkaServerOptions): Promise<KafkaServer> => {
  const dataDir = resolve(options.dataDir);
  const check = await available(dirname(dataDir));
  if (!check.available)
    throw new KafkaServerError('kafka-unavailable', `Kafka cannot run here: ${check.reason}`);
  const jars = await fetchJars(dirname(dataDir));
  await refuseSecondServer(dataDir);
  const logsDir = join(dataDir, 'logs');
  await mkdir(logsDir, { recursive: true });
  const ports = await choosePorts(options);
  const nodes = ports.map(
    ({ broker }, index) => new KafkaNode(index + 1, broker, ports, dataDir, jars, options.settings),
  );
  const nodeOf = (node: number): KafkaNode => {
    const found = nodes[node - 1];
    if (found === undefined)
      throw new Error(`this Kafka has ${nodes.length} nodes, and no ${node}`);
    return found;
  };
  const brokers = ports.map(({ broker }) => `127.0.0.1:${broker}`);
  try {
    const clusterId = await clusterIdOf(dataDir);
    await Promise.all(nodes.map((node) => node.format(clusterId)));
    await Promise.all(nodes.map((node) => node.start(nodes.length)));
  } catch (error) {
    await Promise.all(nodes.map((node) => node.stop()));
    throw error;
  }
  return {
    brokers,
    logsDir,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
    kill: async (node) => nodeOf(node).kill(),
    restart: async (node) => nodeOf(node).start(1),
  };
};

const choosePorts = async ({
  nodes,
  firstPort,
}: KafkaServerOptions): Promise<readonly NodePorts[]> => {
  const wanted = nodes * 2;
  const ports = firstPort === undefined ? [...(await freePorts(wanted))] : [];
  for (let next = firstPort ?? 0; ports.length < wanted; next += 1) {
    next = await nextFreePort(next);
    ports.push(next);
  }
  return ports.slice(0, nodes).flatMap((broker, index) => {
    const controller = ports[nodes + index];
    return controller === undefined ? [] : [{ broker, controller }];
  });
};

/** 16 random bytes, as Kafka's own `random-uuid` prints them; made once per folder. */
const clusterIdOf = async (dataDir: string): Promise<string> => {
  const file = join(dataDir, 'cluster.id');
  if (!existsSync(file)) {
    let id = randomBytes(16).toString('base64url');
    // An id that starts with "-" would be read as an option.
    while (id.startsWith('-')) id = randomBytes(16).toString('base64url');
    await writeFile(file, id);
  }
  return readFile(file, 'utf8');
};

const pidFile = (dataDir: string, node: number): string => join(dataDir, `node-${node}.pid`);

/** A server whose starter was killed lives on; a second one over the same data would fail with a riddle. */
const refuseSecondServer = async (dataDir: string): Promise<void> => {
  for (const node of [1, 2, 3]) {
    const pid = await runningNode(dataDir, node);
    if (pid !== null)
      throw new KafkaServerError(
        'kafka-already-running',
        `Kafka already runs over ${dataDir} (process ${pid}). Use it, or stop it with: kill ${pid}`,
      );
  }
};

const runningNode = async (dataDir: string, node: number): Promise<number | null> => {
  const pid = Number(await readFile(pidFile(dataDir, node), 'utf8').catch(() => '0'));
  return pid > 0 && isKafka(pid, dataDir) ? pid : null;
};

/** Where a broker that somebody else started over this folder listens (`npm run kafka`, say), or null. */
export const runningBroker = async (folder: string): Promise<string | null> => {
  const dataDir = resolve(folder);
  if ((await runningNode(dataDir, 1)) === null) return null;
  const properties = await readFile(join(dataDir, 'node-1.properties'), 'utf8');
  return /^advertised\.listeners=PLAINTEXT:\/\/(.+)$/m.exec(properties)?.[1] ?? null;
};

const isKafka = (pid: number, dataDir: string): boolean => {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir);
  } catch {
    return false;
  }
};

class KafkaNode {
  private process: ChildProcess | null = null;
  private readonly folder: string;
  private readonly properties: string;
  private readonly log: string;
  private readonly broker: string;

  constructor(
    private readonly id: number,
    port: number,
    private readonly ports: readonly NodePorts[],
    private readonly dataDir: string,
    private readonly jars: string,
    private readonly settings: KafkaServerOptions['settings'] = {},
  ) {
    this.folder = join(dataDir, `node-${id}`);
    this.properties = join(dataDir, `node-${id}.properties`);
    this.log = join(dataDir, 'logs', `node-${id}.log`);
    this.broker = `127.0.0.1:${port}`;
  }

  /** Writes the settings of this start; formats the folder unless it holds data. */
  async format(clusterId: string): Promise<void> {
    await writeFile(
      this.properties,
      serverProperties(this.id, this.ports, this.folder, this.settings),
    );
    if (existsSync(join(this.folder, 'meta.properties'))) return;
    const tool = [
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(this.jars, '*'),
      'kafka.tools.StorageTool',
    ];
    const args = [...tool, 'format', '-t', clusterId, '-c', this.properties];
    await promisify(execFile)(javaCommand(), args).catch((error: { stderr?: string }) => {
      throw new KafkaServerError('kafka-failed', `formatting failed:\n${error.stderr ?? error}`);
    });
  }

  async start(nodesUp: number): Promise<void> {
    if (this.process !== null) return;
    const log = openSync(this.log, 'a', 0o600);
    // A broker for a test or an afternoon: C2's compiling would cost it as much CPU as its work.
    const options = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const settings = ['-Dorg.slf4j.simpleLogger.showDateTime=true', LOG_DATE];
    const args = [...options, ...settings, '-cp', join(this.jars, '*'), 'kafka.Kafka'];
    const child = spawn(javaCommand(), [...args, this.properties], {
      cwd: this.dataDir,
      // Ctrl-C in the terminal must reach us first, and the server through `stop`.
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.process = child;
    child.once('exit', () => (this.process = this.process === child ? null : this.process));
    child.once('error', () => (this.process = null));
    if (child.pid !== undefined) await writeFile(pidFile(this.dataDir, this.id), `${child.pid}`);
    await this.ready(child, nodesUp);
  }

  /** Ready is when a metadata request to this very node names it, and as many nodes as there should be. */
  private async ready(child: ChildProcess, nodesUp: number): Promise<void> {
    const deadline = Date.now() + START_MS_MAX;
    while (Date.now() < deadline) {
      if (this.process !== child) break;
      const nodes = await clusterNodes([this.broker], 2_000).catch((): string[] => []);
      if (nodes.includes(this.broker) && nodes.length >= nodesUp) return;
      await sleep(100);
    }
    const end = readFileSync(this.log, 'utf8').trim().split('\n').slice(-8).join('\n');
    throw new KafkaServerError('kafka-failed', `Kafka did not start (${this.log}):\n${end}`);
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    await rm(pidFile(this.dataDir, this.id), { force: true });
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    await gone;
    clearTimeout(tooLong);
  }
}

const LOG_DATE = '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS';
