import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RecordedEntry } from '../../../libs/ledger/ledger.js';
import { projections } from '../../../libs/projections/all.js';
import { burnDownDays, burnDownProjection } from '../../../libs/projections/burn-down/burn-down.js';
import { moveCheckpoints, readCheckpoints } from '../../../libs/projections/engine/checkpoint.js';
import {
  startProjector,
  type Projector,
  type ProjectorOptions,
  type ProjectorProgress,
} from '../../../libs/projections/engine/projector.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { ensureLive, rebuild } from '../../../libs/projections/engine/rebuild.js';
import type { CommitPoint } from '../../../libs/projections/engine/commit-chunk.js';
import { LivePositions } from '../../../libs/projections/engine/live-positions.js';
import { projectionStatus } from '../../../libs/projections/engine/status.js';
import { databaseServers } from '../../support/database.js';
import { fromZero, liveContents, project } from './contents.js';
import { Deals, TENANT } from './deals.js';
import { spyingOn, type SpyingPool } from './spying-pool.js';

// Many tables are made and dropped; a loaded machine with a slow disk needs longer than the default.
jest.setTimeout(60_000);

const SHARD = 0;
const others = projections.filter((projection) => projection !== burnDownProjection);

describe.each(databaseServers())('projections that go together, on $name', (server) => {
  let deals: Deals;
  let spy: SpyingPool;
  let told: ProjectorProgress[];
  let started: Projector[];
  beforeEach(async () => {
    deals = (await Deals.open(server, 1)).itIs('2026-02-01');
    for (const projection of projections) await ensureLive(deals.pool, deals.ledger, projection);
    await deals.deal('north');
    spy = spyingOn(deals.pool);
    told = [];
    started = [];
  });
  afterEach(async () => {
    for (const projector of started) await projector.stop();
    await deals.close();
  });

  it('keep what was committed while they were loaded again, and never go back', async () => {
    const positions = new LivePositions(deals.pool, deals.ledger, projections);
    await positions.load();
    // As the loop of another shard holds it, across a reload.
    const [held] = positions.at(SHARD, 0);
    const { generation } = held!;
    const { projection } = generation;
    await positions.reload(projection, SHARD + 1);
    const to = (position: number) => ({ shard: SHARD, position, hash: 'ab'.repeat(32) });
    positions.advance(generation, to(5));
    expect(positions.reached(projection, SHARD)).toBe(5);
    // The database does not know yet, or was read before.
    await positions.reload(projection, SHARD + 1);
    positions.advance(generation, to(3));
    expect(positions.reached(projection, SHARD)).toBe(5);
    positions.advance({ ...generation, generation: generation.generation + 1 }, to(9));
    expect(positions.reached(projection, SHARD)).toBe(5);
  });

  const start = async (options: Partial<ProjectorOptions> = {}): Promise<Projector> => {
    const projector = await startProjector({
      pool: spy.pool,
      reader: deals.ledger,
      projections,
      pollMs: 5,
      onProgress: (progress) => told.push(progress),
      ...options,
    });
    started.push(projector);
    return projector;
  };
  const follow = async (options: Partial<ProjectorOptions> = {}): Promise<void> => {
    const projector = await start(options);
    expect(await projector.waitFor(await deals.heads(), 10_000)).toBe(true);
    await projector.stop();
  };
  const head = async (): Promise<number> => (await deals.heads())[SHARD]!;
  const settled = async (projector: Projector): Promise<void> =>
    projector.settled(SHARD, await head(), AbortSignal.timeout(10_000));
  const writes = (): string[] =>
    spy.statements.filter((statement) => !statement.startsWith('SELECT'));
  const transactions = (): number =>
    writes().filter((statement) => statement.startsWith('BEGIN')).length;
  const expectFromZero = async (): Promise<void> => {
    const live = await liveContents(deals.pool);
    expect(live).toContain('burn_down_day');
    expect(await fromZero(deals.pool, deals.ledger)).toBe(live);
  };

  it('commits a chunk of all of them in one transaction of four statements', async () => {
    await deals.usage('north', 'a', '10', '2026-01-05');
    await follow();
    expect(writes()).toEqual([
      expect.stringMatching(/^BEGIN/),
      expect.stringMatching(/^WITH held.* UPDATE views\.projection_checkpoint/s),
      expect.stringMatching(/^WITH w0 AS \(INSERT INTO views\.agreement_.* INSERT INTO views\./s),
      'COMMIT',
    ]);
    expect(spy.statements.filter((statement) => /quarantine|skip/.test(statement))).toEqual([]);
    expect(told).toEqual(
      projections.map(({ name }) => ({
        kind: 'advanced',
        projection: name,
        shard: SHARD,
        position: 4,
        recordedAt: '2026-02-01T12:00:00.000003Z',
      })),
    );
    await expectFromZero();
  });

  it('moves all checkpoints in one statement when there is nothing else to write', async () => {
    await follow({ projections: projections.map((each) => ({ ...each, handles: [] })) });
    expect(writes()).toEqual([expect.stringMatching(/^WITH held/)]);
    expect(told).toHaveLength(projections.length);
  });

  it.each<CommitPoint>(['after-fold', 'after-checkpoint', 'after-upsert', 'after-commit'])(
    'is whole after failures %s',
    async (fatal) => {
      await deals.usage('north', 'a', '10', '2026-01-05');
      let failures = 0;
      const at = (point: CommitPoint): void => {
        if (point === fatal && (failures += 1) <= 2) throw new Error('killed');
      };
      await follow({ at, limit: 2 });
      expect(told.filter(({ kind }) => kind === 'failed')).toHaveLength(2);
      await expectFromZero();
    },
  );

  it('moves the checkpoints of all or of none', async () => {
    const live = await Promise.all(
      projections.map((each) => ensureLive(deals.pool, deals.ledger, each)),
    );
    const [from] = await readCheckpoints(deals.pool, live[0]!);
    const one = { ...from!, position: 1 };
    const two = { ...from!, position: 2 };
    expect(await moveCheckpoints(deals.pool, [live[2]!], from!, one)).toBe(true);
    expect(await moveCheckpoints(deals.pool, live, from!, two)).toBe(false);
    const now = await Promise.all(live.map((each) => readCheckpoints(deals.pool, each)));
    expect(now.map(([checkpoint]) => checkpoint!.position)).toEqual([0, 0, 1]);
  });

  const meanwhile: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'has moved on under another projector',
      () => project(deals.pool, deals.ledger, [burnDownProjection]),
    ],
    [
      'was filled again and switched',
      () => rebuild({ pool: deals.pool, reader: deals.ledger, projection: burnDownProjection }),
    ],
  ];
  it.each(meanwhile)('folds nothing twice when one of them %s meanwhile', async (_, act) => {
    await project(deals.pool, deals.ledger);
    // Sums only: a fact that is written twice would be refused.
    await deals.usage('north', 'a', '10', '2026-01-05');
    let acted = false;
    const at = async (point: CommitPoint): Promise<void> => {
      if (point !== 'after-fold' || acted) return;
      acted = true;
      await act();
    };
    await follow({ at });
    expect(told.filter(({ kind }) => kind !== 'advanced')).toEqual([]);
    await expectFromZero();
  });

  it.each([
    { limit: 3, chunks: [3, 6, 7] },
    // Not to the head: it stops where the others stand, and goes with them from there.
    { limit: 100, chunks: [4, 7] },
  ])('a new one comes up to the others, in chunks of up to $limit', async ({ limit, chunks }) => {
    await deals.usage('north', 'a', '10', '2026-01-05');
    await project(deals.pool, deals.ledger, others);
    for (const id of ['b', 'c', 'd']) await deals.usage('north', id, '20', '2026-01-06');
    await follow({ limit });
    const moves = (name: string): number[] =>
      told.flatMap((each) =>
        each.kind === 'advanced' && each.projection === name ? [each.position] : [],
      );
    expect(moves('burn-down')).toEqual(chunks);
    // The others do not wait for it.
    expect(moves('facts')).toEqual([7]);
    await deals.usage('north', 'e', '30', '2026-01-07');
    const already = transactions();
    await follow();
    expect(transactions()).toBe(already + 1);
    await expectFromZero();
  });

  describe('where one of them cannot take an event', () => {
    let poison: RecordedEntry;
    beforeEach(async () => {
      await deals.usage('north', 'a', '10', '2026-01-05');
      poison = await deals.usage('north', 'poison', '20', '2026-01-06');
      await deals.usage('north', 'c', '30', '2026-01-07');
    });

    const throwing: Projection = {
      ...burnDownProjection,
      fold(entry, rows) {
        burnDownProjection.fold(entry, rows);
        if (entry.position === poison.position) throw new Error('cannot be folded');
      },
    };

    /** PostgreSQL takes no NUL in a text. */
    const unstorable: Projection = {
      ...burnDownProjection,
      fold(entry, rows) {
        if (entry.position !== poison.position) return burnDownProjection.fold(entry, rows);
        const key = [TENANT, 'north.cloud', 'U\0D', '2026-01-06', '2026-01-06', entry.shard];
        rows.add(burnDownDays, key, [1n, 0n, 0n]);
      },
    };

    it.each([
      ['throws', throwing, 'cannot be folded'],
      ['makes a row that PostgreSQL refuses', unstorable, '0x00'],
    ])('only that one stops: its fold %s', async (_, broken, error) => {
      const all = projections.map((each) => (each === burnDownProjection ? broken : each));
      const projector = await start({ projections: all });
      await settled(projector);
      const stopped = { projection: 'burn-down', shard: SHARD, position: poison.position };
      expect(told.filter(({ kind }) => kind !== 'advanced')).toEqual([
        { kind: 'stopped', ...stopped, error: expect.stringContaining(error) as unknown },
      ]);
      const lags = async (): Promise<Record<string, number>> => {
        const statuses = await projectionStatus(deals.pool, deals.ledger, all);
        return Object.fromEntries(statuses.map(({ name, lag }) => [name, lag]));
      };
      const caughtUp = Object.fromEntries(all.map(({ name }) => [name, 0]));
      expect(await lags()).toEqual({ ...caughtUp, 'burn-down': 2 });

      await deals.usage('north', 'd', '40', '2026-01-08');
      await settled(projector);
      expect(await lags()).toEqual({ ...caughtUp, 'burn-down': 3 });

      await deals.skip(broken, poison);
      expect(await projector.waitFor(await deals.heads(), 5_000)).toBe(true);
      await projector.stop();
      const live = await liveContents(deals.pool);
      expect(await fromZero(deals.pool, deals.ledger, all)).toBe(live);
    });
  });
});
