import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { checkInvariants } from '../../support/invariants.js';
import { eventually } from '../../support/eventually.js';
import { sql } from '../../support/sql.js';
import { AMAZON, Cli, MICROSOFT } from './cli.js';
import { focusFile, writeFocusFile, type FocusCells } from './focus-file.js';

interface Summary {
  readonly counts: Readonly<Record<string, number>>;
  readonly inLedger: readonly Readonly<Record<string, unknown>>[];
}

const ROWS: readonly FocusCells[] = [
  { BilledCost: '600', ResourceId: 'a' },
  { BilledCost: '5E2', ResourceId: 'b' },
  { BilledCost: '-50', ResourceId: 'refund' },
  { BilledCost: '7', ChargeCategory: 'Tax', ResourceId: 'tax' },
  { BilledCost: '3', ResourceId: 'equal' },
  { BilledCost: '3', ResourceId: 'equal' },
  { BilledCost: '0', EffectiveCost: '40', CommitmentDiscountStatus: 'Unused', ResourceId: 'fee' },
  { BilledCost: '20', ProviderName: 'Microsoft', ResourceId: 'd' },
];

/** 600 + 500 - 50 + 3 + 3 = 1,056 of 1,000; the tax row counts as gross, not as applied. */
const AWS = {
  provider: 'AWS',
  currency: 'USD',
  rows: 6,
  gross: '1063',
  applied: '1000',
  overage: '56',
  ineligible: '7',
};
const AZURE = {
  provider: 'Microsoft',
  currency: 'USD',
  rows: 1,
  gross: '20',
  applied: '20',
  overage: '0',
  ineligible: '0',
};

