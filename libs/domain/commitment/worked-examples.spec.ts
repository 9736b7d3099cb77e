import { describe, expect, it } from '@jest/globals';
import { deciders } from '../aggregates.js';
import { commitmentMultiple } from '../formulas.js';
import { formatUnits, sumOf, unitsOf } from '../money.js';
import {
  activated,
  activeAgreement,
  agreementAfter,
  Book,
  MARKETPLACE,
  marketplaceRule,
  periods,
  pledge,
  pledged,
  pool,
  proposed,
  usd,
} from '../testing/builders.js';
import { at } from '../testing/context.js';
import { given } from '../testing/given.js';
import type { Split } from './events.js';
import { appliedBy } from './obligation/applied.js';
import { dueParts } from './obligation/due.js';
import { stillOwed } from './obligation/remaining.js';
import { linear } from './terms/schedule.js';

/** The numbered examples of the product's domain description. */
const remaining = (book: Book): string => {
  const { limits } = book.state.commitments[0]!.timeline[0]!;
  return formatUnits(stillOwed(limits.total, appliedTo(book), 'owed'));
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

  it('2: nine idle months of 60 after 48, 120 and 60 are due month by month, the rest at the end', () => {
    const schedule = periods('period-minimums', Array<string>(12).fill('60'));
    const book = new Book(activeAgreement, pledged({ total: usd('1200'), schedule }));
    book.draw('48', '2026-01');
    book.draw('120', '2026-02');
    book.draw('60', '2026-03');
    const figures = book.figures('2026-12-31');
    expect(figures.map(({ shortfall }) => formatUnits(shortfall))).toEqual(
      '12 0 0 60 60 60 60 60 60 60 60 60'.split(' '),
    );
    const { parts, atEnd } = dueParts(figures, unitsOf(remaining(book)));
    // 12 + 8 x 60 are paid monthly; the last month's 60 and what no month claims make the final 480.
    expect(formatUnits(sumOf(parts.slice(0, 11).map(({ amount }) => amount)))).toBe('492');
    expect(formatUnits(figures[11]!.shortfall + atEnd)).toBe('480');
    expect(parts.slice(-2).map(({ dueOn }) => dueOn)).toEqual(['2026-12-31', '2026-12-31']);
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
    const year = {
      eligibility: [marketplaceRule()],
      caps: [{ class: 'marketplace', of: 'period-minimum' as const, value: '0.25' }],
    };
    const draw = (book: Book): readonly Split[] => [
      book.draw('400', '2026-02', MARKETPLACE).split,
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
    const eligibility = [marketplaceRule()];
    const caps = [{ class: 'marketplace', of: 'period-minimum' as const, value: '0.25' }];
    const schedule = periods('sum-of-periods', ['1000', '1000', '1000', '1000']);
    const total = usd('4000');
    const book = new Book(activeAgreement, pledged({ total, schedule, eligibility, caps }));
    book.draw('400', '2026-02', MARKETPLACE);
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

  describe('6: capital, a pledge without an end, and what articles say of them', () => {
    const terms = {
      total: usd('100000000000'),
      endsAt: null,
      schedule: pool(at('2026-01'), null),
    };

    it('is 20 times the capital, the "up to" part not added', () => {
      const body = {
        agreementId: 'deal',
        investmentId: 'deal.equity',
        investorId: 'vendor',
        recipientId: 'lab',
        instrument: 'equity',
        total: usd('5000000000'),
        contingent: usd('20000000000'),
      } as const;
      given(deciders.investment, activeAgreement)()
        .when({ type: 'AgreeInvestment', ...body })
        .then({ type: 'InvestmentAgreed', body });
      const book = new Book();
      book.do(pledge(terms));
      const { total } = book.state.commitments[0]!.timeline[0]!.limits;
      const firm = unitsOf(body.total.amount);
      expect(commitmentMultiple(total, firm)).toBe('20');
    });

    it('has no run rate and no due date as long as its end is unknown', () => {
      const book = new Book(activeAgreement, pledged(terms));
      book.draw('1000', '2026-02');
      const [figures] = book.figures('2026-12-31');
      expect(figures).toMatchObject({ state: 'running', end: null, minimum: null, shortfall: 0n });
      expect(dueParts([figures!], unitsOf('1')).parts).toEqual([
        { dueOn: null, amount: 0n },
        { dueOn: null, amount: unitsOf('1') },
      ]);
    });

    it('keeps claims that contradict each other, and makes terms of none', () => {
      const claim = (noteId: string, text: string) => ({
        agreementId: 'deal',
        note: {
          noteId,
          text,
          source: 'press',
          asOf: null,
          publishedOn: null,
          confidence: 'unstated' as const,
        },
      });
      const noted = (body: ReturnType<typeof claim>) => ({ type: 'AgreementNoted' as const, body });
      const exceeds = claim('a', 'the pledge exceeds the annual revenue of AWS');
      const revenue = claim('b', 'AWS has a revenue of about 107 billion');
      given(deciders.agreement, undefined)(proposed(), activated, noted(exceeds))
        .when({ type: 'NoteOnAgreement', ...revenue })
        .then(noted(revenue));
      const agreement = agreementAfter(proposed(), activated, noted(exceeds), noted(revenue));
      expect(agreement).toMatchObject({ notes: ['a', 'b'], termsVersion: 2 });
    });
  });
});
