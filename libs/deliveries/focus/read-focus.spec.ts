import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { FocusFileRefused, type FocusRemark, type FocusRow, type RowProblem } from './focus-row.js';
import { FOCUS_LIMITS, readFocus, type FocusLimits } from './read-focus.js';

const HEADER =
  'BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ProviderName,x_Custom';
const ROW = '1.50,1.25,USD,Usage,2024-09-18T22:00:00Z,AWS,kept out';

/** In pieces of odd sizes, because that is how files arrive. */
const stream = (content: string | Buffer, piece = 7): Readable => {
  const bytes = Buffer.from(content as string);
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    })(),
  );
};

const read = async (
  content: string | Buffer,
  limits: FocusLimits = FOCUS_LIMITS,
  remarks: FocusRemark[] = [],
): Promise<(FocusRow | RowProblem)[]> => {
  const rows: (FocusRow | RowProblem)[] = [];
  for await (const row of readFocus(stream(content), limits, (remark) => remarks.push(remark)))
    rows.push(row);
  return rows;
};

const refusal = async (content: string | Buffer, limits?: FocusLimits) => {
  try {
    await read(content, limits);
  } catch (error) {
    if (!(error instanceof FocusFileRefused)) throw error;
    return { code: error.code, line: error.line, column: error.column };
  }
  throw new Error('it was read');
};

const costs = (rows: readonly (FocusRow | RowProblem)[]): unknown[] =>
  rows.map((row) =>
    row.kind === 'row' ? [row.line, row.text('BilledCost')] : [row.line, row.code],
  );

