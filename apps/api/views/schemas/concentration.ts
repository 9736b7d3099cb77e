import {
  about,
  day,
  decimal,
  integer,
  list,
  money,
  name,
  object,
  oneOf,
  orNull,
  text,
} from '../schema.js';
import { seen } from './seen.js';

const shares = {
  baseAmount: money,
  vendors: list(
    name('VendorShare', object({ vendorId: text, amount: money, share: orNull(decimal) })),
  ),
  top1: orNull(decimal),
  top3: orNull(decimal),
  hhi: about(orNull(decimal), '10,000 times the sum of the squared shares.'),
  band: orNull(text),
  effectiveNumber: orNull(decimal),
};

export const concentration = name(
  'Concentration',
  object({
    base: oneOf('spend', 'remaining', 'committed'),
    by: text,
    bands: oneOf('us-2023', 'us-2010'),
    window: orNull(name('ConcentrationWindow', object({ from: day, to: day, months: integer }))),
    currencies: list(
      name(
        'CurrencyConcentration',
        object({
          currency: text,
          ...shares,
          months: orNull(list(name('MonthConcentration', object({ month: text, ...shares })))),
        }),
      ),
    ),
    ...seen,
  }),
);
