import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import { apiKeyId, databaseKeys, revokeApiKeys } from '../../../libs/access/api-keys.js';
import { createPool } from '../../../libs/host/pool.js';
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

  it('are on record in the ledger, made and ended, without what would open it', async () => {
    const { key } = await cli.json<{ key: string }>([
      ...['key', 'create', 'recorded', '--role', 'poster', '--person', 'ann', '--source', 's'],
    ]);
    await cli.run(['key', 'create', 'recorded', '--role', 'auditor']);
    // As if the program had ended between the key and its entry.
    const pool = createPool(cli.database.ownerUrl);
    await revokeApiKeys(pool, 'demo', 'recorded');
    await pool.end();
    expect((await cli.run(['key', 'revoke', 'recorded'])).code).toBe(0);
    expect((await cli.run(['key', 'revoke', 'recorded'])).code).toBe(1);

    const entries = await sql<{ entry: string }>(
      cli.database.ownerUrl,
      `SELECT entry FROM ledger.ledger_event WHERE entry LIKE '%"stream":"access:recorded"%'
        ORDER BY stream_version`,
    );
    expect(entries.map(({ entry }) => JSON.parse(entry) as unknown)).toMatchObject([
      {
        type: 'ApiKeyIssued',
        tenant: 'demo',
        actor: expect.stringMatching(/^cli:/),
        body: {
          ...{ name: 'recorded', keyId: apiKeyId(key), role: 'poster', person: 'ann' },
          sources: ['s'],
        },
      },
      { type: 'ApiKeyIssued', body: { role: 'auditor', person: 'recorded', sources: null } },
      { type: 'ApiKeyRevoked', body: { name: 'recorded' } },
      { type: 'ApiKeyRevoked', body: { name: 'recorded' } },
    ]);
    const secret = hash('sha256', key, 'hex');
    for (const { entry } of entries) {
      expect(entry).not.toContain(key);
      expect(entry).not.toContain(secret);
    }
    const verified = await cli.run(['verify']);
    expect([verified.code, verified.err]).toEqual([0, expect.anything()]);
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
