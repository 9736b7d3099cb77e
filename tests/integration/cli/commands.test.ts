import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { sql } from '../../support/sql.js';
import { AMAZON, Cli, MICROSOFT } from './cli.js';
import { focusFile } from './focus-file.js';
import { BurnDown } from '../../../libs/projections/burn-down/answer.js';
import { Circularity } from '../../../libs/projections/circularity/answer.js';
import { Forecast } from '../../../libs/projections/forecast/answer.js';
import { Portfolio } from '../../../libs/projections/portfolio/answer.js';
import { TermsHistory } from '../../../libs/projections/records/answer.js';
import { RemainingObligation } from '../../../libs/projections/remaining-obligation/answer.js';
import { Scenario } from '../../../libs/projections/scenario/answer.js';
import { TranchePipelines } from '../../../libs/projections/tranche-pipeline/answer.js';
import { Concentration } from '../../../libs/projections/vendor-concentration/answer.js';
import { mismatchesOf } from '../api/json-schema.js';

const event = (id: string, changed: object = {}): string =>
  `${JSON.stringify({
    source: 'billing/aws',
    id,
    agreement: 'amazon-lab',
    effectiveAt: '2024-10-05T00:00:00Z',
    currency: 'USD',
    amount: '12.345678901',
    ...changed,
  })}\n`;

