import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { serve } from '../../../apps/standalone/serve.js';
import type { Served } from '../../../libs/host/service.js';
import { migrateSchema } from '../../../infra/postgres/migrate.js';
import { configFromEnvironment } from '../../../libs/host/config.js';
import { createApiKey } from '../../../libs/access/api-keys.js';
import { createPool } from '../../../libs/host/pool.js';
import { appendForged } from '../../support/append-forged.js';
import { eventually } from '../../support/eventually.js';
import { sql } from '../../support/sql.js';
import { AMAZON, Cli } from '../cli/cli.js';

jest.setTimeout(120_000);

/** A party that the register cannot fold, recorded by somebody who could: the other views pass over it. */
const POISON = { type: 'PartyRegistered', body: null };

describe('a view that lacks an event', () => {
  let cli: Cli;
  let served: Served;
  let key: string;
  let place: string;
  let position: number;
  const env = { LEDGER_TENANT: 'demo' };
  const get = async (path: string) => {
    const answer = await fetch(served.url + path, { headers: { authorization: `Bearer ${key}` } });
    const text = await answer.text();
    return { status: answer.status, text, json: () => JSON.parse(text) as Record<string, unknown> };
  };
  const run = (...args: string[]) => cli.run(args, env);

  beforeAll(async () => {
    cli = await Cli.open([AMAZON]);
    const owner = createPool(cli.database.ownerUrl, { max: 1 });
    key = await createApiKey(owner, { tenant: 'demo', name: 'aud', role: 'auditor' });
    await owner.end();
    expect((await run('show', 'portfolio')).code).toBe(0);
    const poison = await appendForged(cli.database.runtimeUrl, await shard(), POISON);
    position = poison.position;
    place = `${poison.shard}:${position}`;
  });
  afterAll(async () => {
    await served?.close();
    await cli.close();
  });
  const shard = async (): Promise<number> => {
    const [row] = await sql<{ shard: number }>(
      cli.database.ownerUrl,
      'SELECT shard FROM ledger.shard_head ORDER BY position DESC, shard LIMIT 1',
    );
    return row!.shard;
  };

  it('stands still before it, at once and for all to see', async () => {
    const started = performance.now();
    await cli.project();
    expect(performance.now() - started).toBeLessThan(20_000);
    const shown = await run('show', 'portfolio');
    expect(shown.out).toContain('1 events behind the ledger');
    const status = await run('projection', 'status');
    expect(status.out).toContain('1 view stands still at an event that cannot be folded.');
    expect(status.out).toContain(`projection skip facts --shard ${place.split(':')[0]}`);
    const rebuilt = await run('projection', 'rebuild', 'facts');
    expect(rebuilt.code).toBe(1);
    expect(rebuilt.err).toContain('The live view stays as it is.');
    expect(rebuilt.err).toContain(`--position ${position}`);
  });

  it('says so wherever it is asked once somebody decided to go on without', async () => {
    const [of] = place.split(':');
    const at = ['--shard', of!, '--position', String(position), '--reason', 'nobody knows him'];
    expect((await run('projection', 'skip', 'facts', ...at)).code).toBe(0);
    await cli.project();

    const table = await run('show', 'portfolio');
    expect(table.out).toContain(`INCOMPLETE: without 1 skipped event (${place})`);
    const json = await run('show', 'portfolio', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ skipped: 1, skippedEvents: [place], lag: 0 });
    const csv = await run('show', 'portfolio', '--format', 'csv');
    expect(csv.err).toContain(`INCOMPLETE: without 1 skipped event (${place})`);
    for (const [index, line] of csv.out.trim().split('\n').entries())
      expect(line).toMatch(index === 0 ? /,skipped,skippedEvents$/ : new RegExp(`,1,${place}$`));
    expect((await run('show', 'burn-down')).out).toContain('INCOMPLETE: without 1 skipped event');
    // Whatever asks for facts lacks what they lack.
    expect((await run('show', 'circularity')).out).toContain('INCOMPLETE: without 1 skipped event');

    const status = await run('projection', 'status');
    expect(status.out).not.toContain('All 3 views are up to date');
    expect(status.out).toContain('1 view lacks events that were skipped');
    expect(status.out).toContain('1 rebuild is not finished');
    expect(status.out).toContain(`facts lacks 1 skipped event (${place})`);
    const doctor = await run('doctor');
    expect(doctor.out).toMatch(/! +Views +facts lacks 1 skipped event/);
    expect(doctor.out).not.toContain('All is well');

    const replayed = await run('replay', '--compare');
    expect(replayed.code).toBe(0);
    expect(replayed.out).toContain(`Match except 1 skipped event (${place})`);
    expect(replayed.out).toContain('nobody knows him');
  });

  it('says so over HTTP, to probes and to metrics too', async () => {
    served = await serve(
      configFromEnvironment({
        ...{ LEDGER_RUNTIME_URL: cli.database.runtimeUrl, LEDGER_TENANT: 'demo', LEDGER_PORT: '0' },
        LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
      }),
      pino({ level: 'silent' }),
    );
    await eventually(async () => expect((await get('/health/ready')).status).toBe(200));
    const ready = (await get('/health/ready')).json();
    expect(ready).toMatchObject({
      projections: [{ name: 'facts', skipped: 1 }, { skipped: 0 }, {}],
    });
    expect((await get('/metrics')).text).toContain(
      'ledger_projection_skipped_events{projection="facts"} 1\n',
    );
    const short = { skipped: 1, skippedEvents: [place] };
    for (const path of ['/v1/portfolio', '/v1/agreements/amazon-lab', '/v1/relations/circularity'])
      expect([path, (await get(path)).json()]).toMatchObject([path, short]);
    const { data } = (await get('/v1/ledger/events?type=ProjectionEventSkipped')).json() as {
      data: { entry: string; actor: string }[];
    };
    expect(data).toHaveLength(1);
    expect(JSON.parse(data[0]!.entry)).toMatchObject({
      stream: expect.stringMatching(/^projection:facts\./) as unknown,
      body: { view: 'facts', position, reason: 'nobody knows him' },
    });
  });
});

