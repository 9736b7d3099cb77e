import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RecordedEntry } from '../../../libs/ledger/ledger.js';
import { projections } from '../../../libs/projections/all.js';
import { burnDownDays, burnDownProjection } from '../../../libs/projections/burn-down/burn-down.js';
import { burnDown } from '../../../libs/projections/burn-down/query.js';
import { readCheckpoints } from '../../../libs/projections/engine/checkpoint.js';
import {
  startProjector,
  type ProjectorProgress,
} from '../../../libs/projections/engine/projector.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { ensureLive, rebuild } from '../../../libs/projections/engine/rebuild.js';
import type { CommitPoint } from '../../../libs/projections/engine/commit-chunk.js';
import { runChunk, type ChunkWork } from '../../../libs/projections/engine/run-projection.js';
import { projectionStatus, waitForViews } from '../../../libs/projections/engine/status.js';
import { addSums } from '../../../libs/projections/engine/table.js';
import { usd } from '../../../libs/domain/testing/builders.js';
import { databaseServers } from '../../support/database.js';
import { contentsOf, fromZero, liveContents, project } from './contents.js';
import { Deals, TENANT } from './deals.js';

// Many tables are made and dropped; a loaded machine with a slow disk needs longer than the default.
jest.setTimeout(60_000);

const burnDownWork = async (deals: Deals): Promise<ChunkWork> => ({
  pool: deals.pool,
  source: deals.ledger,
  reader: deals.ledger,
  generation: await ensureLive(deals.pool, deals.ledger, burnDownProjection),
  limit: 100,
});

describe.each(databaseServers())('running projections on $name', (server) => {
  let deals: Deals;
  beforeEach(async () => {
    deals = (await Deals.open(server, 2)).itIs('2026-02-01');
    await deals.deal('north');
    await deals.deal('south');
  });
  afterEach(() => deals.close());

  it('changes nothing when a chunk comes twice', async () => {
    await deals.usage('north', 'a', '10', '2026-01-05');
    const work = await burnDownWork(deals);
    const shard = (await deals.ledger.heads()).find(({ position }) => position >= 4)!.shard;
    const start = (await readCheckpoints(deals.pool, work.generation))[shard]!;
    expect(await runChunk(work, start)).toMatchObject({ outcome: 'advanced' });
    const once = await contentsOf(deals.pool, work.generation);
    expect(await runChunk(work, start)).toEqual({ outcome: 'overtaken' });
    const now = (await readCheckpoints(deals.pool, work.generation))[shard]!;
    // A source that begins too early, as a redelivering broker does.
    const redelivering = { read: () => deals.ledger.read(shard, 0, 100) };
    expect(await runChunk({ ...work, source: redelivering }, now)).toEqual({ outcome: 'idle' });
    expect(await contentsOf(deals.pool, work.generation)).toBe(once);
  });

  it.each<CommitPoint>(['after-fold', 'after-checkpoint', 'after-upsert', 'after-commit'])(
    'is whole after a kill %s',
    async (fatal) => {
      await project(deals.pool, deals.ledger);
      await deals.usage('north', 'a', '10', '2026-01-05');
      await deals.usage('south', 'b', '20', '2026-01-06');
      let kills = 0;
      const at = (point: CommitPoint): void => {
        if (point === fatal && (kills += 1) <= 3) throw new Error('killed');
      };
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await expect(project(deals.pool, deals.ledger, projections, { at })).rejects.toThrow(
          'killed',
        );
      }
      expect(kills).toBe(3);
      await project(deals.pool, deals.ledger);
      const live = await liveContents(deals.pool);
      expect(live).toContain('burn_down_day');
      expect(await fromZero(deals.pool, deals.ledger)).toBe(live);
      const answer = await burnDown(deals.views, { tenant: TENANT, commitmentId: 'north.cloud' });
      expect(answer!.applied).toEqual(usd('10'));
    },
  );

  it('gives the same bytes with two projectors at once while the ledger grows', async () => {
    const options = { reader: deals.ledger, pool: deals.pool, projections, pollMs: 5 };
    const left = await startProjector({ ...options, limit: 3 });
    const right = await startProjector({ ...options, limit: 7 });
    const ids = Array.from({ length: 60 }, (_, id) => id);
    await Promise.all(
      ids.map((id) =>
        deals.usage(id % 3 ? 'north' : 'south', `u${id}`, '1.5', `2026-01-${10 + (id % 20)}`),
      ),
    );
    const heads = await deals.heads();
    expect(await left.waitFor(heads, 10_000)).toBe(true);
    expect(await right.waitFor(heads, 10_000)).toBe(true);
    expect(right.caughtUp(heads)).toBe(true);
    await Promise.all([left.stop(), right.stop()]);
    const live = await liveContents(deals.pool);
    expect(await fromZero(deals.pool, deals.ledger)).toBe(live);
    const north = await burnDown(deals.views, { tenant: TENANT, commitmentId: 'north.cloud' });
    expect(north!.applied).toEqual(usd('60'));
  });

  it('waits for a position, bounded', async () => {
    await project(deals.pool, deals.ledger);
    const entry = await deals.usage('north', 'a', '10', '2026-01-05');
    const wanted = { [entry.shard]: entry.position };
    expect(await waitForViews(deals.views, projections, wanted, 60)).toBe(false);
    const projector = await startProjector({
      pool: deals.pool,
      reader: deals.ledger,
      projections,
      pollMs: 10,
    });
    expect(await waitForViews(deals.views, projections, wanted, 5_000)).toBe(true);
    expect(await projector.waitFor({ [entry.shard]: entry.position + 1 }, 60)).toBe(false);
    await projector.stop();
  });
});

