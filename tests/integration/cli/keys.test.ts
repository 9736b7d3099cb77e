import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKeys } from '../../../libs/runtime/api-keys.js';
import { createPool } from '../../../libs/runtime/pool.js';
import { Cli } from './cli.js';

describe('API keys on the command line', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.open();
  });
  afterAll(() => cli.close());

  const whoHas = async (key: string) => {
    const pool = createPool(cli.database.runtimeUrl);
    try {
      return await databaseKeys(pool).find(key);
    } finally {
      await pool.end();
    }
  };

  it('are made for the tenant, listed without the key, and end when revoked', async () => {
    const { key } = await cli.json<{ key: string }>([
      'key',
      'create',
      'billing',
      '--role',
      'poster',
    ]);
    expect(await whoHas(key)).toEqual({ tenant: 'demo', name: 'billing', role: 'poster' });

    const listed = await cli.run(['key', 'list']);
    expect(listed.out).toMatch(/billing +poster/);
    expect(listed.out).not.toContain(key);

    expect((await cli.run(['key', 'revoke', 'billing'])).code).toBe(0);
    expect(await whoHas(key)).toBeNull();
    const again = await cli.run(['key', 'revoke', 'billing']);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('no key named billing')]);
  });

  it.each([
    [['key', 'create', 'billing'], '--role'],
    [['key', 'create', 'billing', '--role', 'king'], 'king'],
    [['key', 'create', 'Bill Ing', '--role', 'poster'], 'code'],
  ])('refuse %j as a wrong use', async (args, mention) => {
    const { code, err } = await cli.run(args);
    expect([code, err]).toEqual([2, expect.stringContaining(mention)]);
  });
});
