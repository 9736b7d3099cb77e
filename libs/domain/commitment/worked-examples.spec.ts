import { describe, expect, it } from '@jest/globals';
import { Book, activeAgreement, periods, pledged, usd } from '../testing/builders.js';
import { at } from '../testing/given.js';
import { appliedBy } from './obligation/applied.js';
import { remainingObligation } from './obligation/remaining.js';
import { linear } from './terms/schedule.js';
import type { EligibilityRule } from './terms/terms.js';
import { formatUnits } from '../money.js';
import type { Split } from './events.js';

/** The numbered examples of the product's domain description; 2 needs the settlement of shortfalls. */
const remaining = (book: Book): string => {
  const { limits } = book.state.commitments[0]!.timeline[0]!;
  return formatUnits(remainingObligation(limits.total, appliedTo(book), 'owed'));
};

const appliedTo = (book: Book): bigint =>
  appliedBy(book.state, book.state.commitments[0]!.commitmentId);

const total = (splits: readonly Split[], part: keyof Split): number =>
  splits.reduce((sum, split) => sum + Number(split[part]), 0);

describe('worked examples', () => {
  it('1: a pool of 1,200 with usage of 48, 120 and 60 leaves 972 unused', () => {
    const book = new Book(activeAgreement, pledged({ total: usd('1200') }));
    book.draw('48', '2026-01');
    book.draw('120', '2026-02');
    book.draw('60', '2026-03');
    expect(formatUnits(appliedTo(book))).toBe('228');
    expect(remaining(book)).toBe('972');
  });

  it('3: what was prepaid burns down on effective cost, not at all on billed cost', () => {
    const costs = (effective: string) => ({ costs: { billed: '0', effective } });
    const usage = ['48', '120', '60'];
    const onEffective = new Book(
      activeAgreement,
      pledged({ total: usd('1200'), basis: 'effective' }),
    );
    usage.forEach((cost) => onEffective.draw('0', '2026-01', costs(cost)));
    expect(remaining(onEffective)).toBe('972');
    const onBilled = new Book(activeAgreement, pledged({ total: usd('1200') }));
    usage.forEach((cost) => onBilled.draw('0', '2026-01', costs(cost)));
    expect(remaining(onBilled)).toBe('1200');
  });

  describe('4: at most a quarter of a minimum of 1,000 may be marketplace spend', () => {
    const marketplace: EligibilityRule = {
      ruleId: 'marketplace',
      effect: 'include',
      match: { attributes: { publisher: ['acme'] }, tags: {} },
      fraction: '1',
      class: 'marketplace',
      from: null,
      until: null,
    };
    const year = {
      eligibility: [marketplace],
      caps: [{ class: 'marketplace', of: 'period-minimum' as const, value: '0.25' }],
    };
    const draw = (book: Book): readonly Split[] => [
      book.draw('400', '2026-02', { attributes: { publisher: 'acme' } }).split,
      book.draw('900', '2026-03').split,
    ];

    it('applies 250 + 900 in a larger pool, 150 over the minimum, and cuts 150', () => {
      const schedule = periods('period-minimums', ['1000']);
      const book = new Book(activeAgreement, pledged({ ...year, total: usd('5000'), schedule }));
      const splits = draw(book);
      expect(splits[0]).toMatchObject({ applied: '250', ineligible: '150' });
      expect(splits[1]).toMatchObject({ applied: '900', overage: '0' });
      const { limits } = book.state.commitments[0]!.timeline[0]!;
      expect(formatUnits(appliedTo(book) - limits.minimums[0]!)).toBe('150');
    });

    it('calls the 150 over the minimum overage where the minimums are the total', () => {
      const schedule = periods('sum-of-periods', ['1000']);
      const splits = draw(new Book(activeAgreement, pledged({ ...year, schedule })));
      expect(total(splits, 'ineligible')).toBe(150);
      expect(total(splits, 'overage')).toBe(150);
      expect(total(splits, 'applied')).toBe(1000);
    });
  });

  it('4, as the table in the README: offer, caps, limits, postings of a quarter of 1,000', () => {
    const eligibility: EligibilityRule[] = [
      {
        ruleId: 'marketplace',
        effect: 'include',
        match: { attributes: { publisher: ['acme'] }, tags: {} },
        fraction: '1',
        class: 'marketplace',
        from: null,
        until: null,
      },
    ];
    const caps = [{ class: 'marketplace', of: 'period-minimum' as const, value: '0.25' }];
    const schedule = periods('sum-of-periods', ['1000', '1000', '1000', '1000']);
    const total = usd('4000');
    const book = new Book(activeAgreement, pledged({ total, schedule, eligibility, caps }));
    book.draw('400', '2026-02', { attributes: { publisher: 'acme' } });
    book.draw('900', '2026-03');
    const posted = book.on('2026-03-31').map(({ place, applied, overage, ineligible }) => ({
      place,
      posting: [applied, overage, ineligible].map(formatUnits),
    }));
    expect(posted).toEqual([
      { place: 'deal.cloud 0 ', posting: ['900', '0', '0'] },
      { place: 'deal.cloud 0 marketplace', posting: ['100', '150', '150'] },
    ]);
  });

  it('5: a ramp of 50 to 350 adds up to 1,000 over five contract years', () => {
    const cadence = {
      startsAt: at('2026-07'),
      endsAt: at('2031-07'),
      every: 'contract-year',
    } as const;
    const ramp = linear(cadence, '50', '350', 'USD');
    expect(ramp.periods.map(({ minimum }) => minimum)).toEqual(['50', '125', '200', '275', '350']);
    expect(ramp.total).toEqual(usd('1000'));
    const schedule = {
      mode: 'sum-of-periods' as const,
      periods: ramp.periods,
      excessCarriesForward: false,
      rolloverFraction: '0.15',
    };
    const { startsAt, endsAt } = cadence;
    const book = new Book(
      activeAgreement,
      pledged({ total: ramp.total, startsAt, endsAt, schedule }),
    );
    expect(book.draw('60', '2026-08').split).toMatchObject({ applied: '50', overage: '10' });
    expect(book.draw('60', '2027-08').split).toMatchObject({ applied: '60', overage: '0' });
  });
});
