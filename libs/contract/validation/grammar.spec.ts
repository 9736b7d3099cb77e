import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as rules from './rules.js';
import type { Rule } from './rules.js';

/** What the pattern takes and the rule refuses all the same, by code: no pattern can tell. */
type Excused = readonly string[];

const RULES: readonly (readonly [string, Rule, Excused])[] = [
  ['code', rules.code, []],
  ['path of two', rules.path(2), []],
  ['path of three', rules.path(3), []],
  ['text', rules.text({ max: 40 }), ['text-not-normalized']],
  ['text that may be empty', rules.text({ min: 0, max: 40 }), ['text-not-normalized']],
  ['source', rules.source, ['source-reserved']],
  ['amount', rules.amount(), []],
  ['amount above zero', rules.amount({ sign: 'positive' }), []],
  ['amount of zero or more', rules.amount({ sign: 'not-negative' }), []],
  ['agreed amount', rules.contractAmount({ sign: 'positive' }), []],
  ['fraction', rules.decimalUpTo(1), []],
  ['percentage', rules.decimalUpTo(100), []],
  ['quantity', rules.quantity, []],
  ['currency', rules.currency, []],
  // A day that its month does not have; the turn of a year that the offset moves into the last one's next.
  ['instant', rules.instant(), ['instant-malformed']],
  ['day', rules.day, ['day-malformed']],
  ['sha256', rules.sha256, []],
  ['uri', rules.uri, []],
];

const patternOf = (rule: Rule): RegExp => new RegExp(rule.schema!['pattern'] as string);
const fits = ({ schema }: Rule, text: string): boolean =>
  new RegExp(schema!['pattern'] as string, 'u').test(text) &&
  [...text].length >= ((schema!['minLength'] as number | undefined) ?? 0) &&
  [...text].length <= ((schema!['maxLength'] as number | undefined) ?? Infinity);

/** Beside a unit, as a quantity must be, and beside a currency that has as many decimals as any. */
const verdict = (rule: Rule, text: string): string | null =>
  rule(text, { unit: 'hours', currency: 'KWD' })?.code ?? null;

const PIECES = [
  ...[
    '',
    '-',
    '+',
    '0',
    '00',
    '1',
    '9',
    '12',
    '100',
    '.',
    '.5',
    '.000',
    '5'.repeat(12),
    '7'.repeat(18),
    '1e3',
  ],
  ...[
    'a',
    'A',
    'amazon',
    '_',
    '.b',
    ' ',
    '\t',
    '\n',
    '\u0000',
    '\u200b',
    '\u00a0',
    'é',
    'e\u0301',
    '한',
    '\u{1f680}',
    '/',
  ],
  ...[
    '2026-02-28',
    '1969-12-31',
    '2200-12-31',
    'T10:00:00',
    't23:59:60',
    '.123456',
    '.1234567',
    'Z',
    'z',
    '+02:00',
    '-00:00',
    '+24:00',
  ],
  ...[
    'USD',
    'usd',
    'XXX',
    'JPY',
    'https:',
    '//a',
    'javascript:',
    'f'.repeat(64),
    'F'.repeat(64),
    '%',
    '[',
    '"',
  ],
];
const nearly = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 5 })
  .map((pieces) => pieces.join(''));

describe.each(RULES)('the pattern of %s', (_, rule, excused) => {
  it('takes what the rule takes', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        if (verdict(rule, text) === null)
          expect({ text, fits: fits(rule, text) }).toEqual({ text, fits: true });
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.stringMatching(patternOf(rule))), (text) => {
        if (!fits(rule, text)) return;
        const code = verdict(rule, text);
        // Schemas count characters, rules count the code units that they take.
        if (code === 'text-too-long' && [...text].length < text.length) return;
        expect({ text, code: code !== null && excused.includes(code) ? null : code }).toEqual({
          text,
          code: null,
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read alike by dialects without look-around, `\\d` and named classes', () => {
    expect(patternOf(rule).source).not.toMatch(/\(\?[^:]|\\[dDwWsSbBpPu]\{|\\[dDwWsSbBpP]/);
  });
});
