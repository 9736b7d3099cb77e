import { decimalText, larger, ZERO, plus, roundHalfEven, type Decimal } from './focus/decimal.js';
import type { Rounding } from './focus/row-reader.js';
import { NUMBER_LENGTH_MAX } from './focus/values.js';
import type { MoneyText } from '../domain/money.js';

/** What rounding did to one number of all rows of a file, per currency. */
export interface RoundedNumbers {
  /** A cost basis, `amount`, or `quantity`. */
  readonly of: string;
  readonly currency: MoneyText['currency'];
  readonly rows: number;
  /** The difference (kept minus written) that is farthest from zero, and all of them together: exact decimal texts. */
  readonly largest: string;
  readonly net: string;
}

export interface RoundedRows {
  /** Rows with at least one rounded number. */
  readonly rows: number;
  readonly numbers: readonly RoundedNumbers[];
}

export type RowRounding = Omit<Rounding, 'of'> & { readonly of: string };

interface Sum {
  rows: number;
  largest: Decimal;
  net: Decimal;
}

const KEY = '\u0000';

/** Counts what was rounded, of rows that the ledger took. */
export class RoundingTally {
  private rows = 0;
  private readonly sums = new Map<string, Sum>();

  row(currency: string, roundings: readonly RowRounding[]): void {
    if (roundings.length === 0) return;
    this.rows += 1;
    for (const { of, difference } of roundings) {
      const key = `${currency}${KEY}${of}`;
      const sum = this.sums.get(key) ?? { rows: 0, largest: ZERO, net: ZERO };
      sum.rows += 1;
      sum.largest = larger(sum.largest, difference);
      sum.net = plus(sum.net, difference);
      this.sums.set(key, sum);
    }
  }

  get rounded(): RoundedRows {
    const numbers = [...this.sums]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, { rows, largest, net }]) => {
        const [currency, of] = key.split(KEY) as [string, string];
        return { of, currency, rows, largest: decimalText(largest), net: decimalText(net) };
      });
    return { rows: this.rows, numbers };
  }
}

const MONEY_DECIMALS = 12;
const QUANTITY_DECIMALS = 18;
const LONG = /^(-?)(0|[1-9]\d{0,17})\.(\d{13,})$/;

/**
 * A line of NDJSON with its amounts and its quantity rounded half to even to the decimals that are kept, and what that
 * changed. Everything else is as it was, so that what is wrong with it is found where the same is found over HTTP.
 */
export const withRoundedNumbers = (
  body: unknown,
): { readonly body: unknown; readonly roundings: readonly RowRounding[] } => {
  const roundings: RowRounding[] = [];
  const rounded = (value: unknown, of: string, decimals: number): unknown => {
    if (typeof value !== 'string' || value.length > NUMBER_LENGTH_MAX) return value;
    const [, sign, whole, fraction] = LONG.exec(value) ?? [];
    if (whole === undefined || fraction === undefined || fraction.length <= decimals) return value;
    const { value: kept, difference } = roundHalfEven(sign === '-', whole, fraction, decimals);
    if (difference !== null) roundings.push({ of, difference });
    return kept;
  };
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { body, roundings };
  const changed: Record<string, unknown> = { ...body };
  const { amount, costs, quantity } = changed;
  if (amount !== undefined) changed['amount'] = rounded(amount, 'amount', MONEY_DECIMALS);
  if (quantity !== undefined)
    changed['quantity'] = rounded(quantity, 'quantity', QUANTITY_DECIMALS);
  if (typeof costs === 'object' && costs !== null && !Array.isArray(costs))
    changed['costs'] = Object.fromEntries(
      Object.entries(costs).map(([basis, cost]) => [basis, rounded(cost, basis, MONEY_DECIMALS)]),
    );
  return { body: changed, roundings };
};
