import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { deciders } from '../../../libs/domain/aggregates.js';
import { instantOfMicros, microsOf } from '../../../libs/domain/instant.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { projections } from '../../../libs/projections/all.js';
import { projectionLag } from '../../../libs/projections/engine/lag.js';
import { startProjector } from '../../../libs/projections/engine/projector.js';
import { createPool } from '../../../libs/host/pool.js';
import { databaseServers, testDatabase, type TestDatabase } from '../../support/database.js';
import { openDeal } from '../../support/usage.js';

describe.each(databaseServers())('how far the views are behind, on $name', (server) => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let ledger: PostgresLedger;
  beforeAll(async () => {
    database = await testDatabase({ server });
    pool = createPool(database.runtimeUrl);
    ledger = await PostgresLedger.open({ url: database.runtimeUrl, pool, deciders });
  });
  afterAll(async () => {
    await ledger.close();
    await pool.end();
    await database.drop();
  });

  it('counts the events that were not applied, and the age of the oldest', async () => {
    const first = await startProjector({ pool, reader: ledger, projections });
    await first.stop();
    await openDeal(ledger, 'lagging', '1000');
    const heads = await ledger.heads();
    const shard = heads.find(({ position }) => position > 0)!;
    const [oldest] = await ledger.read(shard.shard, 0, 1);
    const now = instantOfMicros(microsOf(oldest!.recordedAt) + 90_000_000n);
    const events = heads.reduce((sum, { position }) => sum + position, 0);
    expect(events).toBeGreaterThan(1);
    expect(await projectionLag(pool, ledger, projections, now)).toEqual(
      projections.map(({ name }) => ({
        ...{ name, events, seconds: 90, skipped: 0 },
        ...{ stoppedShards: 0, rebuilding: false },
      })),
    );

    const again = await startProjector({ pool, reader: ledger, projections });
    const position = Object.fromEntries(heads.map((head) => [head.shard, head.position]));
    expect(await again.waitFor(position, 10_000)).toBe(true);
    await again.stop();
    for (const lag of await projectionLag(pool, ledger, projections, now))
      expect(lag).toMatchObject({ events: 0, seconds: 0 });
  });
});
