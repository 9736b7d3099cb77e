import { decimal, list, money, named, orNull, text, type AnswerOf } from '../../answers/schema.js';
import { answer } from '../asking/seen.js';

const CapitalMultiple = named('CapitalMultiple', {
  funded: orNull(decimal(), 'committed / funded. Null: nothing is funded yet.'),
  announced: orNull(decimal(), 'committed / announced. Null: nothing is announced.'),
});

export const CircularPair = named('CircularPair', {
  vendorId: text(),
  customerId: text(),
  currency: text(),
  funded: money('Capital that has been paid in.'),
  announced: money('Firm totals of the investments.'),
  contingent: money('What may come on top of announced, and is never in it.'),
  committed: money("Commitments of the pair's agreements, less what was released."),
  grossDrawdowns: money('Stands for payments: invoices are not in the ledger.'),
  multiple: CapitalMultiple,
  circularityRatioUpperBound: orNull(
    decimal(),
    'The smaller of funded and grossDrawdowns / grossDrawdowns. An upper bound: money is fungible. Null: nothing was paid.',
  ),
  recycledCapital: orNull(
    decimal(),
    'The smaller of funded and grossDrawdowns / funded. Null: nothing is funded.',
  ),
});
/** A vendor that invests in its customer, in one currency. */
export type CircularPair = AnswerOf<typeof CircularPair>;

export const Circularity = answer('Circularity', {
  payments: text('gross-drawdowns: what stands for payments.'),
  pairs: list(
    CircularPair,
    'With an investment of the vendor in the customer; by vendor, customer and currency.',
  ),
});
/** Capital that vendors put into their own customers. */
export type Circularity = AnswerOf<typeof Circularity>;
