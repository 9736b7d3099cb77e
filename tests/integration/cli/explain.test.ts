import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import type { Explanation } from '../../../libs/projections/explanation/answer.js';
import { Explanation as schema } from '../../../libs/projections/explanation/answer.js';
import { mismatchesOf } from '../api/json-schema.js';
import { AMAZON, Cli } from './cli.js';
import { focusFile } from './focus-file.js';

describe('explain', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.open([AMAZON]);
    writeFileSync(
      cli.file('usage.csv'),
      focusFile([{ BilledCost: '250' }, { BilledCost: '60.25' }, { BilledCost: '-10' }]),
    );
    expect((await cli.run(['import', 'focus', cli.file('usage.csv')])).code).toBe(0);
  });
  afterAll(() => cli.close());

  it('shows the entries of a figure as a table that adds up', async () => {
    const { out, err, code } = await cli.run([
      'explain',
      'burn-down',
      'amazon-lab.cloud',
      '--figure',
      'applied',
    ]);
    expect([err, code]).toEqual(['', 0]);
    expect(out).toContain('applied of burn-down, commitmentId amazon-lab.cloud: USD 300.25');
    expect(out.match(/DrawdownRecorded/g)).toHaveLength(3);
    expect(out).toMatch(/used, default, terms 1/);
    expect(out).toMatch(/In all +300\.25/);
    expect(out).toContain('The lines add up to the figure that the view answers.');
  });

  it('shows what another figure is made of, by the name that `show` gives the view', async () => {
    const of = ['explain', 'obligation', 'amazon-lab.cloud', '--figure', 'remaining'];
    const { out } = await cli.run(of);
    expect(out).toMatch(/total +[^\n]*1,000\.00/);
    expect(out).toMatch(/applied +[^\n]*-300\.25/);
    const answer = await cli.json<Explanation>(of);
    expect(mismatchesOf(schema, answer)).toEqual([]);
    expect(answer.value).toEqual({ amount: '699.75', currency: 'USD' });
  });

  it('explains what hangs on a vendor', async () => {
    const of = [
      'explain',
      'concentration',
      'amazon',
      '--figure',
      'amount',
      '--as-of',
      '2024-12-31',
    ];
    const { out, code } = await cli.run([...of, '--base', 'remaining']);
    expect([code, out]).toEqual([0, expect.stringMatching(/remaining +[^\n]*699\.75/)]);
    expect((await cli.json<Explanation>(of)).addsUp).toBe(true);
    expect((await cli.run(['explain', 'concentration', 'nobody', '--figure', 'amount'])).code).toBe(
      1,
    );
  });

  it('shows what moved since a moment, and why', async () => {
    const { ledgerPosition } = await cli.json<Explanation>(['show', 'portfolio']);
    const since = Object.entries(ledgerPosition)
      .map(([shard, at]) => `${shard}:${at}`)
      .join();
    const still = await cli.run(['show', 'portfolio', '--since', since]);
    expect(still.out).toContain(`Nothing moved since ${since}.`);
    writeFileSync(cli.file('more.csv'), focusFile([{ BilledCost: '40', ResourceId: 'r-more' }]));
    expect((await cli.run(['import', 'focus', cli.file('more.csv')])).code).toBe(0);
    const { out } = await cli.run(['show', 'burn-down', 'amazon-lab', '--since', since]);
    expect(out).toContain('1 commitment moved since');
    expect(out).toMatch(/amazon-lab\.cloud +applied +300\.25 +340\.25 +40\.00/);
    expect(out).toMatch(/amazon-lab\.cloud +remaining +699\.75 +659\.75 +-40\.00/);
    expect(out).toMatch(/1 × DrawdownRecorded +40\.00/);
    expect(out).toContain('Recorded since then: 1 × DrawdownRecorded.');
    const change = await cli.json<Explanation>([
      ...['explain', 'burn-down', 'amazon-lab.cloud', '--figure', 'remaining', '--since', since],
    ]);
    expect([change.value?.amount, change.addsUp]).toEqual(['-40', true]);
    const wrong = await cli.run(['show', 'obligation', '--since', 'Friday']);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--since 0:120,1:7')]);
  });

  it('goes on page by page', async () => {
    const of = ['explain', 'burn-down', 'amazon-lab.cloud', '--figure', 'applied', '--limit', '2'];
    const first = await cli.run(of);
    const [, cursor] = /more: --cursor (\S+)/.exec(first.out.replace(/\n/g, ' ')) ?? [];
    const { lines, addsUp } = await cli.json<Explanation>([...of, '--cursor', cursor!]);
    expect([lines.length, addsUp]).toEqual([2, true]);
  });

  it.each([
    [['burn-down', 'amazon-lab.cloud', '--figure', 'used'], 2, 'it has total, applied, released'],
    [['periods', 'amazon-lab.cloud', '--figure', 'applied'], 2, 'is of one period'],
    [
      ['burn-down', 'amazon-lab.tpu', '--figure', 'applied'],
      1,
      'There is no amazon-lab.tpu in burn-down',
    ],
    [
      ['no-view', 'amazon-lab.cloud', '--figure', 'applied'],
      2,
      'It is one of portfolio, burn-down',
    ],
  ])('refuses %j', async (args, exit, why) => {
    const { code, err } = await cli.run(['explain', ...args]);
    expect(code).toBe(exit);
    expect(err.replace(/\s+/g, ' ')).toContain(why);
  });
});
