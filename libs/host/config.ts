import { resolve } from 'node:path';

/** A setting that cannot be used. The message says what, why, and how to put it right. */
export class ConfigurationError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface Config {
  /** A PostgreSQL server of the user's own (15 to 18), as the ledger's owner, who migrates. */
  readonly databaseUrl: string | null;
  /** The same as the role that serves and works: it may append, and not change what is there. */
  readonly runtimeUrl: string | null;
  /** The same as a role that may only read. All three null: the embedded server. */
  readonly auditorUrl: string | null;
  /** Where the embedded database and the generated keys live. Absolute. */
  readonly dataDir: string;
  readonly host: string;
  /** The first port to try; a busy one is passed over unless it was set by hand. */
  readonly port: number;
  readonly portIsFixed: boolean;
  /** Of metrics with names of commitments, without a key; null: there is none. */
  readonly metricsPort: number | null;
  /** What `verify --json --out` writes; null: nobody says. */
  readonly verifyReport: string | null;
  readonly tenant: string;
  /** Only used when the ledger is created. */
  readonly shardCount: number | null;
  readonly logLevel: string;
  /** Accept a server with fsync, full_page_writes or synchronous_commit off. */
  readonly allowUnsafeDurability: boolean;
  /** `host:port` of Kafka brokers; null: no Kafka. */
  readonly kafkaBrokers: readonly string[] | null;
  /** Before the name of every topic and group: several ledgers may share a cluster. */
  readonly topicPrefix: string;
  /** Copies of each record in topics that we make; null: what the brokers say. */
  readonly topicReplication: number | null;
  /** A publisher that is not heard of for so long loses its shards, in milliseconds. */
  readonly leaseMs: number;
  /** A Kafka consumer that is not heard of for so long loses its partitions, in milliseconds. */
  readonly sessionMs: number;
  /** Webhooks may go to this machine and to private networks, and without TLS. */
  readonly allowPrivateWebhooks: boolean;
  /** Whose usage and commands the ingest topics may carry: whoever may write to them speaks for these. */
  readonly intakeTenants: readonly string[];
}

const VARIABLES: Readonly<Record<string, string>> = {
  LEDGER_RUNTIME_URL: 'the database as the role that serves; "migrate" prints it',
  LEDGER_AUDITOR_URL: 'the database as a role that may only read: for verify, replay, show, export',
  LEDGER_DATA_DIR: 'directory of the embedded database (default .ledger)',
  LEDGER_HOST: 'address to listen on (default 127.0.0.1)',
  LEDGER_PORT: 'port to listen on (default 8080, or the next free one)',
  LEDGER_METRICS_PORT:
    'port of its own for metrics, with names of commitments and without a key (default none)',
  LEDGER_VERIFY_REPORT:
    'file that "verify --json --out" writes, for the metric of when that was (default none)',
  LEDGER_TENANT: 'tenant of the command line and the demo (default demo)',
  LEDGER_SHARDS: 'number of shards of a new ledger (default 4; never changes afterwards)',
  LEDGER_LOG_LEVEL: 'trace, debug, info, warn, error or silent (default info)',
  LEDGER_ALLOW_UNSAFE_DURABILITY: '1 to run on a server that may lose acknowledged events',
  LEDGER_TOPIC_PREFIX: 'before the name of every Kafka topic and group (default none)',
  LEDGER_TOPIC_REPLICATION:
    'copies of each record in topics that are made (default: the brokers say)',
  LEDGER_LEASE_MS:
    'how long a publisher may be silent before others take its shards (default 6000)',
  LEDGER_SESSION_MS:
    'how long a Kafka consumer may be silent before others take its partitions (default 10000)',
  LEDGER_INTAKE_TENANTS:
    'tenants that the ingest topics may carry, comma-separated (default LEDGER_TENANT)',
  LEDGER_WEBHOOK_PRIVATE:
    '1 to let webhooks go to this machine, private networks and http (default: public https)',
  LEDGER_FAULT: 'for tests: where to end this process with SIGKILL, like intake:before-settle',
  LEDGER_TEST_REQUIRE: 'parts whose tests must not be skipped, comma-separated',
};

export const knownVariables = (): Readonly<Record<string, string>> => VARIABLES;

const at = (row: readonly number[], index: number): number => row[index] ?? Infinity;

