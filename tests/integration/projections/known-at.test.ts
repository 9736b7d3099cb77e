import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { rootOf } from '../../../libs/domain/ids.js';
import { instantOfMicros, microsOf } from '../../../libs/domain/instant.js';
import type { RecordedEntry } from '../../../libs/ledger/ledger.js';
import {
  BOOK_EVENTS,
  burnDownReads,
  postingsOf,
} from '../../../libs/projections/burn-down/burn-down.js';
import { burnDownWanted } from '../../../libs/projections/burn-down/query.js';
import { readCheckpoints } from '../../../libs/projections/engine/checkpoint.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import type { Asked, QueryRefused } from '../../../libs/projections/asking/question.js';
import { readView } from '../../../libs/projections/asking/read-view.js';
import { ensureLive } from '../../../libs/projections/engine/rebuild.js';
import { dealsWanted } from '../../../libs/projections/deals/deals.js';
import { circularityWanted } from '../../../libs/projections/circularity/query.js';
import { vendorConcentrationWanted } from '../../../libs/projections/vendor-concentration/query.js';
import { vendorConcentrationReads } from '../../../libs/projections/vendor-concentration/vendor-concentration.js';
import { remainingObligationWanted } from '../../../libs/projections/remaining-obligation/query.js';
import { runChunk } from '../../../libs/projections/engine/run-projection.js';
import { commitmentFacts, commitments } from '../../../libs/projections/facts/commitments.js';
import { addSums, sumTable } from '../../../libs/projections/engine/table.js';
import { viewOf } from '../../../libs/projections/testing/entries.js';
import { facts, sums, type Wanted } from '../../../libs/projections/asking/rows-wanted.js';
import { databaseServers } from '../../support/database.js';
import { project } from './contents.js';
import { Deals, TENANT } from './deals.js';

jest.setTimeout(120_000);

const entriesOf = async (deals: Deals): Promise<RecordedEntry[]> => {
  const shards = Array.from({ length: deals.ledger.shardCount }, (_, shard) =>
    deals.ledger.read(shard, 0, 100_000),
  );
  return (await Promise.all(shards)).flat();
};

/** The rows that SQL and the ledger's remainder give, and those of a fold from zero of what was recorded by then. */
const bothWays = async (
  deals: Deals,
  entries: readonly RecordedEntry[],
  reads: readonly Projection[],
  wantedOf: (asked: Asked) => Wanted,
  axes: { readonly asOf: string; readonly knownAt: string },
  root: string | null,
) => {
  const view = await readView(deals.views, reads, { tenant: TENANT, ...axes }, wantedOf, root);
  return { view: view.rows, fold: viewOf(reads, entries, axes, wantedOf).rows };
};

const later = (instant: string, micros: bigint): string =>
  instantOfMicros(microsOf(instant) + micros);

