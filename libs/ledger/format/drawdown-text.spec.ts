import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalize } from 'json-canonicalize';
import type { DrawdownRecorded } from '../../domain/commitment/events.js';
import {
  CHARGE_ATTRIBUTES,
  CHARGE_CATEGORIES,
  COST_BASES,
} from '../../domain/commitment/terms/terms.js';
import { drawdownText, readDrawdown } from './drawdown-text.js';

type Body = DrawdownRecorded['body'];

const EFFECTIVE_AT = '2026-03-15T10:00:00.000000Z';
const ENVELOPE = { key: 'deal', source: 'billing', id: 'evt-1', effectiveAt: EFFECTIVE_AT };

/** As most usage is: applied whole, by default. */
const USUAL: Body = {
  agreementId: 'deal',
  drawdownId: 'billing evt-1',
  effectiveAt: EFFECTIVE_AT,
  basis: 'billed',
  charge: {
    category: 'usage',
    currency: 'USD',
    costs: {},
    amount: '48.125',
    chargedFrom: null,
    chargedTo: null,
    billedFrom: null,
    billedTo: null,
    quantity: null,
    unit: null,
    attributes: {},
    tags: {},
  },
  split: { gross: '48.125', applied: '48.125', overage: '0', ineligible: '0' },
  lines: [
    {
      ...{ commitmentId: 'deal.pool', period: 0, class: '', day: '2026-03-15' },
      ...{ applied: '48.125', overage: '0', ineligible: '0' },
    },
  ],
  trace: [{ commitmentId: 'deal.pool', period: 0, class: '', fraction: '1', rule: 'default' }],
};

const text = fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 8 }));
const word = fc.constantFrom('', 'deal', 'deal.pool', 'deal.gpu', 'marketplace');
const amount = fc.constantFrom('0', '0', '48.125', '-3', '0.000000000001', '100000000000');
const nullable = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null });
const some = <Key extends string>(keys: readonly Key[]) =>
  fc
    .dictionary(fc.constantFrom(...keys), text, { maxKeys: 3 })
    .map((chosen) => ({ ...chosen }) as Partial<Record<Key, string>>);

const body: fc.Arbitrary<Body> = fc.record({
  agreementId: fc.constantFrom('deal', 'another'),
  drawdownId: fc.constantFrom('billing evt-1', 'billing evt-2', ''),
  effectiveAt: fc.constantFrom(EFFECTIVE_AT, '2026-02-01T00:00:00.000000Z'),
  basis: fc.constantFrom(...COST_BASES),
  charge: fc.record({
    category: fc.constantFrom(...CHARGE_CATEGORIES),
    currency: fc.constantFrom('USD', 'JPY'),
    costs: some(COST_BASES),
    amount: nullable(amount),
    chargedFrom: nullable(text),
    chargedTo: nullable(text),
    billedFrom: nullable(text),
    billedTo: nullable(text),
    quantity: nullable(amount),
    unit: nullable(text),
    attributes: some(CHARGE_ATTRIBUTES),
    tags: fc.dictionary(text, text, { maxKeys: 3 }).map((tags) => ({ ...tags })),
  }),
  split: fc.record({ gross: amount, applied: amount, overage: amount, ineligible: amount }),
  lines: fc.array(
    fc.record({
      ...{ commitmentId: word, period: fc.nat(3), class: word },
      day: fc.constantFrom('2026-03-15', '2026-02-01'),
      ...{ applied: amount, overage: amount, ineligible: amount },
    }),
    { maxLength: 3 },
  ),
  trace: fc.array(
    fc.record({
      ...{ commitmentId: word, period: fc.nat(3), class: word },
      ...{ fraction: fc.constantFrom('1', '0', '0.5'), rule: fc.constantFrom('default', 'gpu') },
    }),
    { maxLength: 3 },
  ),
});

describe('the text of a drawdown', () => {
  it('says what cannot be told without it, and no more', () => {
    expect(drawdownText(USUAL, ENVELOPE)).toBe(
      '{"basis":"billed","charge":{"amount":"48.125","currency":"USD"},' +
        '"lines":[{"applied":"48.125","commitmentId":"deal.pool","period":0}],' +
        '"split":{"applied":"48.125","gross":"48.125"}}',
    );
  });

  it('reads back as exactly what was written, and is canonical JSON', () => {
    fc.assert(
      fc.property(fc.oneof(body, fc.constant(USUAL)), (any) => {
        const written = drawdownText(any, ENVELOPE);
        const said = JSON.parse(written) as Record<string, unknown>;
        expect(written).toBe(canonicalize(said));
        expect(readDrawdown(said, ENVELOPE)).toEqual(any);
      }),
      { numRuns: 500 },
    );
  });

  it('says the day of a line where it is not the day of the entry', () => {
    const [line] = USUAL.lines;
    const lines = [{ ...line!, day: '2026-02-01' }];
    expect(drawdownText({ ...USUAL, lines }, ENVELOPE)).toContain(
      '"lines":[{"applied":"48.125","commitmentId":"deal.pool","day":"2026-02-01","period":0}]',
    );
  });

  it('keeps a trace that the lines do not tell', () => {
    const stop = USUAL.trace[0]!;
    for (const trace of [
      [],
      [{ ...stop, fraction: '0' }],
      [{ ...stop, rule: 'gpu' }],
      [{ ...stop, class: 'marketplace' }],
      [{ ...stop, period: 1 }],
      [{ ...stop, commitmentId: 'deal.gpu' }],
      [stop, stop],
    ]) {
      const said = JSON.parse(drawdownText({ ...USUAL, trace }, ENVELOPE)) as Body;
      expect(said.trace).toHaveLength(trace.length);
      expect(readDrawdown({ ...said }, ENVELOPE).trace).toEqual(trace);
    }
  });
});
