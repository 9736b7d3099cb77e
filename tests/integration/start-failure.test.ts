import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type OnModuleInit } from '@nestjs/common';
import { pino } from 'pino';
import { HttpApiModule } from '../../apps/api/http-api.module.js';
import { startApi } from '../../apps/api/start-api.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import { OperationsModule } from '../../libs/host/operations/operations.module.js';
import { startWorker } from '../../libs/host/service.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { sql } from '../support/sql.js';

@Module({ imports: [HttpApiModule] })
class FailsAtItsStart implements OnModuleInit {
  onModuleInit(): void {
    throw new Error('no room for this');
  }
}

@Module({
  imports: [OperationsModule],
  providers: [
    { provide: 'late', useFactory: () => Promise.reject(new Error('no provider for this')) },
  ],
})
class FailsToBeMade {}

describe('a service of which a part cannot start', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  }, 60_000);
  afterAll(() => database.drop());

  it.each([
    ['api', startApi, FailsAtItsStart, 'no room for this'],
    ['worker', startWorker, FailsAtItsStart, 'no room for this'],
    ['worker', startWorker, FailsToBeMade, 'no provider for this'],
  ] as const)('%s lets go of the ledger: %#', async (_, start, module, why) => {
    const config = configFromEnvironment({
      LEDGER_RUNTIME_URL: database.runtimeUrl,
      LEDGER_PORT: '0',
      LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
    });
    const service = { roles: [], modules: [module] };
    await expect(start(service, config, pino({ level: 'silent' }))).rejects.toThrow(why);
    await eventually(async () => {
      const open = `SELECT query FROM pg_stat_activity
         WHERE application_name = 'commitment-ledger' AND datname = current_database()`;
      expect(await sql(database.ownerUrl, open)).toEqual([]);
    }, 5_000);
  });
});