describe.each(databaseServers())('known at the edges of a block, on $name', (server) => {
  let deals: Deals;
  let entries: readonly RecordedEntry[];

  beforeAll(async () => {
    // Two agreements whose entries take turns in one shard, in batches: all of a batch within microseconds.
    deals = (await Deals.open(server, 1)).itIs('2026-02-01');
    await deals.deal('north');
    await deals.deal('south');
    for (let batch = 0; batch < 8; batch += 1) {
      deals.itIs(`2026-02-${batch + 10}`);
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => {
          const day = String(((batch * 200 + index) % 28) + 1).padStart(2, '0');
          const agreement = index % 3 === 0 ? 'south' : 'north';
          return deals.usage(agreement, `${batch}-${index}`, '0.5', `2026-01-${day}`);
        }),
      );
    }
    entries = await entriesOf(deals);
    await project(deals.pool, deals.ledger);
  });
  afterAll(() => deals.close());

  it.each([1, 2, 7, 511, 512, 513, 514, 1_023, 1_024, 1_025, 1_606])(
    'is what was recorded up to position %d, and not a microsecond less',
    async (position) => {
      const { recordedAt } = entries[position - 1]!;
      for (const knownAt of [later(recordedAt, -1n), recordedAt]) {
        const axes = { asOf: '2026-01-20', knownAt };
        const ask = (wanted: (asked: Asked) => Wanted, root: string | null) =>
          bothWays(deals, entries, vendorConcentrationReads, wanted, axes, root);
        const book = 'north.cloud';
        for (const { view, fold } of [
          await ask(() => burnDownWanted(book), 'north'),
          await ask(() => remainingObligationWanted(book), rootOf(book)),
          await ask(dealsWanted, null),
          await ask((asked) => vendorConcentrationWanted({ tenant: TENANT }, asked), null),
          await ask(circularityWanted, null),
        ]) {
          expect(view).toEqual(fold);
        }
      }
    },
  );

  it('knows nothing before the first entry', async () => {
    const knownAt = later(entries[0]!.recordedAt, -1n);
    const axes = { tenant: TENANT, knownAt };
    const view = await readView(deals.views, burnDownReads, axes, dealsWanted);
    expect(Object.values(view.rows).every((rows) => rows.length === 0)).toBe(true);
    expect(view.seen.ledgerPosition).toEqual({ 0: 0 });
  });

  it('reads no more of the ledger than the block that knownAt falls into, and nothing for facts', async () => {
    const read: (readonly [number, number])[] = [];
    const reader = new Proxy(deals.ledger, {
      get: (ledger, name) => {
        if (name !== 'read') return Reflect.get(ledger, name, ledger) as unknown;
        return (shard: number, after: number, limit: number) => {
          read.push([after, limit]);
          return ledger.read(shard, after, limit);
        };
      },
    });
    const views = { ...deals.views, reader };
    const axes = { tenant: TENANT, knownAt: entries[1_022]!.recordedAt };
    const wanted = () => burnDownWanted('north.cloud');
    await readView(views, burnDownReads, axes, wanted, 'north');
    expect(read).toEqual([[512, 511]]);
    await readView(views, burnDownReads, axes, () => ({
      commitments: wanted().commitments,
    }));
    expect(read).toHaveLength(1);
  });
});

/** As the real ones, with blocks so small that a few dozen entries fill all sizes; with and without a subject. */
const spans = [2, 4, 16] as const;
const smallBooks = sumTable(
  'small_book',
  { currency: 'text', commitmentId: 'text' },
  ['applied', 'overage'],
  { subject: 'commitmentId', spans },
);
const smallAll = sumTable('small_all', { commitmentId: 'text', currency: 'text' }, ['applied'], {
  spans,
});
const small: Projection = {
  name: 'small',
  version: 1,
  tables: [commitmentFacts, smallBooks, smallAll],
  handles: BOOK_EVENTS,
  fold(entry, rows) {
    commitments.fold(entry, rows);
    for (const posting of postingsOf(entry)) {
      addSums(rows, smallBooks, entry, entry.effectiveAt, posting, posting);
      addSums(rows, smallAll, entry, entry.effectiveAt, posting, posting);
    }
  },
};
const bookWanted = (commitmentId: string) => (): Wanted => ({
  facts: facts(commitmentFacts, { commitmentId }),
  sums: sums(smallBooks, { where: { commitmentId }, by: ['currency'], per: 'day' }),
});
const allWanted = (): Wanted => ({
  facts: facts(commitmentFacts),
  perDay: sums(smallAll, { by: ['commitmentId', 'currency'], per: 'day', from: '2026-01-03' }),
  all: sums(smallBooks, { by: ['commitmentId'], per: 'all' }),
});

