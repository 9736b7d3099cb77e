import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Instant } from '../../../libs/domain/decider.js';
import { inCurrency } from '../../../libs/domain/money.js';
import { instant } from '../../../libs/domain/testing/samples.js';
import { terms, usd } from '../../../libs/domain/testing/builders.js';
import { KeptPieces } from '../../../libs/projections/asking/kept-pieces.js';
import { readView, type Views } from '../../../libs/projections/asking/read-view.js';
import { facts, sums } from '../../../libs/projections/asking/rows-wanted.js';
import {
  burnDownDays,
  burnDownProjection,
  burnDownReads,
} from '../../../libs/projections/burn-down/burn-down.js';
import { useOf } from '../../../libs/projections/burn-down/outlook.js';
import { readCheckpoints } from '../../../libs/projections/engine/checkpoint.js';
import { ensureLive, rebuild } from '../../../libs/projections/engine/rebuild.js';
import { runChunk } from '../../../libs/projections/engine/run-projection.js';
import { agreementFacts, agreementsAsOf } from '../../../libs/projections/facts/agreements.js';
import { commitmentFacts, commitmentsAsOf } from '../../../libs/projections/facts/commitments.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import { partyFacts } from '../../../libs/projections/facts/parties.js';
import { partiesNamed } from '../../../libs/projections/lists/dealings.js';
import type { CommitmentStanding, Portfolio } from '../../../libs/projections/portfolio/answer.js';
import {
  comparePlaces,
  DIRECTIONS,
  placeOf,
  PORTFOLIO_SORTS,
  weightOf,
  type Direction,
  type PortfolioSort,
} from '../../../libs/projections/portfolio/order.js';
import { portfolio, type PortfolioQuestion } from '../../../libs/projections/portfolio/query.js';
import { standingOf, standingTold } from '../../../libs/projections/portfolio/standing.js';
import { bookStep, RandomBook } from '../../../libs/projections/testing/random-book.js';
import {
  CONCENTRATION_BASES,
  vendorConcentration,
  vendorConcentrationOf,
  vendorConcentrationWanted,
  type VendorConcentrationQuestion,
} from '../../../libs/projections/vendor-concentration/query.js';
import { vendorConcentrationReads } from '../../../libs/projections/vendor-concentration/vendor-concentration.js';
import { databaseServers } from '../../support/database.js';
import { project } from './contents.js';
import { Deals, TENANT } from './deals.js';
import { spyingOn } from './spying-pool.js';

jest.setTimeout(120_000);

const BOOKS = ['deal', 'deal-2', 'other'];
const EVENING = instant('2026-06-30T23:59:59Z');
const MORNING = instant('2026-07-01T00:00:01Z');

/** All days of all commitments, read for this question alone, and everything sorted. */
const everything = async (
  views: Views,
  sort: PortfolioSort,
  direction: Direction,
  axes: { readonly asOf?: string; readonly knownAt?: string } = {},
): Promise<readonly CommitmentStanding[]> => {
  const { rows, asked } = await readView(views, burnDownReads, { tenant: TENANT, ...axes }, () => ({
    parties: facts(partyFacts),
    agreements: facts(agreementFacts),
    commitments: facts(commitmentFacts),
    days: sums(burnDownDays, { by: ['commitmentId', 'period', 'currency'], per: 'day' }),
  }));
  const agreements = agreementsAsOf(rows.agreements);
  const compare = comparePlaces(sort, direction);
  return [...commitmentsAsOf(rows.commitments).values()]
    .map((commitment) => {
      const own = rows.days.filter((day) => day.commitmentId === commitment.commitmentId);
      const days = inCurrency(own, commitment.currency);
      const agreement = agreements.get(commitment.agreementId)!;
      const standing = standingOf({ commitment, agreement }, useOf(days, days), asked);
      return { standing, place: placeOf(weightOf(standing), sort) };
    })
    .sort((left, right) => compare(left.place, right.place))
    .map(({ standing }) => ({
      ...standingTold(standing, asked),
      vendor: partiesNamed(rows)(standing.agreement.vendorId),
      customer: partiesNamed(rows)(standing.agreement.customerId),
    }));
};

