import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { migrate } from '../../infra/postgres/migrate.js';
import { deciders } from '../../libs/domain/deciders.js';
import { instantOfMicros, microsOf, startOfDay } from '../../libs/domain/instant.js';
import { PostgresLedger } from '../../libs/ledger/postgres-ledger.js';
import { shardOf } from '../../libs/ledger/shard.js';
import { burnDownProjection } from '../../libs/projections/burn-down/burn-down.js';
import { burnDown } from '../../libs/projections/burn-down/query.js';
import { addDays } from '../../libs/projections/calendar.js';
import type { Views } from '../../libs/projections/read-view.js';
import { rebuild } from '../../libs/projections/rebuild.js';
import { portfolio } from '../../libs/projections/register/query.js';
import { registerProjection } from '../../libs/projections/register/register.js';
import { agree, submission, TENANT } from './ours.js';
import { quantile, type Figure, type Result } from './result.js';
import type { BenchServer } from './server.js';

const AGREEMENT = 'bench-agreement-0';
const FIRST_DAY = '2026-01-01';
/** Usage of 300 days, each event up to 30 days late: a block of entries touches about 30 days, as in a monthly file. */
const DAYS = 300;
const DAYS_LATE = 30;
const AS_OF = '2026-12-31';
const CALL = 1_000;
const QUESTIONS_MIN = 5;

interface Bench {
  readonly server: BenchServer;
  readonly options: { readonly rows: number; readonly rounds: number; readonly seconds: number };
}

/** `rows` events in one agreement, and its views. Recorded as fast as it goes, so all of them within a day or two. */
const fill = async (
  ledger: PostgresLedger,
  rows: number,
  say: (text: string) => void,
): Promise<void> => {
  await agree(ledger, AGREEMENT);
  for (let from = 0; from < rows; from += CALL) {
    const outcomes = await Promise.all(
      Array.from({ length: Math.min(CALL, rows - from) }, (_, index) => {
        const day = Math.floor(((from + index) / rows) * DAYS) - (((from + index) * 7) % DAYS_LATE);
        const effectiveAt = startOfDay(addDays(FIRST_DAY, Math.max(0, day)));
        return ledger.submit({ ...submission(AGREEMENT, `${from + index}`), effectiveAt });
      }),
    );
    for (const outcome of outcomes)
      if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
    if (from % 250_000 === 0) say(`${from + outcomes.length} events recorded`);
  }
};

/** Asks for `seconds`, each time as known at another instant between the first event and the last. */
const figure = async (
  side: string,
  seconds: number,
  note: string,
  ask: () => Promise<unknown>,
): Promise<Figure> => {
  const took: number[] = [];
  await ask();
  const end = performance.now() + seconds * 1000;
  while (took.length < QUESTIONS_MIN || performance.now() < end) {
    const start = performance.now();
    await ask();
    took.push(performance.now() - start);
  }
  const sum = took.reduce((total, each) => total + each, 0);
  return {
    side,
    perSecond: [(took.length * 1000) / sum],
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
    note: `${took.length} questions; ${note}`,
  };
};

/** What a question costs that asks what was known at some instant of the past, one after the other. */
export const measureKnownAt = async (
  { server, options }: Bench,
  say: (text: string) => void,
): Promise<Result> => {
  const ownerUrl = await server.emptyDatabase();
  const { runtimeUrl, shardCount } = await migrate(ownerUrl);
  const ledger = await PostgresLedger.open({ url: runtimeUrl, deciders });
  const pool = new pg.Pool({ connectionString: runtimeUrl, max: shardCount });
  try {
    await fill(ledger, options.rows, say);
    for (const projection of [burnDownProjection, registerProjection]) {
      await rebuild({ pool, reader: ledger, projection });
      say(`${projection.name} projected`);
    }
    await server.checkpoint();
    const stream = { tenant: TENANT, kind: 'agreement', key: AGREEMENT } as const;
    const shard = shardOf(stream, shardCount);
    const head = (await ledger.heads()).find((each) => each.shard === shard)!;
    const first = microsOf((await ledger.read(shard, 0, 1))[0]!.recordedAt);
    const range = Number(microsOf(head.recordedAt!) - first);
    const knownAt = (): string =>
      instantOfMicros(first + BigInt(Math.floor(Math.random() * range)));
    const views: Views = { pool, reader: ledger };
    const seconds = options.rounds * options.seconds;
    const commitmentId = `${AGREEMENT}.pool`;
    const axes = { tenant: TENANT, asOf: AS_OF };
    const figures = [
      await figure('burn-down known at', seconds, 'at a random instant', () =>
        burnDown(views, { ...axes, commitmentId, knownAt: knownAt() }),
      ),
      await figure('burn-down, latest', seconds, 'without knownAt', () =>
        burnDown(views, { ...axes, commitmentId }),
      ),
      await figure('portfolio known at', seconds, 'all agreements, at a random instant', () =>
        portfolio(views, { ...axes, knownAt: knownAt() }),
      ),
    ];
    return {
      name: 'B12',
      what: 'a question as known at any instant',
      payload: `${options.rows} events in one agreement, ${shardCount} shards, in process`,
      goal: 'p99 <= 50 ms',
      figures,
    };
  } finally {
    await pool.end();
    await ledger.close();
    await server.drop(ownerUrl);
  }
};
