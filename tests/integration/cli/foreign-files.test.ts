import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkInvariants } from '../../support/invariants.js';
import { sql } from '../../support/sql.js';
import { Cli } from './cli.js';
import { focusFile, focusHeader, type FocusCells } from './focus-file.js';

const FILES = join(dirname(fileURLToPath(import.meta.url)), 'focus');
const file = (name: string): string => join(FILES, name);

interface Summary {
  readonly counts: Readonly<Record<string, number>>;
  readonly inLedger: readonly { readonly gross: string; readonly applied: string }[];
  readonly refusals: readonly {
    readonly code: string;
    readonly column: string | null;
    readonly rows: number;
    readonly line: number;
  }[];
  readonly rounded: {
    readonly rows: number;
    readonly numbers: readonly Readonly<Record<string, unknown>>[];
  };
  readonly costsLeftOut: number;
  readonly remarks: readonly { readonly line: number; readonly code: string }[];
}

const deal = (agreementId: string, total = '100000') => ({
  agreementId,
  vendorId: agreementId,
  vendorName: agreementId,
  total,
  startsAt: '2025-01-01T00:00:00.000000Z',
  endsAt: '2028-01-01T00:00:00.000000Z',
});

/** Files as others made them: by exact arithmetic, by DuckDB from Parquet, joined, empty, damaged. Basis billed. */
describe('files as others make them', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.open(
      ['azure', 'duck', 'aws', 'empty', 'joined', 'misspelt', 'costs', 'refusing', 'posting'].map(
        (name) => deal(name),
      ),
    );
  });
  afterAll(async () => {
    expect(await checkInvariants(cli.database.ownerUrl)).toEqual([]);
    await cli.close();
  });

  const importing = (path: string, agreement: string): Promise<Summary> =>
    cli.json<Summary>(['import', 'focus', path, '--agreement', agreement]);
  const save = (name: string, content: string): string => {
    writeFileSync(cli.file(name), content);
    return cli.file(name);
  };

  it('records rows of more than 12 decimals, rounded half to even, and says how many and by how much', async () => {
    const first = await importing(file('f16-azure-digits.csv'), 'azure');
    expect(first.counts).toMatchObject({ read: 4, recorded: 4, refused: 0 });
    // 0.000146333333 + 26.304166666667 + 0 + 0.1
    expect(first.inLedger).toMatchObject([{ gross: '26.404313', applied: '26.404313' }]);
    expect(first.rounded).toEqual({
      rows: 4,
      numbers: [
        {
          of: 'billed',
          currency: 'USD',
          rows: 2,
          largest: '-0.000000000000333333',
          net: '-0.000000000000000333',
        },
        {
          of: 'effective',
          currency: 'USD',
          rows: 3,
          largest: '0.000000000000333333333',
          net: '0.000000000000333000003',
        },
        {
          of: 'list',
          currency: 'USD',
          rows: 1,
          largest: '-0.00000000000034',
          net: '-0.00000000000034',
        },
      ],
    });
    const again = await importing(file('f16-azure-digits.csv'), 'azure');
    expect(again.counts).toMatchObject({ recorded: 0, duplicate: 4 });
  });

  it('says on the screen what was rounded', async () => {
    const ran = await cli.run(['import', 'focus', file('f16-azure-digits.csv'), '-a', 'azure']);
    expect(ran.code).toBe(0);
    expect(ran.out.replace(/\s+/g, ' ')).toContain(
      'Rounded half to even, 4 rows with more decimals than are kept (costs 12, quantities 18): billed in USD in 2 rows, by -0.000000000000333333 at most',
    );
  });

  it.each(['f17-duckdb-from-parquet.csv', 'f17-duckdb-jsontags.csv', 'f17-duckdb-tz.csv'])(
    'records every row of %s',
    async (name) => {
      const { counts } = await importing(file(name), 'duck');
      expect([
        counts['read'],
        counts['refused'],
        counts['recorded']! + counts['duplicate']!,
      ]).toEqual([2, 0, 2]);
    },
  );

  it('takes a time as +00 and without it for the same, and a map of tags as JSON', async () => {
    expect((await importing(file('f17-duckdb-tz.csv'), 'duck')).counts).toMatchObject({
      duplicate: 2,
    });
    // duck1 twice (with and without zone: one row each), duck3: 2 x (0.3 + 26.304166666667)
    const portfolio = await cli.json<{
      data: { agreementId: string; applied: { amount: string } }[];
    }>(['show', 'portfolio']);
    const duck = portfolio.data.find(({ agreementId }) => agreementId === 'duck')!;
    expect(duck.applied.amount).toBe('53.208333333334');
  });

  it('is not kept from a billed cost by a list cost of 14 decimals', async () => {
    const summary = await importing(file('focus13-aws-4rows.csv'), 'aws');
    expect(summary.counts).toMatchObject({ read: 4, recorded: 4, refused: 0 });
    // 13.871898 + 0.0864 + 19.304861037 count, 0.5480316 of tax does not.
    expect(summary.inLedger).toMatchObject([{ gross: '33.811190637', applied: '33.263159037' }]);
    expect(summary.rounded.numbers).toEqual([
      expect.objectContaining({ of: 'list', rows: 1, largest: '0.00000000000014' }),
    ]);
  });

  it('takes a file of a header alone for a month without usage', async () => {
    const ran = await cli.run(['import', 'focus', file('f10-headeronly.csv'), '-a', 'empty']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('f10-headeronly.csv: no rows in it. Nothing was to be recorded.');
    expect(await importing(file('f10-headeronly.csv'), 'empty')).toMatchObject({
      counts: { read: 0, recorded: 0 },
    });
  });

  it('makes one remark about a header line in the middle', async () => {
    const summary = await importing(file('f10-concat.csv'), 'joined');
    expect(summary.counts).toMatchObject({ read: 2, recorded: 2, refused: 0 });
    expect(summary.remarks).toEqual([
      expect.objectContaining({ line: 3, code: 'repeated-header' }),
    ]);
  });

  it('takes a file with a misspelt column that nothing needs, with a word', async () => {
    const ran = await cli.run(['import', 'focus', file('misspelt-unneeded.csv'), '-a', 'misspelt']);
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('1 recorded') });
    expect(ran.out).toContain('"Skumeter" is called SkuMeter in FOCUS');
  });

  it('leaves out a cost that cannot be read and is not counted, and refuses one that is', async () => {
    const rows = (cells: FocusCells): string => focusFile(dated([{ BilledCost: '5', ...cells }]));
    const kept = await importing(
      save('costs.csv', rows({ ListCost: 'n/a', EffectiveCost: '$4' })),
      'costs',
    );
    expect(kept).toMatchObject({
      counts: { recorded: 1, refused: 0 },
      costsLeftOut: 1,
      inLedger: [{ gross: '5' }],
    });
    const [stored] = await sql<{ entry: string }>(
      cli.database.ownerUrl,
      `SELECT entry FROM ledger.ledger_event
       WHERE type = 'DrawdownRecorded' AND entry LIKE '%"billed":"5"%'`,
    );
    expect(/"costs":(\{[^}]*\})/.exec(stored!.entry)?.[1]).toBe('{"billed":"5","contracted":"1"}');

    const ran = await cli.run([
      ...['import', 'focus', save('billed.csv', rows({ BilledCost: '1,234.50' }))],
      ...['-a', 'costs'],
    ]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(
      'Nothing was recorded: 1 row was refused, most often for spreadsheet-number in BilledCost (1, first in line 2).',
    );
    // Which cost counts is not known before there is an agreement.
    const unknown = await cli.run([
      ...['import', 'focus', save('unknown.csv', rows({ ListCost: 'n/a' }))],
      ...['-a', 'later', '--allow-unknown'],
    ]);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('ListCost') });
  });

  it('says why rows were refused, most frequent first, and writes nothing beside the file', async () => {
    const path = save(
      'damaged.csv',
      focusFile(
        dated([
          { ResourceId: 'good' },
          { ChargeCategory: 'Gift' },
          ...Array.from({ length: 3 }, () => ({ ChargePeriodStart: '5/3/2026' })),
          { BillingCurrency: 'usd' },
          { ServiceName: 'a\u0007b' },
          { BillingAccountId: '=1' },
          { Tags: '{"a":' },
          { ProviderName: '' },
        ]),
      ),
    );
    const ran = await cli.run(['import', 'focus', path, '-a', 'refusing']);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('10 rows read, 1 recorded, 9 refused.');
    const lines = ran.out.split('\n');
    const at = lines.findIndex((line) => line.startsWith('Refused, the most frequent'));
    expect(lines[at + 3]).toMatch(/^ +3 +4 {2}spreadsheet-date/);
    expect(ran.out).toMatch(/Refused also for 2 other reasons\./);
    expect(ran.err).toContain('9 rows were refused, most often for spreadsheet-date');
    expect(ran.err).toContain('add --refused FILE to list them all');
    expect(readdirSync(cli.folder).filter((name) => name.includes('refused'))).toEqual([]);
    expect((await cli.run(['import', 'focus', path, '-a', 'refusing', '--strict'])).code).toBe(1);

    const list = cli.file('list.csv');
    await cli.run(['import', 'focus', path, '-a', 'refusing', '--refused', list]);
    expect(readFileSync(list, 'utf8').split('\n')).toHaveLength(11);
    // Its own list of an earlier run is replaced, and removed when nothing was refused.
    await cli.run(['import', 'focus', file('f10-headeronly.csv'), '--refused', list]);
    expect(existsSync(list)).toBe(false);
  });

  it('never writes refused rows over a file that is something else', async () => {
    const mine = save('mine.csv', 'do not lose me\n');
    const path = save('bad.csv', focusFile([{ BilledCost: 'x', EffectiveCost: 'x' }]));
    for (const target of [mine, path, cli.folder, '-', cli.file('none/refused.csv')]) {
      const ran = await cli.run(['import', 'focus', path, '-a', 'refusing', '--refused', target]);
      expect([target, ran.code, ran.err]).toEqual([
        target,
        2,
        expect.stringContaining(`--refused ${target}: `),
      ]);
      expect(ran.err).toContain('To fix it: ');
    }
    expect(readFileSync(mine, 'utf8')).toBe('do not lose me\n');
  });

  const event = (id: string, more: object = {}): string =>
    `${JSON.stringify({
      source: 'billing',
      id,
      agreement: 'posting',
      effectiveAt: '2026-05-03T00:00:00Z',
      currency: 'USD',
      ...more,
    })}\n`;

  it('rounds digits of usage events too, where a file brings them', async () => {
    const path = save(
      'events.ndjson',
      event('a', { amount: '0.30000000000000004' }) +
        event('b', { costs: { billed: '2', list: '21.44988849635786' } }) +
        event('c', { amount: '-0.0000000000001' }),
    );
    const posted = await cli.json<Summary>(['post', 'usage', path]);
    expect(posted.counts).toMatchObject({ recorded: 3, refused: 0 });
    expect(posted.inLedger).toMatchObject([{ gross: '2.3' }]);
    expect(posted.rounded).toMatchObject({
      rows: 3,
      numbers: [
        { of: 'amount', rows: 2, net: '0.00000000000009996' },
        { of: 'list', rows: 1, largest: '0.00000000000014' },
      ],
    });
    expect((await cli.json<Summary>(['post', 'usage', path])).counts).toMatchObject({
      duplicate: 3,
    });
  });

  it('is a failure when nothing of a file was taken, and none when it was there before', async () => {
    const refused = save('refused.ndjson', event('r', { amount: 1 }) + event('s', { amount: 'x' }));
    const ran = await cli.run(['post', 'usage', refused]);
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('amount-not-a-string') });
    expect(ran.err).toContain('Nothing was recorded: 2 rows were refused');
    expect(ran.err).toContain('To fix it: ');
    const good = save('good.ndjson', event('g', { amount: '1' }));
    expect((await cli.run(['post', 'usage', good])).code).toBe(0);
    expect((await cli.run(['post', 'usage', good])).code).toBe(0);
    expect((await cli.run(['post', 'usage', save('none.ndjson', '\n')])).code).toBe(0);
    const parked = save('parked.ndjson', event('p', { agreement: 'nobody', amount: '1' }) + 'x\n');
    expect((await cli.run(['post', 'usage', parked])).code).toBe(0);
  });

  it.each([
    ['CSV', `${focusHeader()}1,2,3\n`, 'it looks like CSV', 'import focus'],
    ['a JSON array', '[\n{"id":"a"}]\n', 'one JSON array', "jq -c '.[]'"],
    ['an indented object', '{\n  "id": "a"\n}\n', 'over several lines', 'jq -c .'],
  ])('says what %s is, instead of refusing each of its lines', async (_, content, what, fix) => {
    const ran = await cli.run(['post', 'usage', save('foreign', content)]);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain(what);
    expect(ran.err).toContain(fix);
  });

  it('calls a word what it is: not JSON', async () => {
    const posted = await cli.json<Summary>([
      ...['post', 'usage'],
      save('hello.ndjson', `${event('h', { amount: '1' })}hello\na,b,c\n`),
    ]);
    expect(posted.refusals).toEqual([
      expect.objectContaining({ code: 'json-malformed', rows: 2, line: 2 }),
    ]);
  });
});

/** Within the term of the agreements above. */
const dated = (rows: readonly FocusCells[]): readonly FocusCells[] =>
  rows.map((cells) => ({
    ChargePeriodStart: '2026-05-03T00:00:00Z',
    ChargePeriodEnd: 'NULL',
    BillingPeriodStart: 'NULL',
    BillingPeriodEnd: 'NULL',
    ...cells,
  }));
