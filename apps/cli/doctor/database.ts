import pg from 'pg';
import { checkDurability } from '../../../infra/postgres/durability.js';
import { standingOf } from '../../../infra/postgres/standing.js';
import { projections } from '../../../libs/projections/all.js';
import {
  projectionStatus,
  type ProjectionStatus,
} from '../../../libs/projections/engine/status.js';
import type { Config } from '../../../libs/host/config.js';
import { isEmbedded, refuseOwnersUrl } from '../../../libs/host/database.js';
import type { Reading } from '../../../libs/host/system.js';
import { toFailure } from '../failure.js';
import { count, plural } from '../format.js';
import { skippedText } from '../report.js';
import { failed, ok, warning, type Diagnosis } from './diagnosis.js';
import { onlyRow } from '../../../libs/ledger/postgres/sql-client.js';

export const checkDatabase = async (system: Reading): Promise<Diagnosis[]> => {
  const { rows } = await system.pool.query<{ version: string; durability: string }>(
    `SELECT current_setting('server_version') AS version,
            format('fsync %s, full_page_writes %s, synchronous_commit %s', current_setting('fsync'),
                   current_setting('full_page_writes'), current_setting('synchronous_commit')) AS durability`,
  );
  const { version, durability } = onlyRow(rows);
  const durable = await checkDurability(system.pool, {}).then(
    () => ok('Durability', durability),
    (error: Error) => warning('Durability', durability, error.message),
  );
  return [
    ok('Database', `PostgreSQL ${version}, ${system.database}`),
    durable,
    ok('Migrations', 'applied'),
    ok('Ledger', `${system.reader.ledgerId}, ${plural(system.reader.shardCount, 'shard')}`),
  ];
};

export const checkViews = async (system: Reading): Promise<Diagnosis[]> => {
  const statuses = await projectionStatus(system.pool, system.reader, projections);
  const live = statuses.filter(({ state }) => state === 'live');
  const short = live.filter(({ skipped }) => skipped > 0);
  const stuck = statuses.find(
    ({ state, stoppedAt }) => state === 'building' && stoppedAt.length > 0,
  );
  return [
    viewsDiagnosis(live),
    ...short.map((status) =>
      warning(
        'Views',
        `${status.name} lacks ${skippedText(status)}: its answers are wrong by that`,
        `With a version that can fold it: commitment-ledger projection rebuild ${status.name}`,
      ),
    ),
    ...(stuck
      ? [
          warning(
            'Views',
            `the rebuild of ${stuck.name} stands still at an event that cannot be folded`,
            'commitment-ledger projection status',
          ),
        ]
      : []),
  ];
};

const viewsDiagnosis = (live: readonly ProjectionStatus[]): Diagnosis => {
  const stopped = live.find(({ stoppedAt }) => stoppedAt.length > 0);
  if (stopped) {
    return failed('Views', `${stopped.name} stands still`, 'commitment-ledger projection status');
  }
  const lag = Math.max(0, ...live.map((status) => status.lag));
  return lag === 0
    ? ok('Views', live.length === 0 ? 'not built yet' : 'up to date')
    : warning('Views', `${count(lag)} events behind`, 'Start the ledger: commitment-ledger serve');
};

/** Whom each of the URLs logs in as, and whether what serves would be refused. Nothing on a database of ours. */
export const checkRoles = async (config: Config): Promise<Diagnosis[]> => {
  if (isEmbedded(config)) return [];
  const { databaseUrl, runtimeUrl, auditorUrl } = config;
  const findings: Diagnosis[] = [];
  if (databaseUrl !== null) findings.push(await checkRole('DATABASE_URL', databaseUrl));
  if (runtimeUrl !== null) findings.push(await checkRole('LEDGER_RUNTIME_URL', runtimeUrl));
  if (auditorUrl !== null) findings.push(await checkRole('LEDGER_AUDITOR_URL', auditorUrl));
  findings.push(await checkServing(config));
  return findings;
};

const asked = async <Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

const checkRole = async (variable: string, url: string): Promise<Diagnosis> => {
  try {
    const { role, reasons } = await asked(url, standingOf);
    return ok(variable, reasons.length === 0 ? role : `${role}: ${reasons[0]}`);
  } catch (error) {
    const { message, fix, exitCode } = toFailure(error);
    return failed(variable, message, fix, exitCode);
  }
};

const checkServing = async (config: Config): Promise<Diagnosis> => {
  const url = config.runtimeUrl ?? config.databaseUrl;
  if (url === null) return ok('Serving', 'not from here: only a role that reads is given');
  try {
    const { role, reasons } = await asked(url, standingOf);
    if (reasons.length > 0)
      return warning(
        'Serving',
        `would be refused: ${role} ${reasons[0]}`,
        'Set LEDGER_RUNTIME_URL to a role that may only append: migrate makes one and prints it.',
      );
    try {
      refuseOwnersUrl(config);
      return ok('Serving', `as ${role}`);
    } catch {
      return ok('Serving', `as ${role}, where DATABASE_URL is not set`);
    }
  } catch (error) {
    return warning('Serving', 'would fail', toFailure(error).message);
  }
};
