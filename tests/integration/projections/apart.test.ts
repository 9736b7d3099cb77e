import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rootOf } from '../../../libs/domain/ids.js';
import type { RecordedEntry } from '../../../libs/ledger/ledger.js';
import type { Asked } from '../../../libs/projections/asking/question.js';
import { readView } from '../../../libs/projections/asking/read-view.js';
import { said, underAny, type Wanted } from '../../../libs/projections/asking/rows-wanted.js';
import {
  burnDownProjection,
  burnDownReads,
} from '../../../libs/projections/burn-down/burn-down.js';
import { burnDown, burnDownWanted } from '../../../libs/projections/burn-down/query.js';
import { circularityWanted } from '../../../libs/projections/circularity/query.js';
import { readCheckpoints } from '../../../libs/projections/engine/checkpoint.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { ensureLive } from '../../../libs/projections/engine/rebuild.js';
import { runChunk } from '../../../libs/projections/engine/run-projection.js';
import { commitmentFacts } from '../../../libs/projections/facts/commitments.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import { commitment, commitmentWanted } from '../../../libs/projections/deals/commitment.js';
import { agreementWanted, dealsWanted } from '../../../libs/projections/deals/deals.js';
import { standings } from '../../../libs/projections/portfolio/kept-standings.js';
import { viewOf } from '../../../libs/projections/testing/entries.js';
import { terms, usd } from '../../../libs/domain/testing/builders.js';
import { vendorConcentrationWanted } from '../../../libs/projections/vendor-concentration/query.js';
import {
  vendorConcentrationProjection,
  vendorConcentrationReads,
} from '../../../libs/projections/vendor-concentration/vendor-concentration.js';
import { databaseServers } from '../../support/database.js';
import { project } from './contents.js';
import { Deals, TENANT } from './deals.js';

jest.setTimeout(120_000);

const AGREEMENTS = ['north', 'south', 'east', 'west'];
const BOOK = 'north.cloud';

const questions: readonly (readonly [
  string,
  readonly Projection[],
  (asked: Asked) => Wanted,
  string | null,
])[] = [
  ['burn-down', burnDownReads, () => burnDownWanted(BOOK), rootOf(BOOK)],
  ['deals', burnDownReads, dealsWanted, null],
  ['agreement', burnDownReads, () => agreementWanted('north'), null],
  ['portfolio', burnDownReads, (asked) => standings.wantedOf(asked, null), null],
  [
    'portfolio of two',
    burnDownReads,
    (asked) =>
      standings.wantedOf(asked, {
        ...{ agreementIds: ['west', 'north'], commitmentIds: ['north.cloud', 'west.cloud'] },
      }),
    null,
  ],
  [
    'terms of two',
    [factsProjection],
    () => ({ commitments: said(commitmentFacts, { commitmentId: underAny(['west', 'north']) }) }),
    null,
  ],
  ['terms', [factsProjection], () => commitmentWanted(BOOK), rootOf(BOOK)],
  [
    'concentration',
    vendorConcentrationReads,
    (asked) => vendorConcentrationWanted({ tenant: TENANT }, asked),
    null,
  ],
  ['circularity', vendorConcentrationReads, circularityWanted, null],
];

/** Where each projection is brought, as a part of every shard, in this order. */
const STEPS: readonly (readonly [Projection, number])[] = [
  [factsProjection, 0.3],
  [burnDownProjection, 0.85],
  [vendorConcentrationProjection, 0.01],
  [vendorConcentrationProjection, 0.6],
  [factsProjection, 0.95],
  [burnDownProjection, 0.99],
  [vendorConcentrationProjection, 1],
  [factsProjection, 1],
  [burnDownProjection, 1],
];

