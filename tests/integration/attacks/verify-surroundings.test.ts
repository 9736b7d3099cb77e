import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { handle, type CommandEnvelope } from '../../../libs/application/handle.js';
import { issueKey, revokeKeys } from '../../../apps/cli/access.js';
import { deciders } from '../../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { createApiKey } from '../../../libs/access/api-keys.js';
import { AttackedLedger, LedgerToAttack, TENANT } from '../../support/attacked-ledger.js';
import { databaseServers, TEST_RUNTIME_ROLE } from '../../support/database.js';
import { runCli } from '../../support/run-cli.js';

/** What guards the ledger, and what stands beside it, is looked at too. */
describe.each(databaseServers())('what stands around the ledger, on $name', (server) => {
  let base: LedgerToAttack;
  let ledger: AttackedLedger;
  beforeAll(async () => {
    base = await LedgerToAttack.open(server);
  });
  afterAll(() => base.close());
  beforeEach(async () => {
    ledger = await base.copy();
  });
  afterEach(() => ledger.close());

  const EVENT = 'ledger.ledger_event';

  it.each<[what: string, statement: string, told: string]>([
    [
      'a trigger dropped',
      `DROP TRIGGER append_only ON ${EVENT}`,
      `trigger ${EVENT} append_only is missing`,
    ],
    [
      'a trigger off',
      `ALTER TABLE ${EVENT} DISABLE TRIGGER append_only`,
      `trigger ${EVENT} append_only is not as it was made`,
    ],
    [
      'a trigger that a session can switch off',
      `ALTER TABLE ${EVENT} ENABLE TRIGGER append_only`,
      'unless the session says otherwise',
    ],
    [
      'a trigger on replicas only',
      `ALTER TABLE ledger.ledger ENABLE REPLICA TRIGGER append_only`,
      'replicas only',
    ],
    [
      'a trigger with another function',
      `CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`,
      'function ledger.refuse_change() is not as it was made',
    ],
    [
      'a trigger too many',
      `CREATE TRIGGER quietly BEFORE INSERT ON ${EVENT} FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()`,
      `trigger ${EVENT} quietly is not made by any migration`,
    ],
    [
      'a rule',
      `CREATE RULE nothing AS ON INSERT TO ledger.refused DO INSTEAD NOTHING`,
      'rule ledger.refused nothing',
    ],
    ['a policy', `CREATE POLICY blind ON ${EVENT} USING (shard <> 1)`, `policy ${EVENT} blind`],
    [
      'row security',
      `ALTER TABLE ledger.refused ENABLE ROW LEVEL SECURITY`,
      'relation ledger.refused is not as it was made',
    ],
    [
      'a child table',
      `CREATE TABLE public.more () INHERITS (ledger.refused)`,
      'child of ledger.refused',
    ],
    ['a table that a crash empties', `ALTER TABLE ledger.refused SET UNLOGGED`, 'persistence u'],
    [
      'a table too many',
      `CREATE TABLE ledger.notes (note text)`,
      'relation ledger.notes is not made by any migration',
    ],
    ['a table gone', `DROP TABLE ledger.relay_member`, 'relation ledger.relay_member is missing'],
    [
      'a function too many',
      `CREATE FUNCTION ledger.help() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      'function ledger.help()',
    ],
    [
      'a constraint gone',
      `ALTER TABLE ${EVENT} DROP CONSTRAINT ledger_event_dedupe_key`,
      'ledger_event_dedupe_key is missing',
    ],
    [
      'a key gone',
      `ALTER TABLE ${EVENT} DROP CONSTRAINT ledger_event_stream_version`,
      'ledger_event_stream_version is missing',
    ],
    [
      'a check gone',
      `ALTER TABLE ledger.shard_head DROP CONSTRAINT shard_head_position_check`,
      'shard_head_position_check is missing',
    ],
    [
      'an index that is not valid',
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ledger.ledger_event_dedupe_key'::regclass`,
      'NOT VALID',
    ],
    ['an index gone', 'DROP INDEX ledger.parked_due', 'index ledger.parked parked_due is missing'],
    [
      'a column of another type',
      `ALTER TABLE ledger.refused ALTER COLUMN code TYPE varchar(9)`,
      'column ledger.refused.code',
    ],
    [
      'a column that may be null',
      `ALTER TABLE ${EVENT} ALTER COLUMN hash DROP NOT NULL`,
      `column ${EVENT}.hash`,
    ],
    [
      'a default',
      `ALTER TABLE ledger.api_key ALTER COLUMN role SET DEFAULT 'admin'`,
      `default 'admin'`,
    ],
    [
      'UPDATE for the serving role',
      `GRANT UPDATE ON ${EVENT} TO ${TEST_RUNTIME_ROLE}`,
      `${TEST_RUNTIME_ROLE} may UPDATE on ${EVENT}`,
    ],
    [
      'DELETE for the serving role',
      `GRANT DELETE ON ${EVENT} TO ${TEST_RUNTIME_ROLE}`,
      `${TEST_RUNTIME_ROLE} may DELETE on ${EVENT}`,
    ],
    [
      'TRUNCATE for everybody',
      `GRANT TRUNCATE ON ${EVENT} TO PUBLIC`,
      `PUBLIC may TRUNCATE on ${EVENT}`,
    ],
    [
      'SELECT for everybody',
      `GRANT SELECT ON ledger.api_key TO PUBLIC`,
      'PUBLIC may SELECT on ledger.api_key',
    ],
    [
      'one column for the serving role',
      `GRANT UPDATE (entry) ON ${EVENT} TO ${TEST_RUNTIME_ROLE}`,
      `${TEST_RUNTIME_ROLE} may UPDATE on ${EVENT}.entry`,
    ],
    [
      'keys for the serving role',
      `GRANT INSERT ON ledger.api_key TO ${TEST_RUNTIME_ROLE}`,
      `${TEST_RUNTIME_ROLE} may INSERT on ledger.api_key`,
    ],
    [
      'a grant to hand on',
      `GRANT SELECT ON ${EVENT} TO ${TEST_RUNTIME_ROLE} WITH GRANT OPTION`,
      'and hand that on',
    ],
    [
      'a schema for everybody',
      'GRANT CREATE ON SCHEMA ledger TO PUBLIC',
      'PUBLIC may CREATE on schema ledger',
    ],
    [
      'the list of migrations for the serving role',
      `GRANT DELETE ON public.ledger_migration TO ${TEST_RUNTIME_ROLE}`,
      `${TEST_RUNTIME_ROLE} may DELETE on public.ledger_migration`,
    ],
    [
      'an owner of its own',
      `ALTER TABLE ledger.refused OWNER TO ${TEST_RUNTIME_ROLE}`,
      `ledger.refused belongs to ${TEST_RUNTIME_ROLE}`,
    ],
    [
      'a migration changed',
      `UPDATE public.ledger_migration SET sha256 = repeat('0', 64) WHERE name LIKE '0002%'`,
      'migration 0002_intake.sql is not as it was made',
    ],
    [
      'a migration not applied',
      `DELETE FROM public.ledger_migration WHERE name LIKE '0003%'`,
      'migration 0003_views.sql is missing',
    ],
    [
      'a migration of somebody else',
      `INSERT INTO public.ledger_migration VALUES ('9999_x.sql', '')`,
      'migration 9999_x.sql is not made by any',
    ],
  ])('%s is said by name', async (_, statement, told) => {
    await ledger.owner.query(statement);
    const { findings, sound } = await ledger.verify({ quick: true });
    expect(sound).toBe(false);
    expect(findings).toContainEqual(
      expect.objectContaining({
        ...{ finding: 'catalogue-mismatch', shard: null, position: null },
        detail: expect.stringContaining(told),
      }),
    );
  });

  it('ends with exit code 3, and says which', async () => {
    await ledger.owner.query(`ALTER TABLE ${EVENT} DISABLE TRIGGER append_only`);
    const { code, out, err } = await runCli(ledger.ownerUrl, ['verify']);
    expect(code).toBe(3);
    expect(out).toContain('NOT SOUND: 1 finding');
    expect(err).toMatch(
      /What guards the ledger is not as the migrations made it: trigger ledger\.ledger_event append_only is not as it was made/,
    );
  });

  it('lets no second role append', async () => {
    await ledger.owner.query('CREATE ROLE attacks_writer');
    try {
      await ledger.owner.query(`GRANT INSERT, SELECT ON ${EVENT} TO attacks_writer`);
      expect((await ledger.verify({ quick: true })).findings).toEqual([
        expect.objectContaining({
          finding: 'catalogue-mismatch',
          detail: `attacks_writer, ${TEST_RUNTIME_ROLE} may append, and one role serves a ledger`,
        }),
      ]);
    } finally {
      await ledger.owner.query('DROP OWNED BY attacks_writer; DROP ROLE attacks_writer');
    }
  });

  it('binds the format of the ledger to its genesis hash', async () => {
    await ledger.attack('UPDATE ledger.ledger SET format_version = 1');
    expect(await ledger.names({ quick: true })).toEqual(['genesis-mismatch']);
  });

  it('lets further roles read', async () => {
    await ledger.owner.query('CREATE ROLE attacks_reader');
    try {
      await ledger.owner.query(
        'GRANT USAGE ON SCHEMA ledger TO attacks_reader; GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO attacks_reader',
      );
      expect(await ledger.names({ quick: true })).toEqual([]);
      const { rows } = await ledger.owner.query<{ grant: string }>(
        `SELECT format('GRANT %I TO attacks_reader', current_user) AS grant`,
      );
      await ledger.owner.query(rows[0]!.grant);
      expect((await ledger.verify({ quick: true })).findings).toEqual([
        expect.objectContaining({
          finding: 'catalogue-mismatch',
          detail: expect.stringContaining('attacks_reader may do whatever the owner'),
        }),
      ]);
    } finally {
      await ledger.owner.query('DROP OWNED BY attacks_reader; DROP ROLE attacks_reader');
    }
  });

  it.each<[what: string, statement: string, finding: string, told: string]>([
    [
      'a head of another shard',
      `INSERT INTO ledger.shard_head VALUES (9, 1, 0, (SELECT genesis_hash FROM ledger.ledger))`,
      'foreign-shard',
      'shard_head has 1 of shard 9',
    ],
    [
      'a stream of another shard',
      `INSERT INTO ledger.stream VALUES (-1, gen_random_uuid(), 'acme', 'party', 'x', 1, 1)`,
      'foreign-shard',
      'stream has 1 of shard -1',
    ],
    [
      'a head whose epoch went back',
      'UPDATE ledger.shard_head SET epoch = 0 WHERE shard = 1',
      'head-mismatch',
      `the head's epoch is 0`,
    ],
    [
      'what was published, of another ledger',
      `INSERT INTO ledger.relay_checkpoint (shard, position, hash) VALUES (2, 3, sha256('x'))`,
      'relay-mismatch',
      'what is published stands at position 3 of shard 2',
    ],
    [
      'what was published, beyond the end',
      `INSERT INTO ledger.relay_checkpoint (shard, position, hash) VALUES (2, 900000, sha256('x'))`,
      'relay-mismatch',
      'no such position',
    ],
    [
      'what was published, of another shard',
      `INSERT INTO ledger.relay_checkpoint (shard) VALUES (7)`,
      'foreign-shard',
      'shard 7',
    ],
    [
      'a view that has seen another ledger',
      `INSERT INTO views.projection_checkpoint (name, version, generation, shard, position, hash)
         VALUES ('burn-down', 1, 1, 0, 2, sha256('x'))`,
      'projection-mismatch',
      'the view burn-down (version 1, generation 1) stands at position 2 of shard 0',
    ],
  ])('%s', async (_, statement, finding, told) => {
    await ledger.owner.query(statement);
    expect((await ledger.verify({ quick: true })).findings).toContainEqual(
      expect.objectContaining({ finding, detail: expect.stringContaining(told) }),
    );
  });

  it('takes what was published and seen where it is the ledger', async () => {
    await ledger.owner.query(
      `INSERT INTO ledger.relay_checkpoint (shard, position, hash)
         SELECT shard, position, hash FROM ledger.ledger_event WHERE position = 2
         UNION ALL SELECT 0, 0, NULL WHERE false`,
    );
    await ledger.owner.query(
      `INSERT INTO views.projection_checkpoint (name, version, generation, shard, position, hash)
         SELECT 'burn-down', 1, 1, shard, position, hash FROM ledger.shard_head`,
    );
    expect((await ledger.verify({ quick: true })).findings).toEqual([]);
  });

  describe('API keys', () => {
    const office = async <Result>(
      work: (office: Parameters<typeof issueKey>[0]) => Promise<Result>,
    ): Promise<Result> => {
      const writer = await PostgresLedger.open({ pool: ledger.pool, deciders });
      const decide = (envelope: CommandEnvelope) => handle(writer, envelope);
      return work({ decide, owner: ledger.owner as never, actor: 'cli:ann' }).finally(() =>
        writer.close(),
      );
    };
    const holder = { tenant: TENANT, name: 'feed', role: 'poster' } as const;

    it('that are on record are fine, and so is their end', async () => {
      await office((open) => issueKey(open, { ...holder, person: 'ann', sources: ['s'] }));
      await office((open) => issueKey(open, { ...holder, name: 'other' }));
      await office((open) => revokeKeys(open, TENANT, 'other'));
      const report = await ledger.verify();
      expect(report.findings).toEqual([]);
      expect(report.keys).toEqual({ checked: 2, beforeRecord: [], endNotRecorded: [] });
    });

    it.each<[what: string, statement: string, told: string]>([
      [
        'with another role',
        `UPDATE ledger.api_key SET role = 'admin'`,
        'the role "poster", and the table says "admin"',
      ],
      ['of another person', `UPDATE ledger.api_key SET person = 'bob'`, 'the person "feed"'],
      ['of another tenant', `UPDATE ledger.api_key SET tenant = 'other'`, 'the tenant "acme"'],
      ['for more sources', `UPDATE ledger.api_key SET sources = '{a,b}'`, 'the sources ["a"]'],
      [
        'with another secret',
        `UPDATE ledger.api_key SET key_hash = sha256('mine')`,
        'is not on record',
      ],
      [
        'that had ended, and work',
        `UPDATE ledger.api_key SET revoked_at = NULL`,
        'has ended by the record, and works',
      ],
    ])('%s are told', async (what, statement, told) => {
      await office((open) => issueKey(open, { ...holder, sources: ['a'] }));
      if (what.includes('ended')) await office((open) => revokeKeys(open, TENANT, 'feed'));
      await ledger.owner.query(statement);
      expect((await ledger.verify()).findings).toContainEqual(
        expect.objectContaining({ finding: 'key-mismatch', detail: expect.stringContaining(told) }),
      );
    });

    it('that nobody put on record are told, whenever they say that they were made', async () => {
      await createApiKey(ledger.owner as never, { ...holder, role: 'admin' });
      await createApiKey(ledger.owner as never, { ...holder, name: 'old' });
      await ledger.owner.query(
        `UPDATE ledger.api_key SET created_at = '2020-01-01T00:00:00Z' WHERE name = 'old'`,
      );
      const { findings } = await ledger.verify();
      expect(findings.map(({ finding, detail }) => [finding, detail.slice(0, 40)])).toEqual([
        ['key-mismatch', expect.stringContaining('the key old')],
        ['key-mismatch', expect.stringContaining('the key feed (admin)')],
      ]);
    });

    it('of before keys were put on record are listed, and no more', async () => {
      await createApiKey(ledger.owner as never, holder);
      // A ledger that is older than that migration.
      await ledger.attack(
        `UPDATE ledger.ledger SET created_at = created_at - interval '2 days'`,
        `UPDATE public.ledger_migration SET applied_at = (SELECT created_at FROM ledger.ledger) + interval '1 day'`,
        `UPDATE ledger.api_key SET created_at = (SELECT created_at FROM ledger.ledger) + interval '1 hour'`,
      );
      const report = await ledger.verify();
      expect([report.findings, report.keys!.beforeRecord]).toEqual([[], [`${TENANT} feed`]]);
      const { out } = await runCli(ledger.ownerUrl, ['verify']);
      expect(out).toContain('API keys made before keys were put on record: acme feed');
    });

    it('whose end is not on record yet are listed: the command that ended them was interrupted', async () => {
      await office((open) => issueKey(open, holder));
      await ledger.owner.query('UPDATE ledger.api_key SET revoked_at = now()');
      const report = await ledger.verify();
      expect([report.findings, report.keys!.endNotRecorded]).toEqual([[], [`${TENANT} feed`]]);
    });
  });

  it('says what it could not look at, and what lies outside', async () => {
    await ledger.owner.query(
      `REVOKE SELECT ON ledger.api_key, ledger.migration FROM ${TEST_RUNTIME_ROLE}`,
    );
    const report = await ledger.verify();
    expect(report).toMatchObject({
      ...{ sound: true, keys: null },
      unread: ['ledger.migration', 'ledger.api_key'],
    });
    const { out } = await runCli(ledger.ownerUrl, ['verify', '--quick']);
    expect(out.replaceAll('\n', ' ')).toContain('Parked usage and refusals lie outside the chain');
    expect(out.replaceAll('\n', ' ')).toContain('Requests were not decided again');
  });
});
