import pg from 'pg';
import { migrate } from '../../infra/postgres/migrate.js';
import { handle } from '../../libs/application/handle.js';
import { digestOf } from '../../libs/contract/json/digest.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { addDays, addMonths } from '../../libs/domain/calendar.js';
import type { CommitmentSchedule } from '../../libs/domain/commitment/terms/terms.js';
import type { DomainCommand } from '../../libs/domain/events.js';
import { startOfDay } from '../../libs/domain/instant.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import type { Views } from '../../libs/projections/asking/read-view.js';
import { burnDownReads } from '../../libs/projections/burn-down/burn-down.js';
import { GetAgreement } from '../../libs/projections/deals/get-deals.js';
import { rebuild } from '../../libs/projections/engine/rebuild.js';
import { PORTFOLIO_SORTS } from '../../libs/projections/portfolio/order.js';
import { portfolio } from '../../libs/projections/portfolio/query.js';
import { runtimeUrlOf } from '../support/database.js';
import { submission, TENANT } from './ours.js';
import { askedFor } from './questions.js';
import type { Figure, Result } from './result.js';
import type { BenchServer } from './server.js';

const AGREEMENTS = 5_000;
const VENDORS = 50;
const CUSTOMERS = 500;
const FIRST_DAY = '2026-01-01';
const DAYS = 300;
const AXES = { tenant: TENANT, asOf: addDays(FIRST_DAY, DAYS) };
const AT_ONCE = 500;
const PAGE = { after: null, limit: 50 };

interface Bench {
  readonly server: BenchServer;
  readonly options: { readonly rows: number; readonly rounds: number; readonly seconds: number };
}

const agreementOf = (index: number): string => `bench-${index}`;
const startsAt = startOfDay(FIRST_DAY);
const endsAt = startOfDay(addMonths(FIRST_DAY, 24));

const POOL: CommitmentSchedule = {
  mode: 'total-only',
  periods: [{ start: startsAt, end: endsAt, minimum: null }],
  excessCarriesForward: false,
  rolloverFraction: null,
};
const month = (index: number) => startOfDay(addMonths(FIRST_DAY, index));
const MONTHS: CommitmentSchedule = {
  ...POOL,
  mode: 'period-minimums',
  periods: Array.from({ length: 24 }, (_, index) => ({
    start: month(index),
    end: month(index + 1),
    minimum: '30',
  })),
};

/** Every other commitment has a minimum each month. */
const dealOf = (index: number): readonly DomainCommand[] => [
  {
    type: 'ProposeAgreement',
    agreementId: agreementOf(index),
    title: 'Benchmark',
    vendorId: `vendor-${index % VENDORS}`,
    customerId: `customer-${index % CUSTOMERS}`,
    ...{ startsAt, endsAt: null, documents: [] },
  },
  { type: 'ActivateAgreement', agreementId: agreementOf(index), activatedAt: startsAt },
  {
    type: 'PledgeCommitment',
    agreementId: agreementOf(index),
    commitmentId: `${agreementOf(index)}.pool`,
    terms: {
      name: 'Benchmark pool',
      // Some are used up, most are not.
      total: { amount: String(1_000 + (index % 100) * 100), currency: 'USD' },
      ...{ basis: 'effective', startsAt, endsAt, schedule: index % 2 === 0 ? POOL : MONTHS },
      ...{ countedCategories: ['usage', 'purchase'], eligibility: [], caps: [] },
      ...{ priority: 1, stackable: false },
    },
  },
];

const parties: readonly DomainCommand[] = [
  ...Array.from({ length: VENDORS }, (_, index) => `vendor-${index}`),
  ...Array.from({ length: CUSTOMERS }, (_, index) => `customer-${index}`),
].map((partyId) => ({ type: 'RegisterParty', partyId, name: partyId, kinds: ['customer'] }));

const inChunks = async (count: number, each: (index: number) => Promise<void>): Promise<void> => {
  for (let done = 0; done < count; done += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, index) => each(done + index)),
    );
};

const run = async (ledger: PostgresLedger, command: DomainCommand, id: string): Promise<void> => {
  const outcome = await handle(ledger, {
    ...{ tenant: TENANT, actor: 'bench', source: 'urn:bench-setup', id, command },
    ...{ digest: digestOf(command), effectiveAt: startsAt, expectedVersion: null },
  });
  if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
};

const fill = async (
  ledger: PostgresLedger,
  rows: number,
  say: (text: string) => void,
): Promise<void> => {
  await inChunks(parties.length, (index) => run(ledger, parties[index]!, `party/${index}`));
  for (let step = 0; step < 3; step += 1)
    await inChunks(AGREEMENTS, (index) =>
      run(ledger, dealOf(index)[step]!, `agreement/${index}/${step}`),
    );
  say(`${AGREEMENTS} agreements`);
  await inChunks(rows, async (index) => {
    const effectiveAt = startOfDay(addDays(FIRST_DAY, Math.floor((index / rows) * DAYS)));
    const usage = submission(agreementOf((index * 7) % AGREEMENTS), `${index}`);
    const outcome = await ledger.submit({ ...usage, effectiveAt });
    if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
    if (index % 100_000 === 0) say(`${index} events recorded`);
  });
};

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
    await fill(ledger, options.rows, say);
    for (const projection of burnDownReads) await rebuild({ pool, reader: ledger, projection });
    await server.checkpoint();
    const views: Views = { pool, reader: ledger };
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

/** What a page of 50 costs where there are 5,000 agreements. */
export const measurePortfolio = async (
  bench: Bench,
  say: (text: string) => void,
): Promise<Result> => ({
  name: 'portfolio',
  what: `a page of ${PAGE.limit} commitments of ${AGREEMENTS} agreements`,
  payload: `${bench.options.rows} usage events over ${DAYS} days, in process, one question after the other`,
  goal: 'p99 <= 50 ms',
  figures: await figures(bench, say),
});