describe.each(databaseServers())('projections that stand apart, on $name', (server) => {
  let deals: Deals;
  let shards: readonly (readonly RecordedEntry[])[];

  beforeAll(async () => {
    deals = (await Deals.open(server, 2)).itIs('2026-02-01');
    for (const agreement of AGREEMENTS) await deals.deal(agreement, `vendor-of-${agreement}`);
    for (let batch = 0; batch < 12; batch += 1) {
      deals.itIs(`2026-02-${batch + 10}`);
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => {
          const day = String(((batch * 200 + index) % 28) + 1).padStart(2, '0');
          return deals.usage(AGREEMENTS[index % 4]!, `${batch}-${index}`, '0.5', `2026-01-${day}`);
        }),
      );
      await deals.tell('commitment', 'north', '2026-02-01', {
        type: 'AmendCommitment',
        agreementId: 'north',
        commitmentId: BOOK,
        terms: terms({ total: usd(`${1_000 + batch}`) }),
        reason: 'more',
      });
    }
    shards = await Promise.all([0, 1].map((shard) => deals.ledger.read(shard, 0, 100_000)));
    // The blocks of sums matter: each shard has several of the smallest.
    for (const entries of shards) expect(entries.length).toBeGreaterThan(600);
    for (const projection of vendorConcentrationReads)
      await ensureLive(deals.pool, deals.ledger, projection);
  });
  afterAll(() => deals.close());

  const bring = async (projection: Projection, part: number): Promise<void> => {
    const generation = await ensureLive(deals.pool, deals.ledger, projection);
    for (const checkpoint of await readCheckpoints(deals.pool, generation)) {
      const to = Math.floor(shards[checkpoint.shard]!.length * part);
      const limit = to - checkpoint.position;
      const work = { pool: deals.pool, source: deals.ledger, reader: deals.ledger };
      await runChunk({ ...work, generation, limit }, checkpoint);
    }
  };

  const leastSeen = async (reads: readonly Projection[]): Promise<Record<string, number>> => {
    const least: Record<string, number> = {};
    for (const projection of reads) {
      const generation = await ensureLive(deals.pool, deals.ledger, projection);
      for (const { shard, position } of await readCheckpoints(deals.pool, generation))
        least[shard] = Math.min(least[shard] ?? Infinity, position);
    }
    return least;
  };

  it('give the rows of the last place that all of them have seen', async () => {
    for (const [projection, part] of STEPS) {
      await bring(projection, part);
      for (const [name, reads, wanted, root] of questions) {
        const place = await leastSeen(reads);
        const seen = shards.flatMap((entries, shard) => entries.slice(0, place[shard]));
        const view = await readView(deals.views, reads, { tenant: TENANT }, wanted, root);
        const of = `${name} after ${projection.name} at ${part}`;
        expect({ of, rows: view.rows }).toEqual({ of, rows: viewOf(reads, seen, {}, wanted).rows });
        const all = shards.reduce((sum, { length }) => sum + length, 0);
        expect({ of, seen: view.seen }).toMatchObject({
          of,
          seen: { ledgerPosition: place, lag: all - seen.length, skipped: 0 },
        });
      }
    }
  });

  it('are waited for by nobody who does not read them', async () => {
    await deals.itIs('2026-03-01').usage('north', 'late', '7', '2026-01-05');
    await deals.tell('commitment', 'north', '2026-02-01', {
      type: 'AmendCommitment',
      agreementId: 'north',
      commitmentId: BOOK,
      terms: terms({ total: usd('5000') }),
      reason: 'doubled',
    });
    const ask = { tenant: TENANT, commitmentId: BOOK };
    await project(deals.pool, deals.ledger, [factsProjection]);
    expect(await commitment(deals.views, ask)).toMatchObject({ lag: 0, total: usd('5000') });
    expect(await burnDown(deals.views, ask)).toMatchObject({ lag: 2, total: usd('1011') });
    await project(deals.pool, deals.ledger, [burnDownProjection]);
    expect(await burnDown(deals.views, ask)).toMatchObject({ lag: 0, total: usd('5000') });
  });
});
