import { describe, expect, it } from '@jest/globals';
import { csvCell, render, type Report } from './report.js';
import { layOut } from './lay-out.js';
import type { Table } from './table.js';

const TABLE: Table = {
  title: 'Vendors',
  columns: [
    { title: 'Vendor', align: 'left' },
    { title: 'Amount', align: 'right' },
    { title: 'Note', align: 'left', drop: 1 },
  ],
  rows: [
    ['amazon', '1,000.00', 'the largest of them'],
    ['google', '20.00', ''],
  ],
  total: ['Together', '1,020.00', ''],
};

const REPORT: Report = {
  headline: 'Two vendors.',
  tables: [TABLE],
  notes: ['A note.'],
  answer: { vendors: ['amazon', 'google'] },
  records: {
    columns: ['vendor', 'amount'],
    rows: [
      ['amazon', '1000'],
      ['=1+1', null],
    ],
  },
  seen: {
    asOf: '2026-11-21',
    knownAt: null,
    ledgerPosition: { '0': 12, '1': 3 },
    lag: 4,
    skipped: 0,
    skippedEvents: [],
  },
};

const PLAIN = { width: 100, color: false };

describe('a report', () => {
  it('for people has a sentence, tables, notes, and how far it has seen', () =>
    expect(render(REPORT, 'table', PLAIN)).toBe(
      [
        'Two vendors.',
        '',
        'Vendors',
        ' Vendor      Amount  Note',
        ' ────────  ────────  ───────────────────',
        ' amazon    1,000.00  the largest of them',
        ' google       20.00',
        ' ────────  ────────  ───────────────────',
        ' Together  1,020.00',
        '',
        'A note.',
        'Amounts are rounded one by one, so a total can differ by a cent; --json and --format csv are exact.',
        'As of 2026-11-21, everything recorded · ledger position 0:12 1:3 · 4 events behind the ledger',
        '',
      ].join('\n'),
    ));

  it('for programs is the answer, for spreadsheets the exact values', () => {
    expect(JSON.parse(render(REPORT, 'json', PLAIN))).toEqual(REPORT.answer);
    expect(render(REPORT, 'csv', PLAIN)).toBe(
      "vendor,amount,skipped,skippedEvents\namazon,1000,0,\n'=1+1,,0,\n",
    );
  });

  it('leaves out what does not fit a narrow terminal, the least needed first', () => {
    const lines = layOut(TABLE, { width: 30, color: false }).text.split('\n');
    expect(lines[1]).toBe(' Vendor      Amount');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(30);
  });

  it('shows text of others as text: no terminal commands, no turned reading direction', () => {
    const rows = [['\u001b[31mred\u001b[0m \u202egnp.exe', '1.00', '\u0007']];
    expect(layOut({ columns: TABLE.columns, rows }, PLAIN).text).toContain(' red \ufffdgnp.exe');
  });

  it('has colour only where asked', () => {
    const ESCAPE = '\u001b[';
    expect(render(REPORT, 'table', PLAIN)).not.toContain(ESCAPE);
    expect(render(REPORT, 'table', { width: 100, color: true })).toContain(
      `${ESCAPE}1mTwo vendors.`,
    );
  });
});

describe('a cell of a CSV file', () => {
  it.each([
    ['plain', 'plain'],
    ['-12.5', '-12.5'],
    ['=cmd()', "'=cmd()"],
    ['+1 (800)', "'+1 (800)"],
    ['-x', "'-x"],
    ['@a', "'@a"],
    ['-', "'-"],
    ['-1e3', "'-1e3"],
    ['\tb', "'\tb"],
    ['\r=b', `"'\r'=b"`],
    ['＝cmd()', "'＝cmd()"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠a', "'＠a"],
    ['a\n=cmd()', `"a\n'=cmd()"`],
    ['a\r\n@b\n-1', `"a\r\n'@b\n'-1"`],
    ['a\n＝1', `"a\n'＝1"`],
    ['a-b=c', 'a-b=c'],
    [-12.5, '-12.5'],
    ['a,b', '"a,b"'],
    ['say "a"', '"say ""a"""'],
    ['=a,b', `"'=a,b"`],
    [null, ''],
  ])('%j is written %j', (value, written) => expect(csvCell(value)).toBe(written));
});
