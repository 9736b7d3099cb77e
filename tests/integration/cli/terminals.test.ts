import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compact } from '../../../apps/cli/format.js';
import { textWidth } from '../../../apps/cli/text-width.js';
import { Cli } from './cli.js';

const WIDTHS = [40, 60, 72, 80, 100, 120, 200];

/** Everything that prints a table of numbers, over the reference deals: billions with cents. */
const COMMANDS: readonly (readonly string[])[] = [
  ['show', 'portfolio'],
  ['show', 'burn-down'],
  ['show', 'burn-down', 'amazon-openai.capacity'],
  ['show', 'burn-down', 'google-anthropic.compute', '--interval', 'week'],
  ['show', 'obligation'],
  ['show', 'obligation', 'amazon-openai.capacity'],
  ['show', 'forecast'],
  ['show', 'forecast', 'microsoft-openai.azure-ramp'],
  ['what-if', '--growth', '3', '--price', 'amazon=10@2027-01-01'],
  ['show', 'concentration'],
  ['show', 'concentration', '--base', 'committed'],
  ['show', 'tranches'],
  ['show', 'circularity'],
  ['verify'],
  ['replay'],
  ['projection', 'status'],
  ['key', 'list'],
  ['dlq', 'list'],
];

const NUMBER = /-?\d[\d,]*(?:\.\d+)?(?: [MBT%](?![a-z])|×)?/g;
const HASH = /[0-9a-f]{12,}/g;

/** Amounts, counts, ratios and days: what stands in a table without what is said around it. */
const numbersOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(' '))
    .flatMap((line) => line.replace(HASH, '').match(NUMBER) ?? []);

describe('tables on terminals', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.open();
    expect((await cli.run(['seed', '--rows', '365'])).code).toBe(0);
    expect((await cli.run(['key', 'create', 'billing', '--role', 'poster'])).code).toBe(0);
  }, 180_000);
  afterAll(() => cli.close());

  /** With room for all: what a complete number may look like. */
  const completeNumbers = async (args: readonly string[]): Promise<ReadonlySet<string>> => {
    const { out } = await cli.look(1_000, args);
    const whole = numbersOf(out);
    const money = whole.filter((number) => /\.\d\d$/.test(number));
    return new Set([...whole, ...money.map((each) => compact(each.replaceAll(',', '')))]);
  };

  it.each(COMMANDS)(
    '%s %s %s never cuts a number, and never is wider than its terminal',
    async (...args) => {
      const command = args.filter((part) => part !== undefined);
      const complete = await completeNumbers(command);
      for (const width of WIDTHS) {
        const { code, out } = await cli.look(width, command);
        expect([width, code]).toEqual([width, 0]);
        const wide = out.split('\n').filter((line) => textWidth(line) > width);
        expect([width, wide]).toEqual([width, []]);
        expect([width, numbersOf(out).filter((number) => !complete.has(number))]).toEqual([
          width,
          [],
        ]);
        expect(out).not.toContain('…');
      }
    },
  );

  it('leaves columns out, then makes a list, and says so', async () => {
    const wide = await cli.look(200, ['show', 'burn-down']);
    expect(wide.out).toMatch(/amazon-anthropic\.cloud +\d\.\d\d B/);
    expect(wide.out).toContain('M million, B billion, T trillion, rounded');
    expect(wide.out).not.toContain('Not at this width');
    const fewer = await cli.look(80, ['show', 'burn-down']);
    expect(fewer.out).toContain('Not at this width: Overage, A day, Needed');
    const list = await cli.look(40, ['show', 'burn-down']);
    expect(list.out).toMatch(
      / amazon-anthropic\.cloud\n {3}Applied +\d\.\d\d B\n {3}Overage +0\.00\n/,
    );
  });

  it('says the risk in words, and in colours where there are any', async () => {
    for (const width of [60, 80, 120]) {
      const { out } = await cli.look(width, ['show', 'portfolio']);
      for (const word of ['high', 'past due', 'medium', 'unknown', 'no end known'])
        expect(out).toContain(word);
      expect(out.indexOf('past due')).toBeLessThan(out.indexOf('no end known'));
    }
  });

  it('shows all digits where asked, whatever room they take', async () => {
    for (const width of [40, 100, 200]) {
      const { out } = await cli.look(width, ['show', 'portfolio', '--exact']);
      expect(out).toMatch(/96,\d{3},\d{3},\d{3}\.\d{3,12}/);
      expect(out).not.toMatch(/\d [MBT]\b/);
    }
  });

  it('is for pipes the same on every machine: at 100 columns', async () => {
    const { out } = await cli.run(['show', 'portfolio']);
    expect(out).toMatch(/amazon-anthropic +unknown +100\.00 B +\d\.\d\d B/);
    expect(out).toMatch(/Not at this width: .*Used up on/);
  });
});