describe('a ledger of before, with decisions beside it', () => {
  it('has views that say what they lack, and a rebuild that asks for the decision again', async () => {
    const cli = await Cli.open([AMAZON]);
    const url = cli.database.ownerUrl;
    try {
      expect((await cli.run(['projection', 'rebuild', 'all'])).code).toBe(0);
      const [head] = await sql<{ shard: number }>(
        url,
        'SELECT shard FROM ledger.shard_head ORDER BY position DESC, shard LIMIT 1',
      );
      const poison = await appendForged(cli.database.runtimeUrl, head!.shard, POISON);
      const { shard, position, hash } = poison;
      // As the version before left it.
      await sql(
        url,
        `DROP TABLE views.skipped_event;
         DELETE FROM public.ledger_migration WHERE name LIKE '0009%';
         UPDATE views.projection_checkpoint SET position = ${position}, hash = '\\x${hash}' WHERE shard = ${shard};
         INSERT INTO views.quarantine (name, version, shard, position, error, decision, decided_by, reason, decided_at)
         SELECT name, version, ${shard}, ${position}, 'no party', 'skip', 'ann', 'known defect', now()
         FROM views.projection WHERE name = 'facts'`,
      );
      await migrateSchema(url, cli.database.runtimeUrl);
      expect((await cli.run(['show', 'portfolio'])).out).toContain(
        `INCOMPLETE: without 1 skipped event (${shard}:${position})`,
      );
      const replayed = await cli.run(['replay']);
      expect(replayed.code).toBe(3);
      expect(replayed.err).toContain('without a decision in the ledger');
      const rebuilt = await cli.run(['projection', 'rebuild', 'facts']);
      expect(rebuilt.code).toBe(1);
      expect(rebuilt.err).toContain('ann once decided to pass over it (known defect)');
      expect(rebuilt.err).toContain('counts no more');
      const at = ['--shard', String(shard), '--position', String(position)];
      const skip = ['projection', 'skip', 'facts', ...at, '--reason', 'known defect'];
      expect((await cli.run(skip)).code).toBe(0);
      expect((await cli.run(['projection', 'rebuild', 'facts'])).code).toBe(0);
      expect((await cli.run(['replay'])).out).toContain('Match except 1 skipped event');
    } finally {
      await cli.close();
    }
  });
});