/** The figures of all rows, read for this question alone. */
const concentrationOfAll = async (views: Views, question: VendorConcentrationQuestion) => {
  const { rows, asked, seen } = await readView(views, vendorConcentrationReads, question, (when) =>
    vendorConcentrationWanted(question, when),
  );
  return { ...vendorConcentrationOf(rows, asked, question), ...seen };
};

/** A walk through all pages of this many. */
const walked = async (
  views: Views,
  question: Omit<PortfolioQuestion, 'tenant' | 'after'>,
): Promise<readonly CommitmentStanding[]> => {
  const data: CommitmentStanding[] = [];
  let after: string | null = null;
  do {
    const page: Portfolio = await portfolio(views, { ...question, tenant: TENANT, after });
    data.push(...page.data);
    after = page.next;
  } while (after !== null);
  return data;
};

/** Pages and figures of these views, against all that there is. */
const isAsIfNothingWereKept = async (
  views: Views,
  axes: { asOf?: string; knownAt?: string } = {},
): Promise<void> => {
  const { kept, ...unkept } = views;
  const now = views.now?.();
  expect(kept).toBeDefined();
  for (const sort of PORTFOLIO_SORTS) {
    for (const direction of DIRECTIONS) {
      const of = { sort, direction, now, ...axes };
      const data = await walked(views, { sort, direction, limit: 2, ...axes });
      expect({ of, data }).toEqual({
        of,
        data: await everything(unkept, sort, direction, axes),
      });
    }
  }
  for (const base of CONCENTRATION_BASES) {
    const question = { tenant: TENANT, base, ...axes };
    const of = { base, now, ...axes };
    const answer = await vendorConcentration(views, question);
    expect({ of, answer }).toEqual({ of, answer: await concentrationOfAll(unkept, question) });
  }
};

