import { describe, expect, it } from '@jest/globals';
import { formatUnits } from '../../money.js';
import {
  activeAgreement,
  Book,
  MARKETPLACE,
  marketplaceRule,
  periods,
  pledged,
  usd,
} from '../../testing/builders.js';
import type { CommitmentTerms } from '../terms/terms.js';

/** Applied, overage and ineligible per period and class, by all lines. */
const held = (book: Book): Readonly<Record<string, string>> =>
  Object.fromEntries(
    book
      .on('2026-12-31')
      .map(({ place, applied, overage, ineligible }) => [
        place.replace('deal.cloud ', '').trim(),
        [applied, overage, ineligible].map(formatUnits).join(' '),
      ]),
  );

const quarters = (changed: Partial<CommitmentTerms> = {}): Book =>
  new Book(
    activeAgreement,
    pledged({
      total: usd('400'),
      schedule: periods('sum-of-periods', ['100', '100', '100', '100']),
      ...changed,
    }),
  );

const draw = (
  book: Book,
  ...charges: readonly (readonly [gross: string, month: string])[]
): Book => {
  for (const [gross, month] of charges) book.draw(gross, month);
  return book;
};

describe('a refund', () => {
  it.each([
    [
      'takes overage before what is applied',
      [
        ['130', '2026-01'],
        ['-50', '2026-02'],
      ],
      { '0': '80 0 0' },
    ],
    [
      'takes overage wherever it lies, the latest period first',
      [
        ['130', '2026-01'],
        ['120', '2026-04'],
        ['-30', '2026-07'],
      ],
      { '0': '100 20 0', '1': '100 0 0' },
    ],
    [
      'then takes from its own period, then from earlier ones, the latest first',
      [
        ['60', '2026-01'],
        ['50', '2026-04'],
        ['40', '2026-07'],
        ['-75', '2026-07'],
      ],
      { '0': '60 0 0', '1': '15 0 0' },
    ],
    [
      'takes nothing of later periods: what is left is a net credit',
      [
        ['20', '2026-01'],
        ['90', '2026-04'],
        ['-50', '2026-01'],
      ],
      { '0': '0 -30 0', '1': '90 0 0' },
    ],
    [
      'makes room for usage that was over, also if it is recorded before',
      [
        ['-40', '2026-01'],
        ['130', '2026-02'],
      ],
      { '0': '90 0 0' },
    ],
  ] as const)('%s', (_, charges, expected) => {
    expect(held(draw(quarters(), ...charges))).toEqual(expected);
  });

  it('of a capped class takes what the cap cut first: it did not count anyway', () => {
    const caps = [{ class: 'marketplace', of: 'period-minimum' as const, value: '0.25' }];
    const book = quarters({ eligibility: [marketplaceRule()], caps });
    book.draw('40', '2026-01', MARKETPLACE);
    expect(held(book)).toEqual({ '0 marketplace': '25 0 15' });
    book.draw('-10', '2026-02', MARKETPLACE);
    expect(held(book)).toEqual({ '0 marketplace': '25 0 5' });
    book.draw('-10', '2026-02', MARKETPLACE);
    expect(held(book)).toEqual({ '0 marketplace': '20 0 0' });
  });

  it('of what no rule counts is below zero where that usage would be: ineligible', () => {
    const book = quarters({
      eligibility: [marketplaceRule({ effect: 'exclude', fraction: '0', class: '' })],
    });
    book.draw('50', '2026-01');
    book.draw('-20', '2026-01', MARKETPLACE);
    expect(held(book)).toEqual({ '0': '50 0 -20' });
  });
});
