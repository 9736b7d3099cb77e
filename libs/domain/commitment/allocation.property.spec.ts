import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deciders } from '../aggregates.js';
import { formatUnits, unitsOf } from '../money.js';
import {
  activeAgreement,
  Book,
  periods,
  pledged,
  pool,
  recordDrawdown,
  usd,
} from '../testing/builders.js';
import { at } from '../testing/context.js';
import { withCharge } from './allocation/book.js';
import { postedOf } from './allocation/charges.js';
import { chargesLike } from './allocation/charges-by-day.js';
import { movement } from './allocation/movement.js';
import { unboundMovement } from './allocation/unbound.js';
import { destinationAt } from './allocation/destination.js';
import { runningSplit } from './allocation/running-split.js';
import { NOTHING, plus, type Sums } from './commitment.js';
import type { DrawdownRecorded, Split } from './events.js';
import { profileOf } from './terms/questions.js';
import { grossOf, sumsOfSplit } from './allocation/split.js';
import type { CommitmentSchedule, CommitmentTerms } from './terms/terms.js';

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
  ['150', periods('sum-of-periods', QUARTERS, { rolloverFraction: '0.5' })],
  ['200', periods('period-minimums', QUARTERS, { rolloverFraction: '0.25' })],
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

const LAST = '9999-12-31';

const sumOf = (splits: readonly Omit<Split, 'gross'>[]): Sums =>
  splits.map(sumsOfSplit).reduce(plus, NOTHING);