describe('importing a FOCUS file', () => {
  let cli: Cli;
  beforeEach(async () => {
    cli = await Cli.open([AMAZON, MICROSOFT]);
  });
  afterEach(() => cli.close());

  const save = (name: string, content: string | Buffer): string => {
    writeFileSync(cli.file(name), content);
    return cli.file(name);
  };
  const importing = (path: string, ...more: string[]): Promise<Summary> =>
    cli.json<Summary>(['import', 'focus', path, ...more]);

  it('accounts for every row, by provider', async () => {
    const summary = await importing(save('usage.csv', focusFile(ROWS)));
    expect(summary.counts).toEqual({
      read: 8,
      recorded: 7,
      duplicate: 0,
      parked: 0,
      refused: 0,
      notUsage: 1,
      unanswered: 0,
      unrecordable: 0,
    });
    expect(summary.inLedger).toEqual([AWS, AZURE]);
    expect(await checkInvariants(cli.database.ownerUrl)).toEqual([]);
  });

  it('records nothing the second time, in another order, compressed, or written in another way', async () => {
    await importing(save('usage.csv', focusFile(ROWS)));
    const again = [
      save('usage.csv', focusFile(ROWS)),
      save('turned.csv', focusFile([...ROWS].reverse())),
      save('usage.csv.gz', gzipSync(focusFile(ROWS))),
      save(
        'other.csv',
        focusFile(ROWS).replaceAll('T22:00:00Z', ' 22:00:00').replaceAll('"600"', '600.000'),
      ),
    ];
    for (const path of again) {
      const summary = await importing(path);
      expect([path, summary.counts]).toEqual([
        path,
        expect.objectContaining({ recorded: 0, duplicate: 7 }),
      ]);
      expect(summary.inLedger.map(({ gross, applied }) => [gross, applied])).toEqual([
        ['1063', expect.any(String)],
        ['20', '20'],
      ]);
    }
    expect(await cli.count('DrawdownRecorded')).toBe(7);
  });

  it('refuses bad rows with line, column, code and value, and takes their neighbours', async () => {
    const path = save(
      'usage.csv',
      focusFile([
        { ResourceId: 'good' },
        { BilledCost: '1,234.50' },
        { BillingAccountId: '=cmd()' },
        { ProviderName: 'Oracle' },
        { ChargePeriodStart: '2031-01-01T00:00:00Z', ChargePeriodEnd: 'NULL' },
        { ResourceId: 'good too' },
      ]) + 'cut,off\n',
    );
    const list = cli.file('refused.csv');
    const ran = await cli.run(['import', 'focus', path, '--refused', list]);
    expect([ran.code, ran.out]).toEqual([
      0,
      expect.stringContaining('7 rows read, 2 recorded, 5 refused.'),
    ]);
    expect(ran.err).toContain(`they are listed in ${list}.`);
    const [header, ...lines] = readFileSync(list, 'utf8').trim().split('\n');
    expect(header).toBe('line,column,code,value,message');
    expect(lines.map((line) => line.split(',').slice(0, 3).join(',')).sort()).toEqual([
      '3,BilledCost,spreadsheet-number',
      '4,BillingAccountId,formula-in-code',
      '5,ProviderName,agreement-not-mapped',
      '6,,effective-too-far-ahead',
      '8,,column-count',
    ]);
    expect(lines.find((line) => line.startsWith('4,'))).toContain(",'=cmd()");
    const onRecord = await sql<{ code: string }>(
      cli.database.ownerUrl,
      "SELECT code FROM ledger.refused WHERE channel = 'file' ORDER BY code",
    );
    expect(onRecord.map(({ code }) => code)).toEqual([
      'agreement-not-mapped',
      'column-count',
      'effective-too-far-ahead',
      'formula-in-code',
      'spreadsheet-number',
    ]);
    expect((await cli.run(['import', 'focus', path, '--strict'])).code).toBe(1);

    writeFileSync(path, focusFile([{ ResourceId: 'good' }]));
    await importing(path, '--refused', list);
    expect(existsSync(list)).toBe(false);
  });

  it('refuses what is no FOCUS file before anything is recorded', async () => {
    const ran = await cli.run(['import', 'focus', save('usage.csv', 'a;b;c\n1;2;3\n')]);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('[wrong-delimiter]');
    expect(await cli.count('DrawdownRecorded')).toBe(0);
  });

  it('keeps what came before the damage, says where it is, and goes on with the repaired file', async () => {
    const good = focusFile(ROWS.slice(0, 2));
    const ran = await cli.run(['import', 'focus', save('usage.csv', `${good}"an open quote`)]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('line 4');
    expect((await importing(save('usage.csv', focusFile(ROWS)))).inLedger).toEqual([AWS, AZURE]);
  });

  it('takes the agreement that is named, by option or by map file', async () => {
    const path = save('usage.csv', focusFile([{ ProviderName: 'Reseller Ltd' }]));
    const map = save(
      'map.json',
      '[{"match": {"provider": ["Reseller Ltd"]}, "agreement": "microsoft-lab"}]',
    );
    const unmapped = await cli.run(['import', 'focus', path]);
    expect(unmapped).toMatchObject({
      code: 1,
      out: expect.stringContaining('agreement-not-mapped'),
    });
    expect((await importing(path, '--map', map)).counts).toMatchObject({ recorded: 1 });
    const elsewhere = await cli.run(['import', 'focus', path, '--agreement', 'amazon-lab']);
    expect(elsewhere).toMatchObject({ code: 1, out: expect.stringContaining('identity-reused') });
  });

  it('does not let a misspelt agreement swallow usage, unless told to', async () => {
    const path = save('usage.csv', focusFile([{}]));
    const ran = await cli.run(['import', 'focus', path, '--agreement', 'amazon-lap']);
    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringContaining('Use one of amazon-lab, microsoft-lab'),
    });
    const waiting = await importing(path, '--agreement', 'future-lab', '--allow-unknown');
    expect(waiting.counts).toMatchObject({ parked: 1 });
  });

  it('killed in the middle and started again, counts every row once', async () => {
    const rows = 12_000;
    await writeFocusFile(cli.file('large.csv'), rows);
    const child = cli.start(['import', 'focus', cli.file('large.csv')]);
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('exit', (_code, signal) => resolve(signal)),
    );
    await eventually(async () =>
      expect(await cli.count('DrawdownRecorded')).toBeGreaterThan(1_000),
    );
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const before = await cli.count('DrawdownRecorded');
    expect(before).toBeLessThan(rows);

    const summary = await importing(cli.file('large.csv'));
    const { recorded, duplicate } = summary.counts as { recorded: number; duplicate: number };
    expect(recorded + duplicate).toBe(rows);
    expect(duplicate).toBeGreaterThanOrEqual(before);
    // 1/1000 + 2/1000 + … + 12,000/1000
    expect(summary.inLedger).toEqual([
      expect.objectContaining({
        rows,
        gross: '72006',
        applied: '1000',
        overage: '71006',
        ineligible: '0',
      }),
    ]);
    expect(await cli.count('DrawdownRecorded')).toBe(rows);
    expect(await checkInvariants(cli.database.ownerUrl)).toEqual([]);
  }, 120_000);
});
