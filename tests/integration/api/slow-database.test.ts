import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from './running-api.js';

describe('a question that the database does not answer within its limit', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi({ queryMsMax: 2_000 });
  }, 60_000);
  afterAll(() => api.close(), 60_000);

  it('is told from a database that is away, and can be asked again', async () => {
    const locking = await api.owner.connect();
    try {
      await locking.query('BEGIN; LOCK TABLE ledger.ledger_event IN ACCESS EXCLUSIVE MODE');
      const slow = await api.get('/v1/ledger/events');
      expect(slow).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
      expect(slow.json).toMatchObject({ code: 'database-slow' });
    } finally {
      await locking.query('ROLLBACK');
      locking.release();
    }
    expect(await api.get('/v1/ledger/events')).toMatchObject({ status: 200 });
  });
});
