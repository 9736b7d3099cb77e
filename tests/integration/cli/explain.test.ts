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
      'applied',
      'amazon-lab.cloud',
    ]);
    expect([err, code]).toEqual(['', 0]);
    expect(out).toContain('applied of burn-down, commitmentId amazon-lab.cloud: USD 300.25');
    expect(out.match(/DrawdownRecorded/g)).toHaveLength(3);
    expect(out).toMatch(/used, default, terms 1/);
    expect(out).toMatch(/In all +300\.25/);
    expect(out).toContain('The lines add up to the figure that the view answers.');
  });

  it('shows what another figure is made of, by the name that `show` gives the view', async () => {
    const of = ['explain', 'obligation', 'remaining', 'amazon-lab.cloud'];
    const { out } = await cli.run(of);
    expect(out).toMatch(/total +[^\n]*1,000\.00/);
    expect(out).toMatch(/applied +[^\n]*-300\.25/);
    const answer = await cli.json<Explanation>(of);
    expect(mismatchesOf(schema, answer)).toEqual([]);
    expect(answer.value).toEqual({ amount: '699.75', currency: 'USD' });
  });

  it('goes on page by page', async () => {
    const of = ['explain', 'burn-down', 'applied', 'amazon-lab.cloud', '--limit', '2'];
    const first = await cli.run(of);
    const [, cursor] = /more: --cursor (\S+)/.exec(first.out.replace(/\n/g, ' ')) ?? [];
    const { lines, addsUp } = await cli.json<Explanation>([...of, '--cursor', cursor!]);
    expect([lines.length, addsUp]).toEqual([1, true]);
  });

  it.each([
    [['burn-down', 'used', 'amazon-lab.cloud'], 2, 'it has total, applied, released'],
    [['periods', 'applied', 'amazon-lab.cloud'], 2, 'is of one period'],
    [['burn-down', 'applied', 'amazon-lab.tpu'], 1, 'There is no commitment amazon-lab.tpu'],
    [['no-view', 'applied', 'amazon-lab.cloud'], 2, 'It is one of burn-down'],
  ])('refuses %j', async (args, exit, why) => {
    const { code, err } = await cli.run(['explain', ...args]);
    expect(code).toBe(exit);
    expect(err.replace(/\s+/g, ' ')).toContain(why);
  });
});
