import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commitmentDecider } from '../deciders.js';
import { formatUnits, unitsOf } from '../money.js';
import {
  activeAgreement,
  Book,
  periods,
  pledged,
  pool,
  recordDrawdown,
  reverseDrawdown,
  usd,
} from '../testing/builders.js';
import { at } from '../testing/given.js';
import { allocateFully, allocateUnbound, bucketOf, routeOf } from './allocation.js';
import { NOTHING, type CommitmentBook, type Sums } from './commitment.js';
import type { CommitmentEvent, DrawdownRecorded, Split } from './events.js';
import { appliedIn, plus, position } from './position.js';
import { grossOf, sumsOfSplit } from './split.js';
import type { CommitmentSchedule, CommitmentTerms } from './terms.js';

/** A charge as the properties draw it: cents (negative: a refund), a month of 2026, and who published it. */
interface Usage {
  readonly cents: number;
  readonly month: number;
  readonly publisher: 'direct' | 'acme' | 'excluded';
}

const usage: fc.Arbitrary<Usage> = fc.record({
  cents: fc.oneof(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: -6_000, max: -1 })),
  month: fc.integer({ min: 1, max: 12 }),
  publisher: fc.constantFrom(
    'direct' as const,
    'direct' as const,
    'acme' as const,
    'excluded' as const,
  ),
});

const QUARTERS = ['40', '0', '60', '50'];

const schedules: readonly (readonly [string, CommitmentSchedule])[] = [
  ['150', pool()],
  ['100', periods('period-minimums', QUARTERS)],
  ['150', periods('sum-of-periods', QUARTERS)],
  ['150', periods('sum-of-periods', QUARTERS, { excessCarriesForward: true })],
  ['70', periods('sum-of-periods', ['30', '40'])],
];

const commitment: fc.Arbitrary<Partial<CommitmentTerms>> = fc
  .record({
    of: fc.constantFrom(...schedules),
    cap: fc.constantFrom(null, 'period-minimum' as const, 'total' as const, 'absolute' as const),
    capValue: fc.constantFrom('0', '0.25', '0.5'),
    fraction: fc.constantFrom('1', '0.5', '0.333333333333'),
    priority: fc.integer({ min: 1, max: 3 }),
    stackable: fc.boolean(),
  })
  .map(({ of: [total, schedule], cap, capValue, fraction, priority, stackable }) => ({
    total: usd(total),
    schedule,
    priority,
    stackable,
    caps:
      cap === null || (cap === 'period-minimum' && schedule.mode === 'total-only')
        ? []
        : [{ class: 'marketplace', of: cap, value: cap === 'absolute' ? '20' : capValue }],
    eligibility: [
      {
        ruleId: 'not-here',
        effect: 'exclude' as const,
        match: { attributes: { publisher: ['excluded'] }, tags: {} },
        fraction: '0',
        class: '',
        from: null,
        until: null,
      },
      {
        ruleId: 'marketplace',
        effect: 'include' as const,
        match: { attributes: { publisher: ['acme'] }, tags: {} },
        fraction,
        class: 'marketplace',
        from: null,
        until: null,
      },
    ],
  }));

const commitments = fc.array(commitment, { minLength: 1, maxLength: 3 });
const usages = fc.array(usage, { minLength: 1, maxLength: 14 });

const bookOf = (list: readonly Partial<CommitmentTerms>[]): Book =>
  new Book(activeAgreement, ...list.map((terms, index) => pledged(terms, `deal.c${index}`)));

const draw = (book: Book, { cents, month, publisher }: Usage): DrawdownRecorded['body'] =>
  book.draw((cents / 100).toFixed(2).replace(/\.?0+$/, ''), monthText(month), {
    attributes: { publisher },
  });

const monthText = (month: number): string => `2026-${String(month).padStart(2, '0')}`;

const recordedOf = (state: CommitmentBook) =>
  state.commitments.map(({ commitmentId, recorded }) => ({
    commitmentId,
    recorded: recorded.map((classes) =>
      [...classes]
        .filter((account) => account.applied || account.overage || account.ineligible)
        .sort((left, right) => (left.class < right.class ? -1 : 1)),
    ),
  }));