describe.each(databaseServers())('what cannot be projected, on $name', (server) => {
  let deals: Deals;
  let poison: RecordedEntry;
  beforeEach(async () => {
    deals = (await Deals.open(server, 2)).itIs('2026-02-01');
    await deals.deal('north');
    await deals.deal('south');
    await deals.usage('north', 'a', '10', '2026-01-05');
    poison = await deals.usage('north', 'poison', '20', '2026-01-06');
    await deals.usage('north', 'c', '30', '2026-01-07');
    await deals.usage('south', 'd', '40', '2026-01-08');
  });
  afterEach(() => deals.close());

  const isPoison = (entry: RecordedEntry): boolean =>
    entry.shard === poison.shard && entry.position === poison.position;

  const throwing: Projection = {
    ...burnDownProjection,
    fold(entry, rows) {
      burnDownProjection.fold(entry, rows);
      if (isPoison(entry)) throw new Error('cannot be folded');
    },
  };

  /** PostgreSQL takes no NUL in a text. */
  const unstorable: Projection = {
    ...burnDownProjection,
    fold(entry, rows) {
      if (!isPoison(entry)) return burnDownProjection.fold(entry, rows);
      const dims = { commitmentId: 'north.cloud', period: 0, currency: 'U\0D' };
      const amounts = { applied: 1n, overage: 0n, ineligible: 0n };
      addSums(rows, burnDownDays, entry, entry.effectiveAt, dims, amounts);
    },
  };

  it.each([
    ['a fold that throws', throwing, 'cannot be folded'],
    ['a row that PostgreSQL refuses', unstorable, '0x00'],
  ])(
    '%s stops its shard, is reported once, and goes on by decision only',
    async (_, broken, error) => {
      const told: ProjectorProgress[] = [];
      const projector = await startProjector({
        pool: deals.pool,
        reader: deals.ledger,
        projections: [factsProjection, broken],
        pollMs: 5,
        onProgress: (progress) => told.push(progress),
      });
      const heads = await deals.heads();
      const before = { ...heads, [poison.shard]: poison.position - 1 };
      expect(await projector.waitFor(before, 5_000)).toBe(true);
      expect(await projector.waitFor(heads, 100)).toBe(false);
      expect(told.filter(({ kind }) => kind === 'stopped')).toEqual([
        {
          kind: 'stopped',
          projection: 'burn-down',
          shard: poison.shard,
          position: poison.position,
          error: expect.stringContaining(error) as unknown as string,
        },
      ]);
      const [status] = await projectionStatus(deals.pool, deals.ledger, [broken]);
      expect(status!.stoppedAt).toMatchObject([{ shard: poison.shard, position: poison.position }]);
      expect(status!.lag).toBe(heads[poison.shard]! - poison.position + 1);

      await deals.skip(broken, poison);
      expect(await projector.waitFor(heads, 5_000)).toBe(true);
      await projector.stop();
      const answer = await burnDown(deals.views, { tenant: TENANT, commitmentId: 'north.cloud' });
      expect(answer!.applied).toEqual(usd('40'));
      expect((await projectionStatus(deals.pool, deals.ledger, [broken]))[0]!.stoppedAt).toEqual(
        [],
      );
      // The decision holds for a rebuild too.
      const live = await contentsOf(deals.pool, await ensureLive(deals.pool, deals.ledger, broken));
      const rebuilt = await rebuild({ pool: deals.pool, reader: deals.ledger, projection: broken });
      expect(await contentsOf(deals.pool, rebuilt)).toBe(live);
    },
  );

  it('stops where the source tells another history than what was projected', async () => {
    const told: ProjectorProgress[] = [];
    const forging = {
      async read(shard: number, after: number, limit: number) {
        const entries = await deals.ledger.read(shard, after, limit);
        return entries.map((entry) =>
          isPoison(entry) ? { ...entry, prev: 'f'.repeat(64) } : entry,
        );
      },
    };
    const projector = await startProjector({
      pool: deals.pool,
      reader: deals.ledger,
      source: forging,
      projections: [burnDownProjection],
      limit: 1,
      pollMs: 5,
      onProgress: (progress) => told.push(progress),
    });
    expect(await projector.waitFor(await deals.heads(), 300)).toBe(false);
    await projector.stop();
    expect(told.filter(({ kind }) => kind !== 'advanced')).toMatchObject([
      { kind: 'forked', shard: poison.shard, position: poison.position },
    ]);
    const live = await ensureLive(deals.pool, deals.ledger, burnDownProjection);
    const checkpoint = (await readCheckpoints(deals.pool, live))[poison.shard]!;
    expect(checkpoint.position).toBe(poison.position - 1);
  });
});
