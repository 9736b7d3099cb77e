import {
  boolean,
  day,
  decimal,
  integer,
  list,
  money,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { answer } from '../asking/seen.js';
import type { TObject } from '@sinclair/typebox';

const VendorShare = named('VendorShare', {
  vendorId: text(),
  amount: money(),
  share: orNull(
    decimal(),
    '0 to 1 of the positive amounts. Null: there is none. A net refund has no share.',
  ),
});

const shares = {
  baseAmount: money('Sum of the positive amounts: what the shares are of.'),
  vendors: list(VendorShare),
  top1: orNull(decimal()),
  top3: orNull(decimal()),
  hhi: orNull(decimal(), '10,000 times the sum of the squared shares.'),
  band: orNull(oneOf(['low', 'moderate', 'high'])),
  effectiveNumber: orNull(decimal()),
};
/** The vendors of one currency, in all or in one month. */
export type Shares = AnswerOf<TObject<typeof shares>>;

export const CurrencyConcentration = named('CurrencyConcentration', {
  currency: text(),
  ...shares,
  vendorCount: integer('How many vendors there are to list; all else is of all of them.'),
  months: orNull(
    list(named('MonthConcentration', { month: text(), ...shares })),
    'Each month of the window by itself, `YYYY-MM`, with the vendors of this page. Null: the base is not spend.',
  ),
});
export type CurrencyConcentration = AnswerOf<typeof CurrencyConcentration>;

export const Concentration = answer('Concentration', {
  base: oneOf(['spend', 'remaining', 'committed']),
  by: text(
    'agreement-vendor: whose spend it is, the vendor of the agreement and not the publisher or the invoice issuer.',
  ),
  bands: oneOf(['us-2023', 'us-2010']),
  window: orNull(named('ConcentrationWindow', { from: day(), to: day(), months: integer() })),
  currencies: list(CurrencyConcentration, 'One each: currencies are never mixed.'),
  hasMore: boolean(),
  next: orNull(
    text(),
    'Send it as `cursor`, with the same filters: all pages are of one moment. Null: no currency has more vendors.',
  ),
});
/** How much hangs on how few vendors. */
export type Concentration = AnswerOf<typeof Concentration>;
