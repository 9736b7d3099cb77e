import { decimal, list, money, name, object, orNull, text } from '../schema.js';
import { seen } from './seen.js';

export const circularity = name(
  'Circularity',
  object({
    payments: text,
    pairs: list(
      name(
        'CircularPair',
        object({
          vendorId: text,
          customerId: text,
          currency: text,
          funded: money,
          announced: money,
          contingent: money,
          committed: money,
          grossDrawdowns: money,
          multiple: name(
            'CapitalMultiple',
            object({ funded: orNull(decimal), announced: orNull(decimal) }),
          ),
          circularityRatioUpperBound: orNull(decimal),
          recycledCapital: orNull(decimal),
        }),
      ),
    ),
    ...seen,
  }),
);