describe('allocation', () => {
  it('holds the same on every day in whatever order charges arrive', () => {
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
          for (const day of one.days()) expect(other.on(day)).toEqual(one.on(day));
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
        const { unstackedTotals } = runningSplit(book.state, book.state.totalsByPeriod.flat());
        expect(grossOf(unstackedTotals)).toBe(BigInt(cents) * 10n ** 10n);
      }),
    );
  });

  it('records lines that add up to how the final totals split', () => {
    fc.assert(
      fc.property(commitments, usages, (terms, list) => {
        const book = bookOf(terms);
        const splits = list.map((item) => draw(book, item).split);
        const final = runningSplit(book.state, book.state.totalsByPeriod.flat());
        const places = [...final.postings.values()]
          .map(({ commitmentId, period, class: name, applied, overage, ineligible }) => ({
            place: `${commitmentId} ${period} ${name}`,
            applied,
            overage,
            ineligible,
          }))
          .filter(({ applied, overage, ineligible }) => applied || overage || ineligible)
          .sort((left, right) => (left.place < right.place ? -1 : 1));
        expect(book.on(LAST)).toEqual(places);
        expect(sumOf(splits)).toEqual(final.unstackedTotals);
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

  it('never applies more than a commitment’s total, a period’s need or a class’s cap, on no day', () => {
    fc.assert(
      fc.property(commitments, usages, (terms, list) => {
        const book = bookOf(terms);
        list.forEach((item) => draw(book, item));
        for (const day of book.days()) {
          for (const { commitmentId, timeline } of book.state.commitments) {
            const [{ terms: agreed, limits }] = timeline as [(typeof timeline)[number]];
            const places = book.on(day).filter(({ place }) => place.startsWith(`${commitmentId} `));
            const applied = (pattern: RegExp): bigint =>
              places
                .filter(({ place }) => pattern.test(place))
                .reduce((sum, each) => sum + each.applied, 0n);
            for (const each of places) expect(each.applied).toBeGreaterThanOrEqual(0n);
            expect(applied(/./)).toBeLessThanOrEqual(limits.total);
            for (const cap of limits.caps) {
              const bound = cap.byPeriod?.reduce((sum, limit) => sum + limit, 0n) ?? cap.overall;
              expect(applied(new RegExp(` ${cap.class}$`))).toBeLessThanOrEqual(bound);
            }
            const { mode, excessCarriesForward, rolloverFraction } = agreed.schedule;
            if (mode !== 'sum-of-periods' || excessCarriesForward || rolloverFraction) continue;
            limits.minimums.forEach((minimum, period) =>
              expect(applied(new RegExp(` ${period} `))).toBeLessThanOrEqual(minimum),
            );
          }
        }
      }),
    );
  });

  it('gives back overage first when a refund comes, wherever it lies', () => {
    const single = commitment.map((terms) => [{ ...terms, caps: [], eligibility: [] }]);
    let seen = 0;
    fc.assert(
      fc.property(single, usages, usage, (terms, list, last) => {
        const book = bookOf(terms);
        list.filter(({ cents }) => cents > 0).forEach((item) => draw(book, item));
        const before = book.on(LAST).reduce((sum, each) => sum + each.overage, 0n);
        const refund = draw(book, { ...last, cents: -Math.abs(last.cents) }).split;
        const gross = -unitsOf(refund.gross);
        if (before > 0n) seen += 1;
        // What is a net credit is below zero too, and only where no overage is left.
        const given = -unitsOf(refund.overage);
        if (gross <= before) expect(given).toBe(gross);
        else expect(given).toBeGreaterThanOrEqual(before);
        const used = book.on(LAST).reduce((sum, each) => sum + each.applied, 0n);
        if (given > before) expect(used).toBeGreaterThanOrEqual(0n);
      }),
    );
    expect(seen).toBeGreaterThan(20);
  });

  it('answers the short way as it does the long way', () => {
    let short = 0;
    fc.assert(
      fc.property(commitments, usages, usage, fc.boolean(), (terms, list, last, isReversal) => {
        const book = bookOf(terms);
        const drawn = list.map((item) =>
          draw(book, { ...item, cents: Math.ceil(item.cents / 4) || 1 }),
        );
        const { state } = book;
        const item = isReversal
          ? { ...list[0]!, cents: -Math.ceil(list[0]!.cents / 4) || -1 }
          : last;
        const attributes = { publisher: item.publisher };
        const profile = profileOf({ category: 'usage', attributes, tags: {} }, state.questions);
        const gross = (BigInt(item.cents) * 10n ** 12n) / 100n;
        const charge = postedOf(at(monthText(item.month)), profile, gross);
        const posted =
          isReversal && unitsOf(drawn[0]!.split.gross) > 0n
            ? { ...charge, usage: gross, refunds: 0n }
            : charge;
        const destination =
          chargesLike(state, posted)?.destination ?? destinationAt(state, profile, posted.at);
        const quick = unboundMovement(state, posted, destination!);
        if (!quick) return;
        short += 1;
        expect(movement(state, withCharge(state, posted), posted.day)).toEqual(quick);
      }),
      { numRuns: 1_000 },
    );
    expect(short).toBeGreaterThan(200);
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
          const { split, reallocated } = book.reverse(original, amount, id);
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
        book.reverse(original);
        for (const day of book.days()) expect(book.on(day)).toEqual(without.on(day));
      }),
    );
  });

  it('decides the same from a stored state', () => {
    fc.assert(
      fc.property(commitments, usages, usage, (terms, list, last) => {
        const book = bookOf(terms);
        const originals = list.map((item) => draw(book, item));
        book.reverse(originals[0]!);
        const stored = deciders.commitment.decode(deciders.commitment.encode(book.state))!;
        const context = {
          now: at('2030-01'),
          effectiveAt: at(monthText(last.month)),
          actor: 'alice',
        };
        const attributes = { publisher: last.publisher };
        const command = recordDrawdown(String(last.cents), { attributes });
        expect(deciders.commitment.decide(command, stored, context, activeAgreement)).toEqual(
          deciders.commitment.decide(command, book.state, context, activeAgreement),
        );
        expect(deciders.commitment.encode(stored)).toBe(deciders.commitment.encode(book.state));
      }),
    );
  });
});