describe.each(databaseServers())('what is kept of a portfolio, on $name', (server) => {
  let deals: Deals;
  let books: readonly RandomBook[];
  let now: Instant = EVENING;
  const kept = new KeptPieces();
  const views = (): Views => ({ ...deals.views, kept, now: () => now });

  beforeAll(async () => {
    deals = (await Deals.open(server, 2)).itIs('2027-03-01');
    books = BOOKS.map((id) => new RandomBook(id, deals.ledger));
    for (const book of books) await book.agree();
    await project(deals.pool, deals.ledger, vendorConcentrationReads);
  });
  afterAll(() => deals.close());

  it('gives the order, figures and pages of what is computed anew, whatever happens', async () => {
    const steps = fc.sample(bookStep, { numRuns: 180, seed: 14 });
    const seen = new Set<string>();
    for (const [at, step] of steps.entries()) {
      await books[at % books.length]!.take(step);
      if (at % 9 !== 0) continue;
      // Some questions find the facts further than what is used.
      const behind = at % 2 === 0 ? [factsProjection] : vendorConcentrationReads;
      await project(deals.pool, deals.ledger, behind);
      for (const each of at % 18 === 0 ? [EVENING, MORNING] : [MORNING, EVENING]) {
        now = each;
        await isAsIfNothingWereKept(views());
        const { data } = await portfolio(views(), { tenant: TENANT, limit: 9, after: null });
        for (const { risk } of data) seen.add(risk.reason);
      }
    }
    await project(deals.pool, deals.ledger, vendorConcentrationReads);
    // The steps are so many that the order had something to be made of.
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(['done', 'on-track', 'past-due', 'too-late']),
    );
  });

  it('is of any day, and of any instant, as if nothing were kept', async () => {
    now = instant('2027-04-01');
    const entries = (
      await Promise.all([0, 1].map((shard) => deals.ledger.read(shard, 0, 10_000)))
    ).flat();
    for (const asOf of ['2025-12-31', '2026-03-15', '2026-12-31', '2027-02-01'])
      await isAsIfNothingWereKept(views(), { asOf });
    for (const { recordedAt } of entries.filter((_, at) => at % 25 === 0))
      await isAsIfNothingWereKept(views(), { asOf: '2026-06-30', knownAt: recordedAt });
  });

  it('is read again where something moved, and not all there is', async () => {
    now = EVENING;
    const { pool, statements } = spyingOn(deals.pool);
    const spied = { ...views(), pool, kept: new KeptPieces() };
    const read = async () => {
      const before = statements.length;
      await portfolio(spied, { tenant: TENANT, limit: 1, after: null });
      const used = statements.slice(before).filter((text) => text.includes('.burn_down_day'));
      const some = used.filter((text) => text.includes('of_id')).length;
      return { some, all: used.length - some };
    };
    expect(await read()).toEqual({ all: 2, some: 1 });
    expect(await read()).toEqual({ all: 0, some: 1 });
    await books[0]!.take({ step: 'draw', amount: '1', day: '2026-02-01', isMarketplace: false });
    await project(deals.pool, deals.ledger, vendorConcentrationReads);
    expect(await read()).toEqual({ all: 0, some: 3 });
  });

  it('has what was recorded and projected before it was asked', async () => {
    now = EVENING;
    const remaining = async (commitmentId: string) => {
      const { data, lag } = await portfolio(views(), { tenant: TENANT, limit: 100, after: null });
      const found = data.find((each) => each.commitmentId === commitmentId);
      return { lag, remaining: found?.remaining ?? null };
    };
    await deals.deal('new');
    expect(await remaining('new.cloud')).toEqual({ lag: 3, remaining: null });
    await project(deals.pool, deals.ledger, vendorConcentrationReads);
    expect(await remaining('new.cloud')).toEqual({ lag: 0, remaining: usd('1000') });
    await deals.usage('new', 'one', '10', '2026-02-01');
    await project(deals.pool, deals.ledger, vendorConcentrationReads);
    expect(await remaining('new.cloud')).toEqual({ lag: 0, remaining: usd('990') });
    // Takes effect tomorrow.
    await deals.usage('new', 'two', '90', '2026-07-01');
    await deals.tell('commitment', 'new', '2026-07-01', {
      ...{ type: 'AmendCommitment', agreementId: 'new', commitmentId: 'new.cloud' },
      ...{ terms: terms({ total: usd('2000') }), reason: 'more' },
    });
    await project(deals.pool, deals.ledger, vendorConcentrationReads);
    expect(await remaining('new.cloud')).toMatchObject({ remaining: usd('990') });
    now = MORNING;
    expect(await remaining('new.cloud')).toMatchObject({ remaining: usd('1900') });
    await isAsIfNothingWereKept(views());
  });

  it('is nothing of views that were built again, or put back', async () => {
    now = MORNING;
    await isAsIfNothingWereKept(views());
    await rebuild({ pool: deals.pool, reader: deals.ledger, projection: burnDownProjection });
    await isAsIfNothingWereKept(views());
    const [first] = await readCheckpoints(
      deals.pool,
      await ensureLive(deals.pool, deals.ledger, burnDownProjection),
    );
    expect(first!.position).toBeGreaterThan(0);
    // Emptied by hand, and half filled again.
    const live = await ensureLive(deals.pool, deals.ledger, burnDownProjection);
    const table = `views.burn_down_day_v${burnDownProjection.version}_g${live.generation}`;
    await deals.pool.query(`TRUNCATE ${table}`);
    await deals.pool.query(
      `UPDATE views.projection_checkpoint SET position = 0, hash = $1 WHERE name = 'burn-down'`,
      [Buffer.from(deals.ledger.genesisHash, 'hex')],
    );
    for (const checkpoint of await readCheckpoints(deals.pool, live)) {
      const work = { pool: deals.pool, source: deals.ledger, reader: deals.ledger };
      await runChunk({ ...work, generation: live, limit: 20 }, checkpoint);
    }
    await isAsIfNothingWereKept(views());
    await project(deals.pool, deals.ledger, vendorConcentrationReads);
    await isAsIfNothingWereKept(views());
  });

  it('is nothing of another ledger, shorter or longer, under the same views', async () => {
    now = MORNING;
    await isAsIfNothingWereKept(views());
    // As restored from a backup, and gone on differently.
    const restored = (await Deals.open(server, 2)).itIs('2027-03-01');
    try {
      const over = (): Views => ({ ...restored.views, kept, now: () => now });
      await restored.deal('deal');
      for (let count = 0; count < 60; count += 1) {
        await restored.usage('deal', `${count}`, '3', '2026-06-20');
        if (count % 15 !== 0) continue;
        await project(restored.pool, restored.ledger, vendorConcentrationReads);
        await isAsIfNothingWereKept(over());
        await isAsIfNothingWereKept(views());
      }
    } finally {
      await restored.close();
    }
  });
});
