import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { replayAndCompare } from '../../../libs/audit/replay.js';
import { projections } from '../../../libs/projections/all.js';
import { burnDown } from '../../../libs/projections/burn-down/query.js';
import { burnDownDays, burnDownProjection } from '../../../libs/projections/burn-down/burn-down.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import { readView } from '../../../libs/projections/asking/read-view.js';
import { commitment } from '../../../libs/projections/deals/commitment.js';
import { tranchePipelines } from '../../../libs/projections/tranche-pipeline/query.js';
import { allDeals } from '../../../libs/projections/deals/deals.js';
import { rebuild } from '../../../libs/projections/engine/rebuild.js';
import { projectionStatus, skippedByView } from '../../../libs/projections/engine/status.js';
import { addSums } from '../../../libs/projections/engine/table.js';
import { usd } from '../../../libs/domain/testing/builders.js';
import { databaseServers } from '../../support/database.js';
import { liveContents, project } from '../projections/contents.js';
import { Deals, TENANT } from '../projections/deals.js';

jest.setTimeout(120_000);

/** What the serving role may write must not be able to make an event disappear from what people look at. */
describe.each(databaseServers())(
  'events that somebody wants to be passed over, on $name',
  (server) => {
    let deals: Deals;
    beforeEach(async () => {
      deals = (await Deals.open(server, 2)).itIs('2026-02-01');
      await deals.deal('north', 'amazon', { total: usd('100000') });
      await deals.deal('south', 'google', { total: usd('100000') });
    });
    afterEach(() => deals.close());

    const applied = async () =>
      (await burnDown(deals.views, { tenant: TENANT, commitmentId: 'north.cloud' }))!;
    const rebuildAll = async (of: readonly Projection[] = projections) => {
      for (const projection of of)
        await rebuild({ pool: deals.pool, reader: deals.ledger, projection });
    };
    const replay = (of: readonly Projection[] = projections, store: 'any' | 'memory' = 'any') =>
      replayAndCompare({ pool: deals.pool, reader: deals.ledger, projections: of, store });
    /** As the serving role, like a taken-over process. */
    const asRuntime = (sql: string, values: unknown[] = []) => deals.pool.query(sql, values);

    it('are not: a thousand drawdowns that are marked in views.quarantine stay in every figure', async () => {
      await Promise.all(
        Array.from({ length: 1_000 }, (_, at) =>
          deals.usage('north', `u${at}`, '12.5', '2026-01-05'),
        ),
      );
      await project(deals.pool, deals.ledger);
      const before = await liveContents(deals.pool);
      for (const { name, version } of projections)
        await asRuntime(
          `INSERT INTO views.quarantine (name, version, shard, position, error, decision, decided_by, reason, decided_at)
         SELECT $1, $2, shard, position, 'cannot be folded', 'skip', 'ann', 'known defect', now()
         FROM ledger.ledger_event WHERE type = 'DrawdownRecorded'`,
          [name, version],
        );
      await rebuildAll();
      expect(await liveContents(deals.pool)).toBe(before);
      expect(await applied()).toMatchObject({
        applied: usd('12500'),
        skipped: 0,
        skippedEvents: [],
      });
      const heads = Object.values(await deals.heads()).reduce((sum, head) => sum + head, 0);
      const replayed = await replay();
      expect(replayed.matches).toBe(true);
      for (const each of replayed.projections)
        expect(each).toMatchObject({ entries: heads, skipped: 0, failed: 0 });
    });

    it('are not: rows that were masked before are found by a replay, whatever the quarantine says', async () => {
      const masked = await deals.usage('north', 'a', '40', '2026-01-05');
      await deals.usage('north', 'b', '2', '2026-01-06');
      await project(deals.pool, deals.ledger);
      // As the views of a version stand that believed the quarantine.
      const masking = projections.map((each): Projection => ({
        ...each,
        fold: (entry, rows) =>
          entry.position === masked.position && entry.shard === masked.shard
            ? undefined
            : each.fold(entry, rows),
      }));
      await rebuildAll(masking);
      expect((await applied()).applied).toEqual(usd('2'));
      await asRuntime(
        `INSERT INTO views.quarantine (name, version, shard, position, error, decision)
       SELECT name, version, $1, $2, 'cannot be folded', 'skip' FROM views.projection WHERE state = 'live'`,
        [masked.shard, masked.position],
      );
      for (const store of ['any', 'memory'] as const) {
        const { matches, projections: replayed } = await replay(projections, store);
        expect(matches).toBe(false);
        const wrong = replayed.filter(({ differences }) => differences > 0).map(({ name }) => name);
        expect(wrong).toContain('burn-down');
        expect(replayed.every(({ skipped, chain }) => skipped === 0 && chain === null)).toBe(true);
      }
      await rebuildAll();
      expect((await applied()).applied).toEqual(usd('42'));
      expect((await replay()).matches).toBe(true);
    });

    it('are not even by an entry of the ledger, where the event can be folded', async () => {
      const usage = await deals.usage('north', 'a', '40', '2026-01-05');
      await deals.skip(burnDownProjection, usage);
      await project(deals.pool, deals.ledger);
      expect(await applied()).toMatchObject({ applied: usd('40'), skipped: 0 });
      expect(await replay()).toMatchObject({ matches: true });
      // Nor by a row that says that a view lacks it: the answer says so too, and a replay finds that it does not.
      await asRuntime(
        `INSERT INTO views.skipped_event SELECT name, version, generation, $1, $2, $3, decode($4, 'hex')
       FROM views.projection WHERE name = 'burn-down'`,
        [usage.shard, usage.position, TENANT, usage.hash],
      );
      expect(await applied()).toMatchObject({ applied: usd('40'), skipped: 1 });
      const { matches, projections: replayed } = await replay();
      expect(matches).toBe(false);
      expect(replayed[1]).toMatchObject({
        differences: 0,
        record: expect.stringContaining('says'),
      });
    });

    describe('because a view cannot fold them', () => {
      let before = '';
      const poisonOf = async () => {
        before = (await deals.usage('north', 'a', '10', '2026-01-05')).recordedAt;
        const poison = await deals.usage('north', 'b', '20', '2026-01-06');
        await deals.usage('north', 'c', '30', '2026-01-07');
        await deals.usage('south', 'd', '40', '2026-01-08');
        return poison;
      };
      const failingOn = (shard: number, position: number): Projection => ({
        ...burnDownProjection,
        fold(entry, rows) {
          burnDownProjection.fold(entry, rows);
          if (entry.shard === shard && entry.position === position)
            throw new Error('cannot be folded');
        },
      });
      const all = (broken: Projection) =>
        projections.map((each) => (each === burnDownProjection ? broken : each));

      it('stop the view whatever the quarantine says, and are passed over once the ledger says so', async () => {
        const poison = await poisonOf();
        const broken = failingOn(poison.shard, poison.position);
        await expect(project(deals.pool, deals.ledger, [broken])).rejects.toThrow(
          'cannot be folded',
        );
        await asRuntime(
          `UPDATE views.quarantine SET decision = 'skip', decided_by = 'ann', reason = 'known defect'`,
        );
        await expect(project(deals.pool, deals.ledger, [broken])).rejects.toThrow(
          'cannot be folded',
        );
        const [stopped] = await projectionStatus(deals.pool, deals.ledger, [broken]);
        expect(stopped!.stoppedAt).toMatchObject([
          { position: poison.position, formerly: { decidedBy: 'ann', reason: 'known defect' } },
        ]);

        // Of another version, another view, another entry: no decision of this one.
        await deals.skip({ ...broken, version: broken.version + 1 }, poison);
        await deals.skip({ ...broken, name: 'facts' }, poison);
        await deals.skip(broken, { ...poison, hash: 'f'.repeat(64) });
        await expect(project(deals.pool, deals.ledger, [broken])).rejects.toThrow(
          'cannot be folded',
        );

        await deals.skip(broken, poison);
        await project(deals.pool, deals.ledger, [factsProjection, broken]);
        const place = `${poison.shard}:${poison.position}`;
        expect(await applied()).toMatchObject({
          applied: usd('40'),
          skipped: 1,
          skippedEvents: [place],
        });
        const [status] = await projectionStatus(deals.pool, deals.ledger, [broken]);
        expect(status).toMatchObject({ stoppedAt: [], skipped: 1, skippedEvents: [place] });
        expect(await skippedByView(deals.pool, [broken])).toEqual({ 'burn-down': 1 });
      });

      it('are named by every answer of whoever is short of them, and by nobody else', async () => {
        const poison = await poisonOf();
        const broken = failingOn(poison.shard, poison.position);
        await deals.skip(broken, poison);
        await project(deals.pool, deals.ledger, all(broken));
        const { views } = deals;
        const ask = (more: object, commitmentId = 'north.cloud') =>
          burnDown(views, { tenant: TENANT, commitmentId, ...more });
        const short = { skipped: 1, skippedEvents: [`${poison.shard}:${poison.position}`] };
        const whole = { skipped: 0, skippedEvents: [] };
        expect(await ask({})).toMatchObject(short);
        expect(await ask({ knownAt: poison.recordedAt })).toMatchObject(short);
        expect(await ask({ knownAt: before })).toMatchObject(whole);
        expect(await allDeals(views, { tenant: TENANT })).toMatchObject(short);
        // What asks for no amounts of commitments lacks nothing.
        expect(
          await tranchePipelines(views, { tenant: TENANT, after: null, limit: 9 }),
        ).toMatchObject(whole);
        expect(
          await commitment(views, { tenant: TENANT, commitmentId: 'north.cloud' }),
        ).toMatchObject(whole);
        expect(await allDeals(views, { tenant: 'other' })).toMatchObject(whole);
      });

      it('are listed by a replay and not counted as folded, in whatever store', async () => {
        const poison = await poisonOf();
        const broken = failingOn(poison.shard, poison.position);
        const decision = await deals.skip(broken, poison);
        await project(deals.pool, deals.ledger, all(broken));
        const heads = Object.values(await deals.heads()).reduce((sum, head) => sum + head, 0);
        const inTables = await replay(all(broken), 'any');
        const inMemory = await replay(all(broken), 'memory');
        expect(inMemory).toEqual({ ...inTables, store: 'memory' });
        expect(inTables).toMatchObject({ matches: true, store: 'temporary-tables' });
        const { shard, position } = poison;
        expect(inTables.projections[1]).toMatchObject({
          name: 'burn-down',
          entries: heads - 1,
          skipped: 1,
          skippedEvents: [
            {
              ...{ shard, position, error: 'cannot be folded', reason: 'known defect' },
              ...{ decidedBy: 'ann', decision: `${decision.shard}:${decision.position}` },
            },
          ],
        });
        // The record of it is taken away: the view says that it is complete, and is not.
        await asRuntime(`DELETE FROM views.skipped_event`);
        const silent = await replay(all(broken));
        expect(silent.matches).toBe(false);
        expect(silent.projections[1]!.record).toContain(`does not say that it lacks ${shard}:`);
      });

      it.each([
        ['a text that PostgreSQL refuses', { currency: 'U\0D' }, 1n],
        ['an amount that is too large', { currency: 'USD' }, 10n ** 38n],
      ])(
        'or its row cannot be stored: %s stops and is passed over alike',
        async (_, dim, applied) => {
          const poison = await poisonOf();
          const broken: Projection = {
            ...burnDownProjection,
            fold(entry, rows) {
              burnDownProjection.fold(entry, rows);
              if (entry.shard !== poison.shard || entry.position !== poison.position) return;
              const dims = { commitmentId: 'north.cloud', period: 0, ...dim };
              addSums(rows, burnDownDays, entry, entry.effectiveAt, dims, {
                ...{ applied, overage: 0n, ineligible: 0n },
              });
            },
          };
          await expect(project(deals.pool, deals.ledger, [broken])).rejects.toThrow();
          const ask = () =>
            readView(
              deals.views,
              [broken],
              { tenant: TENANT, knownAt: poison.recordedAt },
              () => ({}),
            );
          await expect(ask()).rejects.toThrow('cannot fold the event');
          await deals.skip(broken, poison);
          expect((await ask()).seen).toMatchObject({ skipped: 1 });
          await project(deals.pool, deals.ledger, [broken]);
          expect((await ask()).seen).toMatchObject({ skipped: 1 });
          const [inTables, inMemory] = [await replay([broken]), await replay([broken], 'memory')];
          expect(inTables).toMatchObject({ matches: true, projections: [{ skipped: 1 }] });
          // What it says of the failure is each one's own.
          expect(inMemory.projections[0]).toMatchObject({
            ...inTables.projections[0],
            skippedEvents: [{ position: poison.position }],
          });
        },
      );

      it('are folded again by a rebuild that can, and the answers stop counting them', async () => {
        const poison = await poisonOf();
        const broken = failingOn(poison.shard, poison.position);
        await deals.skip(broken, poison);
        await project(deals.pool, deals.ledger, all(broken));
        const upgraded = await replay(projections);
        expect(upgraded.matches).toBe(false);
        expect(upgraded.projections[1]).toMatchObject({ skipped: 0, failed: 0, chain: null });
        expect(upgraded.projections[1]!.differences).toBeGreaterThan(0);
        await rebuildAll();
        expect(await applied()).toMatchObject({
          applied: usd('60'),
          skipped: 0,
          skippedEvents: [],
        });
        expect((await replay()).matches).toBe(true);
      });

      it('are no excuse for a view that went past them without a decision', async () => {
        const poison = await poisonOf();
        const broken = failingOn(poison.shard, poison.position);
        // It was folded by a version that could not, and did not mind.
        const careless: Projection = {
          ...broken,
          fold: (entry, rows) =>
            entry.position === poison.position && entry.shard === poison.shard
              ? undefined
              : burnDownProjection.fold(entry, rows),
        };
        await project(deals.pool, deals.ledger, [careless]);
        await asRuntime(
          `INSERT INTO views.quarantine (name, version, shard, position, error, decision)
         VALUES ($1, $2, $3, $4, 'cannot be folded', 'skip')`,
          [broken.name, broken.version, poison.shard, poison.position],
        );
        const { matches, projections: replayed } = await replay([broken]);
        expect(matches).toBe(false);
        expect(replayed[0]).toMatchObject({
          ...{ differences: 0, skipped: 0, failed: 1 },
          failedEvents: [{ shard: poison.shard, position: poison.position }],
        });
      });
    });
  },
);
