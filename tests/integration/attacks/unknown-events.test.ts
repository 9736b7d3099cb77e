import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { replayAndCompare } from '../../../libs/audit/replay.js';
import { deciders } from '../../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { LedgerUnreadable } from '../../../libs/ledger/postgres/unreadable.js';
import { projections } from '../../../libs/projections/all.js';
import { burnDown } from '../../../libs/projections/burn-down/query.js';
import { QueryRefused } from '../../../libs/projections/asking/question.js';
import {
  startProjector,
  type ProjectorProgress,
} from '../../../libs/projections/engine/projector.js';
import { rebuild } from '../../../libs/projections/engine/rebuild.js';
import { projectionStatus } from '../../../libs/projections/engine/status.js';
import { appendForged } from '../../support/append-forged.js';
import { databaseServers } from '../../support/database.js';
import { project } from '../projections/contents.js';
import { Deals, TENANT } from '../projections/deals.js';

jest.setTimeout(60_000);

const UNKNOWN: readonly (readonly [what: string, changed: object, told: RegExp])[] = [
  ['of a type that this version does not know', { type: 'Bogus' }, /\(Bogus, schema 1\)/],
  [
    'of a later schema of a type that views fold',
    { type: 'DrawdownRecorded', schema: '99' },
    /schema 99/,
  ],
  [
    'of a later schema of a type that no view folds',
    { type: 'ApiKeyIssued', schema: '2' },
    /schema 2/,
  ],
];

/** What a newer version wrote, or somebody who took a process over: nothing here may take it for nothing. */
describe.each(databaseServers())('an event that this version cannot read, on $name', (server) => {
  let deals: Deals;
  beforeEach(async () => {
    deals = (await Deals.open(server, 1)).itIs('2026-02-01');
    await deals.deal('north', 'amazon');
    await deals.deal('south', 'google');
    await deals.usage('north', 'a', '10', '2026-01-05');
  });
  afterEach(() => deals.close());

  const url = () => deals.pool.options.connectionString!;
  const newer = (changed: object) => appendForged(url(), 0, { ...changed });

  describe.each(UNKNOWN)('%s', (_, changed, told) => {
    it('stops every view before it, says which and why, and a rebuild as well', async () => {
      const { position } = await newer(changed);
      const heard: ProjectorProgress[] = [];
      const projector = await startProjector({
        ...{ pool: deals.pool, reader: deals.ledger, projections, pollMs: 5 },
        onProgress: (progress) => heard.push(progress),
      });
      await projector.settled(0, position, AbortSignal.timeout(10_000));
      await deals.usage('south', 'b', '7', '2026-01-05');
      await projector.settled(0, position + 1, AbortSignal.timeout(10_000));
      await projector.stop();
      const stopped = heard.filter(({ kind }) => kind === 'stopped');
      expect(stopped).toHaveLength(projections.length);
      for (const each of stopped) {
        expect(each).toMatchObject({ shard: 0, position });
        expect(each).toMatchObject({ error: expect.stringMatching(told) });
        expect(each).toMatchObject({
          error: expect.stringMatching(
            new RegExp(`at position ${position} of shard 0.*newer version`),
          ),
        });
      }
      for (const status of await projectionStatus(deals.pool, deals.ledger, projections)) {
        expect(status.ledgerPosition).toEqual({ '0': position - 1 });
        expect(status.stoppedAt).toMatchObject([{ shard: 0, position }]);
      }
      for (const projection of projections)
        await expect(
          rebuild({ pool: deals.pool, reader: deals.ledger, projection }),
        ).rejects.toThrow(`${projection.name} cannot fold shard 0 position ${position}`);
    });

    it('stops an answer that is completed from the ledger', async () => {
      await project(deals.pool, deals.ledger);
      const { recordedAt } = await newer(changed);
      const asked = burnDown(deals.views, {
        ...{ tenant: TENANT, commitmentId: 'north.cloud', knownAt: recordedAt },
      });
      const refused = (await asked.catch((error: unknown) => error)) as QueryRefused;
      expect(refused.code).toBe('view-stopped');
    });

    it('fails a replay of views that went past it', async () => {
      await project(deals.pool, deals.ledger);
      const { position, hash } = await newer(changed);
      // As a version leaves them that took it for nothing.
      await deals.pool.query(
        `UPDATE views.projection_checkpoint SET position = $1, hash = decode($2, 'hex')`,
        [position, hash],
      );
      for (const store of ['any', 'memory'] as const) {
        const { matches, projections: replayed } = await replayAndCompare({
          ...{ pool: deals.pool, reader: deals.ledger, projections, store },
        });
        expect(matches).toBe(false);
        for (const each of replayed)
          expect(each).toMatchObject({
            ...{ failed: 1, chain: null, entries: position - 1 },
            failedEvents: [{ position, error: expect.stringMatching(told) }],
          });
      }
    });

    it('is passed on as it is', async () => {
      const { position, entry, event } = await newer(changed);
      const [envelope] = await deals.ledger.readEnvelopes(0, position - 1, 1);
      expect(envelope).toMatchObject({ entry, event });
      const [read] = await deals.ledger.read(0, position - 1, 1);
      expect(() => read!.event).toThrow(LedgerUnreadable);
      expect((await deals.ledger.find(TENANT, 'test', read!.id))?.entry).toBe(entry);
    });

    it('stops decisions about its own stream, and no others of the shard', async () => {
      const version = String((await deals.ledger.readStream(book('north'))).length + 1);
      const { position } = await newer({ ...changed, stream: 'commitment:north', version });
      const refused = (through: Deals) =>
        through.usage('north', 'z', '1', '2026-01-06').catch((error: unknown) => error);
      // Who had the stream in memory finds out when it follows.
      await deals.usage('south', 'c', '3', '2026-01-06');
      expect(await refused(deals)).toMatchObject({
        code: 'ledger-unreadable',
        message: expect.stringMatching(new RegExp(`position ${position} of shard 0.*newer`)),
      });
      await deals.usage('south', 'd', '4', '2026-01-06');
      // And who loads it, at once.
      const ledger = await PostgresLedger.open({ pool: deals.pool, deciders });
      expect(await refused(deals.through(ledger))).toBeInstanceOf(LedgerUnreadable);
      await ledger.close();
    });

    it('can be passed over like any other, by an entry of the ledger', async () => {
      const poison = await newer(changed);
      const [entry] = await deals.ledger.read(0, poison.position - 1, 1);
      for (const projection of projections) await deals.skip(projection, entry!);
      await project(deals.pool, deals.ledger);
      const answer = await burnDown(deals.views, { tenant: TENANT, commitmentId: 'north.cloud' });
      expect(answer).toMatchObject({ skipped: 1, skippedEvents: [`0:${poison.position}`] });
      const replayed = await replayAndCompare({
        ...{ pool: deals.pool, reader: deals.ledger, projections },
      });
      expect(replayed.matches).toBe(true);
      expect(replayed.projections.map(({ skipped }) => skipped)).toEqual(projections.map(() => 1));
    });
  });
});

const book = (key: string) => ({ tenant: TENANT, kind: 'commitment', key }) as const;
