import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKeys } from '../../../libs/runtime/api-keys.js';
import { createPool } from '../../../libs/runtime/pool.js';
import { sql } from '../../support/sql.js';
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
    expect(await whoHas(key)).toEqual({
      tenant: 'demo',
      name: 'billing',
      role: 'poster',
      person: 'billing',
    });

    const listed = await cli.run(['key', 'list']);
    expect(listed.out).toMatch(/billing +poster/);
    expect(listed.out).not.toContain(key);

    expect((await cli.run(['key', 'revoke', 'billing'])).code).toBe(0);
    expect(await whoHas(key)).toBeNull();
    const again = await cli.run(['key', 'revoke', 'billing']);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('no key named billing')]);
  });

  it('say whose they are, and of which sources they may post', async () => {
    const { key } = await cli.json<{ key: string }>([
      ...['key', 'create', 'ann-laptop', '--role', 'poster', '--person', 'ann'],
      ...['--source', 'billing/aws', '--source', 'urn:acme:gcp'],
    ]);
    expect(await whoHas(key)).toEqual({
      tenant: 'demo',
      name: 'ann-laptop',
      role: 'poster',
      person: 'ann',
      sources: ['billing/aws', 'urn:acme:gcp'],
    });
    expect((await cli.run(['key', 'list'])).out).toMatch(
      /ann-laptop +poster +ann +billing\/aws urn:acme:gcp/,
    );
  });

  it('are not made for a tenant that could not be one in Kafka', async () => {
    const args = ['key', 'create', 'lost', '--role', 'poster'];
    const { code, err } = await cli.run(args, { LEDGER_TENANT: 'Acme Corp.' });
    expect(code).toBe(2);
    expect(err).toMatch(/tenant "Acme Corp\." is not a code .*LEDGER_TENANT .*acme-corp/);
    const made = await sql(cli.database.ownerUrl, 'SELECT FROM ledger.api_key WHERE name = $1', [
      'lost',
    ]);
    expect(made).toEqual([]);
  });

  it.each([
    [['key', 'create', 'billing'], '--role'],
    [['key', 'create', 'billing', '--role', 'poster', '--person', 'Ann B'], 'People are compared'],
    [['key', 'create', 'billing', '--role', 'poster', '--source', 'a b'], 'URI reference'],
    [['key', 'create', 'billing', '--role', 'auditor', '--source', 'a'], 'auditor posts none'],
    [['key', 'create', 'billing', '--role', 'king'], 'king'],
    [['key', 'create', 'Bill Ing', '--role', 'poster'], 'code'],
  ])('refuse %j as a wrong use', async (args, mention) => {
    const { code, err } = await cli.run(args);
    expect([code, err]).toEqual([2, expect.stringContaining(mention)]);
  });
});