const AGREEMENTS = ['east', 'north', 'south', 'west'];
const usage = fc.record({
  agreement: fc.constantFrom(...AGREEMENTS),
  day: fc.integer({ min: 1, max: 9 }),
  cents: fc.integer({ min: 1, max: 99_999 }),
});
const stage = fc.record({
  /** Recorded in one batch per shard. */
  usages: fc.array(usage, { minLength: 1, maxLength: 25 }),
  /** How many entries each shard's view is folded on: often fewer than there are. */
  folded: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 }),
  questions: fc.array(
    fc.record({
      entry: fc.nat(),
      micros: fc.constantFrom(-1n, 0n, 1n, 1_000_000n),
      asOf: fc.constantFrom('2026-01-01', '2026-01-05', '2026-01-31'),
      book: fc.constantFrom(...AGREEMENTS),
    }),
    { minLength: 3, maxLength: 6 },
  ),
});

const foldOn = async (deals: Deals, shard: number, limit: number): Promise<void> => {
  const generation = await ensureLive(deals.pool, deals.ledger, small);
  const checkpoint = (await readCheckpoints(deals.pool, generation))[shard]!;
  if (limit === 0) return;
  await runChunk(
    { pool: deals.pool, source: deals.ledger, reader: deals.ledger, generation, limit },
    checkpoint,
  );
};

describe.each(databaseServers())('known at any instant, on $name', (server) => {
  it('is a fold from zero of what was recorded by then, however far the view is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stage, { minLength: 3, maxLength: 8 }), async (stages) => {
        const deals = (await Deals.open(server, 3)).itIs('2026-02-01');
        try {
          for (const agreement of AGREEMENTS) await deals.deal(agreement);
          let count = 0;
          for (const { usages, folded, questions } of stages) {
            await Promise.all(
              usages.map(({ agreement, day, cents }) =>
                deals.usage(agreement, `${(count += 1)}`, `${cents / 100}`, `2026-01-0${day}`),
              ),
            );
            for (const [shard, limit] of folded.entries()) await foldOn(deals, shard, limit);
            const entries = await entriesOf(deals);
            for (const { entry, micros, asOf, book } of questions) {
              const knownAt = later(entries[entry % entries.length]!.recordedAt, micros);
              const axes = { asOf, knownAt };
              const ask = (wanted: () => Wanted, root: string | null) =>
                bothWays(deals, entries, [small], wanted, axes, root);
              for (const { view, fold } of [
                await ask(bookWanted(`${book}.cloud`), book),
                await ask(bookWanted(`${book}.cloud`), null),
                await ask(allWanted, null),
              ]) {
                expect(view).toEqual(fold);
              }
            }
          }
        } finally {
          await deals.close();
        }
      }),
      // A smaller example would take minutes to find: the seed is enough.
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('leaves out what somebody decided to pass over, and refuses until then', async () => {
    const deals = (await Deals.open(server, 1)).itIs('2026-02-01');
    try {
      await deals.deal('north');
      const poison = await deals.usage('north', 'a', '5', '2026-01-05');
      const last = await deals.usage('north', 'b', '7', '2026-01-06');
      const broken: Projection = {
        ...small,
        fold(entry, rows) {
          if (entry.position === poison.position) throw new Error('cannot be folded');
          small.fold(entry, rows);
        },
      };
      await foldOn(deals, 0, poison.position - 1);
      const ask = () =>
        readView(deals.views, [broken], { tenant: TENANT, knownAt: last.recordedAt }, allWanted);
      const refused = (await ask().catch((error: unknown) => error)) as QueryRefused;
      expect(refused.code).toBe('view-stopped');
      expect(refused.facts).toMatchObject({ shard: 0, position: poison.position });
      await deals.skip(broken, poison);
      const { rows, seen } = await ask();
      expect(seen).toMatchObject({ skipped: 1, skippedEvents: [`0:${poison.position}`] });
      expect(rows['all']).toEqual([
        { when: '', commitmentId: 'north.cloud', applied: 7_000_000_000_000n, overage: 0n },
      ]);
    } finally {
      await deals.close();
    }
  });
});