/** Edit distance, for "did you mean". */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1)
      next[j] = Math.min(
        at(row, j) + 1,
        at(next, j - 1) + 1,
        at(row, j - 1) + (left[i - 1] === right[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return at(row, right.length);
};

export const nearest = (name: string, names: readonly string[]): string =>
  [...names].sort((left, right) => distance(name, left) - distance(name, right))[0] ?? '';

const refuseUnknown = (env: NodeJS.ProcessEnv): void => {
  for (const name of Object.keys(env))
    if (name.startsWith('LEDGER_') && !(name in VARIABLES))
      throw new ConfigurationError(
        'unknown-variable',
        `${name} is not a setting of this program. Did you mean ${nearest(name, Object.keys(VARIABLES))}? ` +
          `Unset it, or correct its name.`,
      );
};

const integer = (env: NodeJS.ProcessEnv, name: string, from: number, to: number): number | null => {
  const text = env[name];
  if (text === undefined || text === '') return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < from || value > to)
    throw new ConfigurationError(
      'invalid-variable',
      `${name}=${text} must be a whole number from ${from} to ${to}.`,
    );
  return value;
};

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const postgresUrl = (env: NodeJS.ProcessEnv, name: string): string | null => {
  const text = env[name] || null;
  if (text === null) return null;
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return verifiedTls(text);
  // The text itself is not repeated: it may hold a password.
  throw new ConfigurationError(
    'invalid-variable',
    `${name} must look like postgres://user:password@host:5432/database. Correct it, or unset ` +
      `it${name === 'DATABASE_URL' ? ' to use the embedded database' : ''}.`,
  );
};

/**
 * The driver takes `sslmode=require` (and its like) for `verify-full`, and says in a paragraph at every start that it
 * will not for ever. Saying what it does keeps that, now and then, and keeps it quiet.
 */
const verifiedTls = (text: string): string => {
  const url = new URL(text);
  const mode = url.searchParams.get('sslmode') ?? '';
  if (!['prefer', 'require', 'verify-ca'].includes(mode) || url.searchParams.has('uselibpqcompat'))
    return text;
  url.searchParams.set('sslmode', 'verify-full');
  return url.toString();
};

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** Settings come from environment variables only; a name with our prefix that we do not know is an error. */
export const configFromEnvironment = (env: NodeJS.ProcessEnv = process.env): Config => {
  refuseUnknown(env);
  const port = integer(env, 'LEDGER_PORT', 0, 65_535);
  const logLevel = env['LEDGER_LOG_LEVEL'] ?? 'info';
  if (!LOG_LEVELS.includes(logLevel))
    throw new ConfigurationError(
      'invalid-variable',
      `LEDGER_LOG_LEVEL=${logLevel} must be one of ${LOG_LEVELS.join(', ')}.`,
    );
  return {
    databaseUrl: postgresUrl(env, 'DATABASE_URL'),
    runtimeUrl: postgresUrl(env, 'LEDGER_RUNTIME_URL'),
    auditorUrl: postgresUrl(env, 'LEDGER_AUDITOR_URL'),
    dataDir: resolve(env['LEDGER_DATA_DIR'] || '.ledger'),
    host: env['LEDGER_HOST'] || '127.0.0.1',
    port: port ?? 8080,
    portIsFixed: port !== null,
    metricsPort: integer(env, 'LEDGER_METRICS_PORT', 1, 65_535),
    verifyReport: env['LEDGER_VERIFY_REPORT'] ? resolve(env['LEDGER_VERIFY_REPORT']) : null,
    tenant: env['LEDGER_TENANT'] || 'demo',
    shardCount: integer(env, 'LEDGER_SHARDS', 1, 1_024),
    logLevel,
    allowUnsafeDurability: env['LEDGER_ALLOW_UNSAFE_DURABILITY'] === '1',
    kafkaBrokers: env['KAFKA_BROKERS'] ? list(env['KAFKA_BROKERS']) : null,
    topicPrefix: env['LEDGER_TOPIC_PREFIX'] ?? '',
    topicReplication: integer(env, 'LEDGER_TOPIC_REPLICATION', 1, 16),
    leaseMs: integer(env, 'LEDGER_LEASE_MS', 500, 600_000) ?? 6_000,
    sessionMs: integer(env, 'LEDGER_SESSION_MS', 1_000, 1_800_000) ?? 10_000,
    allowPrivateWebhooks: env['LEDGER_WEBHOOK_PRIVATE'] === '1',
    intakeTenants: list(env['LEDGER_INTAKE_TENANTS'] || env['LEDGER_TENANT'] || 'demo'),
  };
};
