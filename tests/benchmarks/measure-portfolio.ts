import pg from 'pg';
import { migrate } from '../../infra/postgres/migrate.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { addDays } from '../../libs/domain/calendar.js';
import { startOfDay } from '../../libs/domain/instant.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { KeptPieces } from '../../libs/projections/asking/kept-pieces.js';
import type { Views } from '../../libs/projections/asking/read-view.js';
import { GetAgreement } from '../../libs/projections/deals/get-deals.js';
import { readCheckpoints } from '../../libs/projections/engine/checkpoint.js';
import type { Projection } from '../../libs/projections/engine/projection.js';
import { ensureLive, rebuild } from '../../libs/projections/engine/rebuild.js';
import { runChunk } from '../../libs/projections/engine/run-projection.js';
import { PORTFOLIO_SORTS } from '../../libs/projections/portfolio/order.js';
import { portfolio } from '../../libs/projections/portfolio/query.js';
import {
  CONCENTRATION_BASES,
  vendorConcentration,
} from '../../libs/projections/vendor-concentration/query.js';
import { vendorConcentrationReads } from '../../libs/projections/vendor-concentration/vendor-concentration.js';
import { runtimeUrlOf } from '../support/database.js';
import { agreementOf, DAYS, fill, FIRST_DAY } from './fill-deals.js';
import { submission, TENANT } from './ours.js';
import { askedFor } from './questions.js';
import type { Figure, Result } from './result.js';
import type { BenchServer } from './server.js';

const AGREEMENTS = 5_000;
const BOOK = { agreements: AGREEMENTS, vendors: 1_000, customers: 500 };
const AXES = { tenant: TENANT, asOf: addDays(FIRST_DAY, DAYS) };
/** Between two questions. */
const MOVED = 50;
const PAGE = { after: null, limit: 50 };

interface Bench {
  readonly server: BenchServer;
  readonly options: { readonly rows: number; readonly rounds: number; readonly seconds: number };
}

const figures = async (
  { server, options }: Bench,
  say: (text: string) => void,
): Promise<Figure[]> => {
  const ownerUrl = await server.emptyDatabase();
  const runtimeUrl = runtimeUrlOf(ownerUrl);
  await migrate(ownerUrl, { runtimeUrl });
  const ledger = await PostgresLedger.open({ url: runtimeUrl, deciders });
  const pool = new pg.Pool({ connectionString: runtimeUrl, max: 4 });
  try {
    await fill(ledger, { ...BOOK, rows: options.rows }, say);
    for (const projection of vendorConcentrationReads)
      await rebuild({ pool, reader: ledger, projection });
    await server.checkpoint();
    const unkept: Views = { pool, reader: ledger };
    const views: Views = { ...unkept, kept: new KeptPieces() };
    const seconds = options.rounds * options.seconds;
    const figure = (side: string, ask: () => Promise<unknown>) =>
      askedFor(side, seconds, 'in process', ask);
    const result: Figure[] = [];
    for (const sort of PORTFOLIO_SORTS)
      result.push(await figure(`by ${sort}`, () => portfolio(views, { ...AXES, ...PAGE, sort })));
    const vendorId = 'vendor-7';
    result.push(
      await figure('by risk, of one vendor', () =>
        portfolio(views, { ...AXES, ...PAGE, vendorId }),
      ),
      await askedFor(
        `by risk, ${MOVED} events after the one before`,
        seconds,
        `of ${MOVED} agreements, recorded and projected before each question`,
        () => portfolio(views, { ...AXES, ...PAGE }),
        moving(ledger, pool),
      ),
    );
    const vendors = { after: 0, limit: 100 };
    for (const base of CONCENTRATION_BASES)
      result.push(
        await figure(`concentration by ${base}`, () =>
          vendorConcentration(views, { ...AXES, base, vendors }),
        ),
      );
    result.push(
      await figure('by risk, nothing kept', () => portfolio(unkept, { ...AXES, ...PAGE })),
      await figure('concentration by spend, nothing kept', () =>
        vendorConcentration(unkept, { ...AXES, vendors }),
      ),
    );
    const one = new GetAgreement({ ...AXES, agreementId: agreementOf(1) });
    result.push(await figure('one agreement', () => one.answer(views)));
    return result;
  } finally {
    await pool.end();
    await ledger.close();
    await server.drop(ownerUrl);
  }
};

/** A little usage that the views have seen, of other agreements each time. */
const moving = (ledger: PostgresLedger, pool: pg.Pool): (() => Promise<void>) => {
  let count = 0;
  return async () => {
    await Promise.all(
      Array.from({ length: MOVED }, async () => {
        count += 1;
        const usage = submission(agreementOf((count * 7) % AGREEMENTS), `moved-${count}`);
        const outcome = await ledger.submit({ ...usage, effectiveAt: startOfDay(AXES.asOf) });
        if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
      }),
    );
    for (const projection of vendorConcentrationReads) await projectAll(pool, ledger, projection);
  };
};

const projectAll = async (pool: pg.Pool, reader: PostgresLedger, projection: Projection) => {
  const generation = await ensureLive(pool, reader, projection);
  for (const checkpoint of await readCheckpoints(pool, generation))
    await runChunk({ pool, source: reader, reader, generation, limit: 1_000 }, checkpoint);
};

/** What a page of 50 costs where there are 5,000 agreements. */
export const measurePortfolio = async (
  bench: Bench,
  say: (text: string) => void,
): Promise<Result> => ({
  name: 'portfolio',
  what: `a page of ${PAGE.limit} commitments of ${AGREEMENTS} agreements, and the concentration of ${BOOK.vendors} vendors`,
  payload: `${bench.options.rows} usage events over ${DAYS} days, in process, one question after the other`,
  goal: 'p99 <= 50 ms; concentration <= 20 ms',
  figures: await figures(bench, say),
});