describe('reading a FOCUS file', () => {
  it('gives the rows with their lines', async () => {
    const rows = await read(
      `${HEADER}\n${ROW}\n"2.50",1,USD,Usage,2024-09-18,AWS,"two\nlines"\n${ROW}\n`,
    );
    expect(costs(rows)).toEqual([
      [2, '1.50'],
      [3, '2.50'],
      [5, '1.50'],
    ]);
  });

  it.each([
    ['a byte order mark at the start', `\uFEFF${HEADER}\n${ROW}\n`],
    ['gzip', gzipSync(`${HEADER}\n${ROW}\n`)],
    ['Windows line ends', `${HEADER}\r\n${ROW}\r\n`],
    ['mixed line ends', `${HEADER}\r\n${ROW}\n`],
    ['no line end at the end', `${HEADER}\n${ROW}`],
    ['empty lines', `${HEADER}\n\n${ROW}\n\n`],
  ])('takes %s', async (_, content) => {
    const rows = await read(content);
    expect(rows.map((row) => row.kind === 'row' && row.text('BilledCost'))).toEqual(['1.50']);
  });

  it('reads NULL, null and nothing as null, and a column that is not there too', async () => {
    const rows = await read(`${HEADER},ListCost,ContractedCost,Tags\n${ROW},NULL,,null\n`);
    const row = rows[0] as FocusRow;
    expect(
      ['ListCost', 'ContractedCost', 'Tags', 'SkuId'].map((c) => row.text(c as 'Tags')),
    ).toEqual([null, null, null, null]);
  });

  it('reads the provider of 1.3 files, and falls back to the old column', async () => {
    const header =
      HEADER.replace('ProviderName', 'ServiceProviderName') + ',ProviderName,HostProviderName';
    const rows = (await read(
      `${header}\n${ROW},old,host\n${ROW.replace('AWS', '')},old,host\n`,
    )) as FocusRow[];
    expect(rows.map((row) => [row.text('ProviderName'), row.text('PublisherName')])).toEqual([
      ['AWS', 'host'],
      ['old', 'host'],
    ]);
  });

  it('gives a damaged row as a problem and goes on', async () => {
    const latin = Buffer.concat([
      Buffer.from(`${HEADER}\n`),
      Buffer.from(ROW.replace('AWS', 'é'), 'latin1'),
    ]);
    expect(
      costs(await read(`${HEADER}\n${ROW},more\n1,2\n${ROW.replace('AWS', 'A\0S')}\n${ROW}\n`)),
    ).toEqual([
      [2, 'column-count'],
      [3, 'column-count'],
      [4, 'nul-character'],
      [5, '1.50'],
    ]);
    expect(costs(await read(Buffer.concat([latin, Buffer.from(`\n\uFEFF${ROW}\n`)])))).toEqual([
      [2, 'not-utf-8'],
      [3, 'byte-order-mark'],
    ]);
  });

  it.each([
    ['nothing', '', 'empty-file', null],
    ['no header', `${ROW}\n${ROW}\n`, 'missing-column', 1],
    ['a missing column', `${HEADER.replace('BilledCost', 'Cost')}\n${ROW}\n`, 'missing-column', 1],
    ['a column twice', `${HEADER},BilledCost\n${ROW},1\n`, 'duplicate-column', 1],
    [
      'a column in other case',
      `${HEADER.replace('BilledCost', 'billed_cost')}\n${ROW}\n`,
      'misspelt-column',
      1,
    ],
    ['semicolons', `${HEADER.replaceAll(',', ';')}\n`, 'wrong-delimiter', 1],
    ['tabs', `${HEADER.replaceAll(',', '\t')}\n`, 'wrong-delimiter', 1],
    ['an open quote', `${HEADER}\n${ROW}\n"1.50,1,USD`, 'quote-not-closed', 3],
    ['a quote in the middle', `${HEADER}\n${ROW}\n1.50,1"0,USD,Usage\n`, 'misplaced-quote', 3],
    ['text behind a quote', `${HEADER}\n"1.50"0,1,USD\n`, 'misplaced-quote', 2],
    ['an endless row', `${HEADER}\n"${'x'.repeat(70_000)}`, 'row-too-long', 2],
    ['UTF-16', Buffer.from(`\uFEFF${HEADER}`, 'utf16le'), 'utf-16-file', null],
    ['a workbook', Buffer.from('504b0304140006', 'hex'), 'zip-archive', null],
    ['Parquet', Buffer.from('PAR1....'), 'parquet-file', null],
    ['a PDF', Buffer.from('%PDF-1.7'), 'pdf-file', null],
    ['gzip twice', gzipSync(gzipSync(HEADER)), 'nested-archive', null],
    ['gzip of a workbook', gzipSync(Buffer.from('504b0304140006', 'hex')), 'zip-archive', null],
    ['half a gzip file', gzipSync(`${HEADER}\n${ROW}\n`).subarray(0, 60), 'gzip-damaged', null],
  ])('refuses %s', async (_, content, code, line) => {
    expect(await refusal(content)).toMatchObject({ code, line });
  });

  it('takes a header alone: a month without usage', async () => {
    expect(await read(`${HEADER}\n`)).toEqual([]);
    expect(await read(gzipSync(HEADER))).toEqual([]);
  });

  it('passes over a header line among the rows, with one remark, and reads what follows by it', async () => {
    const turned = HEADER.split(',').reverse().join(',');
    const remarks: FocusRemark[] = [];
    const rows = await read(
      `${HEADER}\n${ROW}\n${HEADER}\n${ROW}\n${turned}\n${ROW.split(',').reverse().join(',')}\n`,
      FOCUS_LIMITS,
      remarks,
    );
    expect(costs(rows)).toEqual([
      [2, '1.50'],
      [4, '1.50'],
      [6, '1.50'],
    ]);
    expect(remarks.map(({ line, code }) => [line, code])).toEqual([
      [3, 'repeated-header'],
      [5, 'repeated-header'],
    ]);
  });

  it('stops at a header line among the rows that lacks what is needed', async () => {
    const without = HEADER.replace('ProviderName', 'Vendor');
    expect(await refusal(`${HEADER}\n${ROW}\n${without}\n${ROW}\n`)).toEqual({
      code: 'missing-column',
      line: 3,
      column: 'ProviderName',
    });
  });

  it('says a word about a misspelt column that nothing reads, and refuses one that something reads', async () => {
    const remarks: FocusRemark[] = [];
    const rows = await read(`${HEADER},Skumeter\n${ROW},x\n`, FOCUS_LIMITS, remarks);
    expect([rows.length, remarks]).toEqual([
      1,
      [
        {
          line: 1,
          code: 'misspelt-column',
          message: 'the column "Skumeter" is called SkuMeter in FOCUS; nothing here reads it',
        },
      ],
    ]);
    expect(await refusal(`${HEADER},Skuid\n${ROW},x\n`)).toMatchObject({
      code: 'misspelt-column',
      column: 'Skuid',
    });
  });

  it('names the column', async () => {
    expect(await refusal(`${HEADER.replace('ProviderName', 'Vendor')}\n${ROW}\n`)).toMatchObject({
      column: 'ProviderName',
    });
  });

  it('has limits', async () => {
    const limits = { ...FOCUS_LIMITS, rowsMax: 2 };
    expect(await refusal(`${HEADER}\n${`${ROW}\n`.repeat(3)}`, limits)).toMatchObject({
      code: 'too-many-rows',
    });
    expect(
      await refusal(gzipSync(`${HEADER}\n${`${ROW}\n`.repeat(300)}`), {
        ...limits,
        fileBytesMax: 200,
      }),
    ).toMatchObject({
      code: 'file-too-large',
    });
  });

  it('lets go of the file when the reader stops', async () => {
    const input = stream(`${HEADER}\n${`${ROW}\n`.repeat(1000)}`);
    for await (const row of readFocus(input)) {
      expect(row.kind).toBe('row');
      break;
    }
    expect(input.destroyed).toBe(true);
  });
});