describe('the command line', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.open([AMAZON, MICROSOFT]);
    writeFileSync(
      cli.file('usage.csv'),
      focusFile([{ BilledCost: '250' }, { BilledCost: '60', ProviderName: 'Microsoft' }]),
    );
    expect((await cli.run(['import', 'focus', cli.file('usage.csv')])).code).toBe(0);
  });
  afterAll(() => cli.close());

  it('shows the portfolio, for people, programs and spreadsheets', async () => {
    const { out, err } = await cli.run(['show', 'portfolio', '--as-of', '2024-12-31']);
    expect(err).toBe('');
    expect(out).toContain(
      '2 agreements: USD 1,050.00 pledged in 2 commitments, of which USD 300.00 is used',
    );
    expect(out).toMatch(/amazon-lab +medium +1,000\.00 +250\.00 +750\.00 +25\.0 %/);
    expect(out).toContain('up to date');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);

    const csv = await cli.run(['show', 'portfolio', '--format', 'csv']);
    expect(csv.out.split('\n')[1]).toBe(
      'amazon-lab,amazon,lab,active,amazon-lab.cloud,USD,1000,250,0,750,0.25,2026-01-01T00:00:00.000000Z,' +
        'ended,high,ended-short,,750,,,no-recent-use,,0,',
    );
    const json = await cli.json<{ data: unknown[]; lag: number }>(['show', 'portfolio']);
    expect([json.data.length, json.lag]).toEqual([2, 0]);
  });

  it('gives programs what the API document says', async () => {
    const portfolio = await cli.json<object>(['show', 'portfolio']);
    expect(mismatchesOf(Portfolio, portfolio)).toEqual([]);
    expect(mismatchesOf(Portfolio, { ...portfolio, more: 1 })).toHaveLength(1);
    const shown = [
      ['burn-down', 'amazon-lab.cloud', BurnDown],
      ['obligation', 'amazon-lab.cloud', RemainingObligation],
      ['forecast', 'amazon-lab.cloud', Forecast],
      ['terms', 'amazon-lab.cloud', TermsHistory],
      ['concentration', null, Concentration],
      ['tranches', null, TranchePipelines],
      ['circularity', null, Circularity],
    ] as const;
    for (const [view, id, schema] of shown) {
      const answer = await cli.json(['show', view, ...(id === null ? [] : [id])]);
      expect({ view, mismatches: mismatchesOf(schema, answer) }).toEqual({ view, mismatches: [] });
    }
  });

  it('supposes, beside what is forecast', async () => {
    const supposed = ['what-if', '--price', 'amazon=10@2024-11-01', '--growth', '2'];
    const answer = await cli.json(supposed);
    expect(mismatchesOf(Scenario, answer)).toEqual([]);
    const { out } = await cli.run([...supposed, '--agreement', 'amazon-lab']);
    expect(out).toContain('amazon-lab.cloud has no forecast and is left as it is.');
    for (const [option, value, why] of [
      ['--price', 'amazon', 'VENDOR=PERCENT@DAY'],
      ['--outage', 'amazon=x@2024-11-01', 'VENDOR=DAYS@DAY'],
      ['--outage', 'amazon=900@2024-11-01', '--outage: DAYS must be'],
      ['--growth', '1000', '--growth must be a percentage'],
      ['--add', 'amazon-lab=5USD@2027-01-01..2028-01-01', 'TOTAL@DAY..DAY'],
      ['--amend', 'amazon-lab.cloud', 'COMMITMENT=TOTAL'],
      ['--amend', 'amazon-lab.cloud=1USD', 'amendment-below-applied'],
      ['--end', 'amazon-lab.cloud=2027-01-01', 'COMMITMENT=released@DAY'],
      ['--end', 'amazon-lab.cloud=released@2020-01-01', 'the scenario begins at'],
    ] as const) {
      const { code, err } = await cli.run(['what-if', option, value]);
      expect({ value, code, isSaid: err.includes(why) }).toEqual({ value, code: 2, isSaid: true });
    }
  });

  it('shows burn-down, obligation, concentration and the rest', async () => {
    const tables: readonly (readonly [readonly string[], string])[] = [
      [['burn-down', '--as-of', '2024-12-31'], '2 commitments'],
      [['burn-down', 'amazon-lab.cloud', '--as-of', '2024-12-31'], '2024-09'],
      [
        [
          'burn-down',
          'amazon-lab',
          '--interval',
          'day',
          '--from',
          '2024-09-18',
          '--to',
          '2024-09-18',
        ],
        '2024-09-18',
      ],
      [['forecast'], 'amazon-lab.cloud has no forecast'],
      [['obligation'], 'Remaining obligation'],
      [['obligation', 'microsoft-lab.cloud'], 'USD 0.00 is still to be spent of USD 50.00'],
      [
        ['concentration', '--as-of', '2024-12-31'],
        'amazon has 80.6 %. HHI 6,878, high concentration',
      ],
      [['concentration', '--base', 'committed', '--as-of', '2024-12-31'], 'Committed spend'],
      [['tranches'], 'no investments yet'],
      [['circularity'], 'No vendor is invested'],
    ];
    for (const [args, text] of tables) {
      const { code, out, err } = await cli.run(['show', ...args]);
      expect([args, code, err, out]).toEqual([args, 0, '', expect.stringContaining(text)]);
    }
  });

  it('posts usage events as NDJSON, with an answer for every line', async () => {
    const path = cli.file('events.ndjson');
    writeFileSync(
      path,
      [
        event('e1'),
        event('e1'),
        '\n',
        event('e2', { amount: 12.3 }),
        '{"id":1,"id":2}\n',
        event('e3', { agreement: 'nobody' }),
        `"${'x'.repeat(70_000)}"\n`,
        event('e4'),
      ].join(''),
    );
    const list = cli.file('refused.csv');
    const posted = await cli.json<{ counts: object }>(['post', 'usage', path, '--refused', list]);
    expect(posted.counts).toMatchObject({
      read: 7,
      recorded: 2,
      duplicate: 1,
      parked: 1,
      refused: 3,
    });
    const refused = readFileSync(list, 'utf8').split('\n').slice(1, -1);
    expect(refused.map((line) => line.split(',').slice(0, 3).join(',')).sort()).toEqual([
      '4,/amount,amount-not-a-string',
      '5,/id,json-duplicate-member',
      '7,,line-too-long',
    ]);
  });

  it('verifies, replays and rebuilds', async () => {
    expect(await cli.run(['verify', '--deep'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Internally consistent only:'),
    });
    expect(await cli.run(['replay', '--compare'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Match:'),
    });
    const rebuilt = await cli.run(['projection', 'rebuild', 'all']);
    expect(rebuilt.err).toContain('burn-down is rebuilt from zero: generation 2 is live.');
    expect(await cli.run(['projection', 'status'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('All 3 views are up to date.'),
    });
    expect((await cli.run(['replay'])).code).toBe(0);
  });

  it('names what is wrong and what to do, with the exit code for it', async () => {
    const none = await cli.run(['show', 'burn-down', 'nothing']);
    expect(none).toMatchObject({ code: 1, out: '' });
    expect(none.err).toContain(
      'There is no commitment nothing.\nTo fix it: Use one of: amazon-lab.cloud',
    );
    for (const args of [
      ['shwo'],
      ['show', 'portfolio', '--as-of', '2024-13-01'],
      ['show', '--format', 'xml', 'portfolio'],
    ]) {
      expect([args, (await cli.run(args)).code]).toEqual([args, 2]);
    }
    const missing = await cli.run(['import', 'focus', cli.file('missing.csv')]);
    expect(missing).toMatchObject({
      code: 2,
      err: expect.stringContaining('missing.csv does not exist.'),
    });
    const misspelt = await cli.run(['show', 'portfolio'], { LEDGER_TENNANT: 'demo' });
    expect(misspelt).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean LEDGER_TENANT?'),
    });
    const away = await cli.run(['show', 'portfolio'], {
      LEDGER_RUNTIME_URL: 'postgres://nobody@127.0.0.1:9/none',
    });
    expect(away).toMatchObject({ code: 4, err: expect.stringContaining('cannot be reached') });
    expect((await cli.run(['--help'])).out).toContain('Exit codes');
  });

  it('writes to a file, and says nothing when asked to be quiet', async () => {
    const path = cli.file('out.json');
    const ran = await cli.run(['-q', 'show', 'portfolio', '--json', '--out', path]);
    expect(ran).toEqual({ code: 0, out: '', err: '' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      data: [{ agreementId: 'amazon-lab' }, {}],
    });
  });

  it('answers doctor', async () => {
    const well = await cli.run(['doctor']);
    expect(well.code).toBe(0);
    expect(well.out).toMatch(/✓ +Database +PostgreSQL 1[5-8]/);
    const ill = await cli.run(['doctor'], { LEDGER_PROT: '1' });
    expect(ill).toMatchObject({
      code: 2,
      out: expect.stringContaining('unset LEDGER_PROT, or use LEDGER_PORT'),
    });
    expect(
      (await cli.run(['doctor'], { LEDGER_RUNTIME_URL: 'postgres://a@127.0.0.1:9/b' })).code,
    ).toBe(4);
  });

  it('says in doctor that a broker does not answer', async () => {
    const ran = await cli.run(['doctor'], { KAFKA_BROKERS: '127.0.0.1:9' });
    expect(ran.code).toBe(4);
    expect(ran.out).toMatch(/✗ +Kafka/);
    expect(ran.out).toContain('npm run kafka');
  });

  it('passes over an event only where a view stands still, and only with a reason', async () => {
    const [first] = await sql<{ shard: number }>(
      cli.database.ownerUrl,
      'SELECT min(shard) AS shard FROM ledger.ledger_event',
    );
    const { shard } = first!;
    const at = ['--shard', String(shard), '--position', '1'];
    const skip = (view: string, ...more: string[]) =>
      cli.run(['projection', 'skip', view, ...at, ...more]);
    const none = await skip('burn-down', '--reason', 'known defect');
    expect(none.code).toBe(1);
    expect(none.err).toContain(`does not stand still at position 1 of shard ${shard}`);
    await sql(
      cli.database.ownerUrl,
      `INSERT INTO views.quarantine (name, version, shard, position, error)
       SELECT name, version, ${shard}, 1, 'cannot be folded' FROM views.projection
       WHERE name = 'burn-down' AND state = 'live'`,
    );
    expect((await skip('burn-down', '--reason', ' ')).code).toBe(2);
    expect((await skip('burn-up', '--reason', 'known defect')).code).toBe(2);
    expect((await skip('burn-down', '--reason', 'known defect')).code).toBe(0);
    expect((await skip('burn-down', '--reason', 'in\ntwo lines')).code).toBe(2);
    const again = await skip('burn-down', '--reason', 'another reason');
    expect(again.code).toBe(0);
    expect(again.err).toContain('decided it (known defect), and that is in the ledger');
    const [{ entry }, ...others] = (await sql<{ entry: string }>(
      cli.database.ownerUrl,
      `SELECT entry FROM ledger.ledger_event WHERE type = 'ProjectionEventSkipped'`,
    )) as [{ entry: string }];
    expect(others).toEqual([]);
    expect(JSON.parse(entry)).toMatchObject({
      actor: expect.stringMatching(/^cli:/) as unknown,
      body: {
        ...{
          view: 'burn-down',
          shard,
          position: 1,
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        ...{ error: 'cannot be folded', reason: 'known defect' },
      },
      source: 'projections',
    });
    // It can be folded, so the decision hides nothing.
    expect((await cli.run(['projection', 'rebuild', 'burn-down'])).code).toBe(0);
    const replayed = await cli.run(['replay']);
    expect(replayed).toMatchObject({ code: 0, out: expect.stringContaining('Match: ') as unknown });
    await sql(cli.database.ownerUrl, 'DELETE FROM views.quarantine');
  });

  it('holds the ledger against what verify said earlier', async () => {
    const path = cli.file('kept.json');
    expect((await cli.run(['verify', '--json', '--out', path])).code).toBe(0);
    const sound = await cli.run(['verify', '--checkpoint', path]);
    expect(sound.code).toBe(0);
    expect(sound.out).toMatch(
      /^Sound, and kept\.json \(\d{4}-\d\d-\d\d, \d+ events\) is part of it/,
    );

    const kept = JSON.parse(readFileSync(path, 'utf8')) as {
      ledgerId: string;
      shards: { shard: number; position: number; hash: string }[];
    };
    const other = kept.shards.find(({ position }) => position > 0)!;
    other.hash = '0'.repeat(64);
    writeFileSync(path, JSON.stringify(kept));
    const rewritten = await cli.run(['verify', '--checkpoint', path]);
    expect(rewritten.code).toBe(3);
    expect(rewritten.err).toContain(`checkpoint-mismatch in shard ${other.shard}`);
    writeFileSync(path, '{}');
    expect((await cli.run(['verify', '--checkpoint', path])).code).toBe(2);
    expect((await cli.run(['verify', '--checkpoint', cli.file('none.json')])).code).toBe(2);
  });

  it('watches until it is stopped', async () => {
    const child = cli.start(['show', 'portfolio', '--watch', '--format', 'csv']);
    let out = '';
    child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
    while (out.split('agreement,vendor').length < 3) await once(child.stdout!, 'data');
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
  }, 60_000);

  // Last: it damages the ledger.
  it('finds one stored amount that a superuser changed', async () => {
    const [event1] = await sql<{ shard: number; position: string }>(
      cli.database.ownerUrl,
      `SELECT shard, position::text AS position FROM ledger.ledger_event
       WHERE type = 'DrawdownRecorded' ORDER BY shard, ledger_event.position LIMIT 1`,
    );
    const { shard, position } = event1!;
    await sql(
      cli.database.ownerUrl,
      `ALTER TABLE ledger.ledger_event DISABLE TRIGGER USER;
       UPDATE ledger.ledger_event SET entry = replace(entry, '"gross":"', '"gross":"9')
       WHERE shard = ${shard} AND position = ${position};
       ALTER TABLE ledger.ledger_event ENABLE TRIGGER USER`,
    );
    const ran = await cli.run(['verify']);
    expect(ran.code).toBe(3);
    expect(ran.out).toContain('NOT SOUND');
    expect(ran.err).toContain(`hash-mismatch in shard ${shard} at position ${position}`);
  });
});