const trimmed = (state: CommitmentBook) =>
  recordedOf(state).map(({ commitmentId, recorded }) => ({
    commitmentId,
    recorded: recorded.flatMap((classes, period) =>
      classes.map((account) => ({ period, ...account })),
    ),
  }));

const sumOf = (splits: readonly Omit<Split, 'gross'>[]): Sums =>
  splits.map(sumsOfSplit).reduce(plus, NOTHING);

describe('allocation', () => {
  it('ends at the same totals in whatever order charges arrive', () => {
    fc.assert(
      fc.property(
        commitments,
        usages.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        (terms, [list, shuffled]) => {
          const [one, other] = [bookOf(terms), bookOf(terms)];
          list.forEach((item) => draw(one, item));
          shuffled.forEach((item) => draw(other, item));
          expect(trimmed(other.state)).toEqual(trimmed(one.state));
          expect(other.state.headline).toEqual(one.state.headline);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('splits every charge into applied, overage and ineligible that add up to its gross', () => {
    fc.assert(
      fc.property(commitments, usages, (terms, list) => {
        const book = bookOf(terms);
        for (const item of list) {
          const { split } = draw(book, item);
          expect(grossOf(sumsOfSplit(split))).toBe(unitsOf(split.gross));
          expect(unitsOf(split.gross)).toBe((BigInt(item.cents) * 10n ** 12n) / 100n);
        }
        const cents = list.reduce((sum, item) => sum + item.cents, 0);
        expect(grossOf(book.state.headline)).toBe(BigInt(cents) * 10n ** 10n);
      }),
    );
  });

  it('records lines that add up to the position of the final totals', () => {
    fc.assert(
      fc.property(commitments, usages, (terms, list) => {
        const book = bookOf(terms);
        list.forEach((item) => draw(book, item));
        const final = position(book.state.commitments, book.state.shelves.flat());
        const accounts = book.state.commitments.map((one) => ({
          ...one,
          recorded: final.accounts.get(one.commitmentId) ?? [],
        }));
        expect(trimmed({ ...book.state, commitments: accounts })).toEqual(trimmed(book.state));
        expect(final.headline).toEqual(book.state.headline);
      }),
    );
  });

  it('splits as its lines do where no two commitments are stackable', () => {
    const apart = commitments.map((list) => list.map((terms) => ({ ...terms, stackable: false })));
    fc.assert(
      fc.property(apart, usages, (terms, list) => {
        const book = bookOf(terms);
        for (const item of list) {
          const { split, lines } = draw(book, item);
          expect(sumOf(lines)).toEqual(sumsOfSplit(split));
        }
      }),
    );
  });

  it('never applies more than a commitment’s total, a period’s minimum or a class’s cap', () => {
    fc.assert(
      fc.property(commitments, usages, (terms, list) => {
        const book = bookOf(terms);
        list.forEach((item) => draw(book, item));
        for (const { applied, limits, recorded, terms } of book.state.commitments) {
          expect(applied).toBeLessThanOrEqual(limits.total);
          for (const cap of limits.caps) {
            const counted = appliedIn(recorded, null, cap.class);
            const bound = cap.byPeriod?.reduce((sum, limit) => sum + limit, 0n) ?? cap.overall;
            expect(counted).toBeLessThanOrEqual(bound);
          }
          const { mode, excessCarriesForward } = terms.schedule;
          if (mode !== 'sum-of-periods' || excessCarriesForward) continue;
          limits.minimums.forEach((minimum, period) =>
            expect(appliedIn(recorded, period, null)).toBeLessThanOrEqual(minimum!),
          );
        }
      }),
    );
  });

  it('gives back overage first when a refund comes', () => {
    const single = commitment.map((terms) => [{ ...terms, caps: [], eligibility: [] }]);
    fc.assert(
      fc.property(single, usages, usage, (terms, list, last) => {
        const book = bookOf(terms);
        list.filter(({ cents }) => cents > 0).forEach((item) => draw(book, item));
        const overageIn = (month: number): bigint => {
          const { recorded, limits } = book.state.commitments[0]!;
          const perPeriod = book.state.commitments[0]!.terms.schedule;
          if (perPeriod.mode !== 'sum-of-periods') return book.state.headline.overage;
          const period = Math.floor((month - 1) / (12 / limits.minimums.length));
          return recorded[period]?.reduce((sum, account) => sum + account.overage, 0n) ?? 0n;
        };
        if (book.state.commitments[0]!.terms.schedule.excessCarriesForward) return;
        const before = overageIn(last.month);
        const refund = draw(book, { ...last, cents: -Math.abs(last.cents) }).split;
        const gross = -unitsOf(refund.gross);
        expect(-unitsOf(refund.overage)).toBe(gross < before ? gross : before);
      }),
    );
  });

  it('answers the short way as it does the long way', () => {
    let short = 0;
    fc.assert(
      fc.property(commitments, usages, usage, (terms, list, last) => {
        const book = bookOf(terms);
        list.forEach((item) => draw(book, { ...item, cents: Math.ceil(item.cents / 4) }));
        const before = book.state;
        const { trace, split } = draw(book, last);
        const bucket = bucketOf(before, routeOf(trace));
        const quick = allocateUnbound(before, bucket, unitsOf(split.gross));
        if (!quick) return;
        short += 1;
        expect(allocateFully(before, bucket, unitsOf(split.gross))).toEqual(quick);
      }),
      { numRuns: 500 },
    );
    expect(short).toBeGreaterThan(100);
  });

  it('takes back by partial reversals exactly what the original recorded', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 5 });
    fc.assert(
      fc.property(commitments, usages, usage, parts, (terms, list, chosen, amounts) => {
        const book = bookOf(terms);
        list.forEach((item) => draw(book, item));
        const original = draw(book, chosen);
        const sign = chosen.cents < 0 ? -1 : 1;
        let left = Math.abs(chosen.cents);
        const taken: Split[] = [];
        const reverse = (amount: string | null) => {
          const id = `finance r${taken.length}`;
          const body = book.do(reverseDrawdown(original, amount, id));
          const { split, reallocated } = body as Extract<
            CommitmentEvent,
            { type: 'DrawdownReversed' }
          >['body'];
          expect(grossOf(sumsOfSplit(reallocated))).toBe(0n);
          taken.push(split);
        };
        for (const cents of amounts) {
          if (cents >= left) break;
          left -= cents;
          reverse(formatUnits(BigInt(sign * cents) * 10n ** 10n));
        }
        reverse(null);
        const back = sumOf([...taken, original.split]);
        expect(back).toEqual(NOTHING);
      }),
    );
  });

  it('leaves nothing of a drawdown that was reversed in full', () => {
    fc.assert(
      fc.property(commitments, usages, usage, (terms, list, chosen) => {
        const [book, without] = [bookOf(terms), bookOf(terms)];
        const original = draw(book, chosen);
        list.forEach((item) => draw(book, item));
        list.forEach((item) => draw(without, item));
        book.do(reverseDrawdown(original));
        expect(trimmed(book.state)).toEqual(trimmed(without.state));
        expect(book.state.headline).toEqual(without.state.headline);
      }),
    );
  });

  it('decides the same from a stored state', () => {
    fc.assert(
      fc.property(commitments, usages, usage, (terms, list, last) => {
        const book = bookOf(terms);
        const originals = list.map((item) => draw(book, item));
        book.do(reverseDrawdown(originals[0]!));
        const stored = commitmentDecider.decode(commitmentDecider.encode(book.state));
        const context = {
          now: at('2030-01'),
          effectiveAt: at(monthText(last.month)),
          actor: 'alice',
        };
        const attributes = { publisher: last.publisher };
        const command = recordDrawdown(String(last.cents), { attributes });
        expect(commitmentDecider.decide(command, stored, context, activeAgreement)).toEqual(
          commitmentDecider.decide(command, book.state, context, activeAgreement),
        );
        expect(commitmentDecider.encode(stored)).toBe(commitmentDecider.encode(book.state));
      }),
    );
  });
});
