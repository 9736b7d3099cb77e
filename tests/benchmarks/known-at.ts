import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { migrate } from '../../infra/postgres/migrate.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { instantOfMicros, microsOf, startOfDay } from '../../libs/domain/instant.js';
import type { LedgerReader } from '../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { burnDownReads } from '../../libs/projections/burn-down/burn-down.js';
import { burnDown } from '../../libs/projections/burn-down/query.js';
import { addDays } from '../../libs/domain/calendar.js';
import { tableName } from '../../libs/projections/engine/generations.js';
import type { Views } from '../../libs/projections/asking/read-view.js';
import { rebuild } from '../../libs/projections/engine/rebuild.js';
import { allDeals } from '../../libs/projections/deals/deals.js';
import { runtimeUrlOf } from '../support/database.js';
import { agree, submission, TENANT } from './ours.js';
import { askedFor } from './questions.js';
import type { Figure, Result } from './result.js';
import type { BenchServer } from './server.js';

const FIRST_DAY = '2026-01-01';
/** Usage of 300 days, each event up to 30 days late: a block of entries touches about 30 days, as in a monthly file. */
const DAYS = 300;
const DAYS_LATE = 30;
const AXES = { tenant: TENANT, asOf: '2026-12-31' };
const CALL = 1_000;
/** Of a smaller ledger whose agreements take turns. */
const MANY = 400;
const MANY_PART = 10;

interface Bench {
  readonly server: BenchServer;
  readonly options: { readonly rows: number; readonly rounds: number; readonly seconds: number };
}

const agreementOf = (index: number): string => `bench-agreement-${index}`;

/** When the last event was recorded, over all shards. */
const lastRecorded = async (ledger: PostgresLedger): Promise<bigint> => {
  const heads = await ledger.heads();
  return microsOf(heads.map(({ recordedAt }) => recordedAt ?? EPOCH).reduce(later));
};

const EPOCH = '1970-01-01T00:00:00.000000Z';
const later = (one: string, other: string): string => (one > other ? one : other);

/** Recorded as fast as it goes, so all of them within a day or two. Gives any instant while it went on. */
const fill = async (
  ledger: PostgresLedger,
  agreements: number,
  rows: number,
  say: (text: string) => void,
): Promise<() => string> => {
  for (let index = 0; index < agreements; index += 1) await agree(ledger, agreementOf(index));
  const from = await lastRecorded(ledger);
  for (let done = 0; done < rows; done += CALL) {
    const outcomes = await Promise.all(
      Array.from({ length: Math.min(CALL, rows - done) }, (_, index) => {
        const event = done + index;
        const day = Math.floor((event / rows) * DAYS) - ((event * 7) % DAYS_LATE);
        const effectiveAt = startOfDay(addDays(FIRST_DAY, Math.max(0, day)));
        const usage = submission(agreementOf(event % agreements), `${event}`);
        return ledger.submit({ ...usage, effectiveAt });
      }),
    );
    for (const outcome of outcomes)
      if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
    if (done % 250_000 === 0) say(`${done + outcomes.length} events recorded`);
  }
  const range = Number((await lastRecorded(ledger)) - from);
  return () => instantOfMicros(from + BigInt(Math.floor(Math.random() * range)));
};

/** How fast the views were filled, and how large their sums are. */
const project = async (pool: pg.Pool, reader: LedgerReader, rows: number): Promise<string> => {
  const start = performance.now();
  let megabytes = 0;
  for (const projection of burnDownReads) {
    const generation = await rebuild({ pool, reader, projection });
    for (const table of projection.tables) {
      if (table.kind !== 'sum') continue;
      const { rows: sizes } = await pool.query<{ size: string }>(
        'SELECT pg_total_relation_size($1::regclass) AS size',
        [tableName(generation, table)],
      );
      megabytes += Number(sizes[0]!.size) / 1e6;
    }
  }
  const perSecond = Math.round((rows * 1000) / (performance.now() - start));
  return `two views filled at ${perSecond} events/s, their sums ${megabytes.toFixed(1)} MB`;
};

const ask = async (
  { server, options }: Bench,
  agreements: number,
  rows: number,
  say: (text: string) => void,
): Promise<Figure[]> => {
  const ownerUrl = await server.emptyDatabase();
  const runtimeUrl = runtimeUrlOf(ownerUrl);
  const { shardCount } = await migrate(ownerUrl, { runtimeUrl });
  const ledger = await PostgresLedger.open({ url: runtimeUrl, deciders });
  const pool = new pg.Pool({ connectionString: runtimeUrl, max: shardCount });
  try {
    const knownAt = await fill(ledger, agreements, rows, say);
    const filled = await project(pool, ledger, rows);
    say(filled);
    await server.checkpoint();
    const views: Views = { pool, reader: ledger };
    const seconds = options.rounds * options.seconds;
    const commitmentId = `${agreementOf(0)}.pool`;
    const of = `${agreements} agreement(s), ${rows} events`;
    return [
      await askedFor(`burn-down known at, ${of}`, seconds, filled, () =>
        burnDown(views, { ...AXES, commitmentId, knownAt: knownAt() }),
      ),
      await askedFor(`burn-down, latest, ${of}`, seconds, 'without knownAt', () =>
        burnDown(views, { ...AXES, commitmentId }),
      ),
      await askedFor(`portfolio known at, ${of}`, seconds, 'all agreements', () =>
        allDeals(views, { ...AXES, knownAt: knownAt() }),
      ),
      await askedFor(`portfolio, latest, ${of}`, seconds, 'without knownAt', () =>
        allDeals(views, AXES),
      ),
    ];
  } finally {
    await pool.end();
    await ledger.close();
    await server.drop(ownerUrl);
  }
};

/** What a question costs that asks what was known at some instant of the past. */
export const measureKnownAt = async (
  bench: Bench,
  say: (text: string) => void,
): Promise<Result> => ({
  name: 'B12',
  what: 'a question as known at any instant',
  payload: 'agreements and events as said, 4 shards, in process',
  goal: 'burn-down p99 <= 50 ms',
  figures: [
    ...(await ask(bench, 1, bench.options.rows, say)),
    ...(await ask(bench, MANY, Math.ceil(bench.options.rows / MANY_PART), say)),
  ],
});
