import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEntry } from '../../../libs/ledger/ledger.js';
import { shardOf } from '../../../libs/ledger/format/shard.js';
import { projections } from '../../../libs/projections/all.js';
import { liveGeneration } from '../../../libs/projections/engine/generations.js';
import {
  startProjector,
  type Projector,
  type ProjectorProgress,
} from '../../../libs/projections/engine/projector.js';
import { LivePositions } from '../../../libs/projections/engine/live-positions.js';
import { databaseServers } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { forged } from '../../support/forge.js';
import { fromZero, liveContents } from './contents.js';
import { Deals, TENANT } from './deals.js';
import { spyingOn, type SpyingPool } from './spying-pool.js';

// Many tables are made and dropped; a loaded machine with a slow disk needs longer than the default.
jest.setTimeout(60_000);

const shardOfDeal = (key: string): number => shardOf({ tenant: TENANT, kind: 'agreement', key }, 2);
/** Of the other shard. */
const another = ['south', 'east', 'west', 'up', 'down', 'left', 'right'].find(
  (name) => shardOfDeal(name) !== shardOfDeal('north'),
)!;

const WAIT_MS = 5_000;
/** Shards of live views that are not where the ledger is. */
const UNFILLED = `
  SELECT 1 FROM ledger.shard_head head LEFT JOIN views.projection_checkpoint here
    ON here.shard = head.shard AND here.position = head.position
  WHERE here.shard IS NULL`;
/** A projector that goes round and round sends thousands in that time. */
const STATEMENTS_MAX = 400;

describe.each(databaseServers())('views put back under a running projector, on $name', (server) => {
  let deals: Deals;
  let spy: SpyingPool;
  let told: ProjectorProgress[];
  let projector: Projector;
  /** What the source says of an entry; and whether it fails, once. */
  let tell: (entry: RecordedEntry) => RecordedEntry;
  let failing: boolean;
  beforeEach(async () => {
    deals = (await Deals.open(server, 2)).itIs('2026-02-01');
    for (const name of ['north', another]) await deals.deal(name);
    spy = spyingOn(deals.pool);
    told = [];
    failing = false;
    tell = (entry) => entry;
    projector = await startProjector({
      pool: spy.pool,
      reader: deals.ledger,
      source: {
        read: async (...range) => {
          if (failing) {
            failing = false;
            throw new Error('away');
          }
          return (await deals.ledger.read(...range)).map(tell);
        },
      },
      projections,
      pollMs: 5,
      onProgress: (progress) => told.push(progress),
    });
    const heads = await deals.heads();
    expect(await projector.waitFor(heads, WAIT_MS)).toBe(true);
    told.length = 0;
  });
  afterEach(async () => {
    await projector.stop();
    await deals.close();
  });

  const troubles = (): ProjectorProgress[] => told.filter(({ kind }) => kind !== 'advanced');
  const expectFromZero = async (): Promise<void> => {
    await projector.stop();
    const live = await liveContents(deals.pool);
    expect(await fromZero(deals.pool, deals.ledger)).toBe(live);
  };
  /** What the views hold, as an operator would empty them: the next generation has the same number again. */
  const empty = async (): Promise<void> => {
    const { rows } = await deals.owner.query<{ table: string }>(
      `SELECT format('views.%I', tablename) AS table FROM pg_tables
       WHERE schemaname = 'views' AND tablename ~ '_v[0-9]+_g[0-9]+$'`,
    );
    await deals.owner.query(
      [
        'BEGIN',
        'DELETE FROM views.projection_checkpoint',
        'DELETE FROM views.projection',
        `DROP TABLE ${rows.map(({ table }) => table).join(', ')}`,
        'COMMIT',
      ].join('; '),
    );
  };
  const statementsFor = async (ms: number): Promise<number> => {
    const before = spy.statements.length;
    await sleep(ms);
    return spy.statements.length - before;
  };

  it('fills them again, all shards, with the next entry of any', async () => {
    await empty();
    const before = spy.statements.length;
    await deals.usage('north', 'a', '10', '2026-01-05');
    const heads = await deals.heads();
    await eventually(
      async () => expect(await deals.pool.query(UNFILLED)).toMatchObject({ rowCount: 0 }),
      WAIT_MS,
    );
    expect(spy.statements.length - before).toBeLessThan(STATEMENTS_MAX);
    expect(await projector.waitFor(heads, WAIT_MS)).toBe(true);
    expect(troubles()).toEqual([]);
    // Then they sleep; a last look may be under way.
    await eventually(async () => expect(await statementsFor(200)).toBe(0), WAIT_MS);
    for (const projection of projections)
      expect((await liveGeneration(deals.pool, projection))?.generation).toBe(1);
    await expectFromZero();
  });

  /** As after a fail-over that lost the last commits: of the views, and then of the ledger behind them. */
  const putBack = async (shard: number, position: number): Promise<void> => {
    const [entry] = await deals.ledger.read(shard, position - 1, 1);
    await deals.owner.query(
      `UPDATE views.projection_checkpoint SET position = $2, hash = decode($3, 'hex')
       WHERE shard = $1`,
      [shard, position, entry!.hash],
    );
  };

  it.each(['the next entry that does not follow', 'a failure'])(
    'goes on from where they are after a fail-over that lost commits of both, seen by %s',
    async (seenBy) => {
      const { shard, position: lost } = await deals.usage('north', 'a', '10', '2026-01-05');
      tell = (entry) => (entry.position === lost ? forged(entry) : entry);
      expect(await projector.waitFor({ [shard]: lost }, WAIT_MS)).toBe(true);
      // Only usage is folded again: a fact that is written twice would be refused.
      await putBack(shard, lost - 1);
      tell = (entry) => entry;
      if (seenBy === 'a failure') failing = true;
      else await deals.usage('north', 'b', '20', '2026-01-06');
      await eventually(async () => {
        const { rows } = await deals.owner.query<{ hash: string }>(
          `SELECT DISTINCT encode(hash, 'hex') AS hash FROM views.projection_checkpoint
           WHERE shard = $1`,
          [shard],
        );
        const [head] = (await deals.ledger.read(shard, 0, 1_000)).slice(-1);
        expect(rows).toEqual([{ hash: head!.hash }]);
      }, WAIT_MS);
      expect(told.filter(({ kind }) => kind === 'forked')).toEqual([]);
    },
  );
});

describe('what another shard committed while checkpoints were read', () => {
  it('is kept, and no reason to doubt it', async () => {
    const [server] = databaseServers();
    const deals = await Deals.open(server!, 2);
    await deals.deal('north');
    let whileReading = (): void => undefined;
    const pool = new Proxy(deals.pool, {
      get: (of, name) =>
        name !== 'query'
          ? (Reflect.get(of, name, of) as unknown)
          : async (...query: Parameters<typeof of.query>): Promise<unknown> => {
              const answer = await (of.query(...query) as unknown as Promise<unknown>);
              whileReading();
              return answer;
            },
    });
    const [projection] = projections;
    const positions = new LivePositions(pool, deals.ledger, [projection!]);
    await positions.load();
    const { generation } = positions.at(0, 0)[0]!;
    const hash = '0'.repeat(64);
    whileReading = () => positions.advance(generation, { shard: 0, position: 7, hash });
    await positions.load(1);
    expect(positions.reached(projection!, 0)).toBe(7);
    expect(positions.mustReload(0)).toBe(false);
    // Committed before the question, and not in the answer: there it is.
    whileReading = () => undefined;
    await positions.load(1);
    expect(positions.reached(projection!, 0)).toBe(7);
    expect(positions.mustReload(0)).toBe(true);
    await deals.close();
  });
});
