import type { Concentration } from '../api/types.js';
import type { Why } from '../state/questions.js';

interface Of {
  readonly currency: string;
  readonly base: Concentration['base'];
  readonly customerId: string | null;
  /** `YYYY-MM`. Absent: of the whole window. */
  readonly month?: string;
  readonly vendorId?: string;
}

/** How a figure of shares is asked for. Absent: what one customer's shares are made of is not told. */
export const whyOfShares = (
  figure: string,
  { currency, base, customerId, month, vendorId }: Of,
): Why | undefined =>
  customerId === null
    ? new URLSearchParams({
        ...{ view: 'concentration', figure, currency, base },
        ...(month === undefined ? {} : { month }),
        ...(vendorId === undefined ? {} : { vendorId }),
      }).toString()
    : undefined;
