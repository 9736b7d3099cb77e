import { CURRENCY_DECIMALS } from './currencies.js';
import { MONEY_DECIMALS, parseUnits, type MoneyText } from './money.js';
import { invalid, refusals, type Refusal, type RefusalTable } from './refusal.js';

/**
 * Decimals of the minor unit (USD 2, JPY 0, KWD 3), or null when `code` is not the code of a currency in use. Codes are
 * compared exactly: lower case, historic codes, metals (XAU …), funds and XXX/XTS are refused.
 */
export const currencyDecimals = (code: string): number | null =>
  CURRENCY_DECIMALS.get(code) ?? null;

/** One minor unit in units of 10^-12. Throws for a code that is none. */
export const minorUnit = (code: string): bigint => {
  const decimals = currencyDecimals(code);
  if (decimals === null) throw new Error(`not a currency in use: ${JSON.stringify(code)}`);
  return 10n ** BigInt(MONEY_DECIMALS - decimals);
};

export const AMOUNT_REFUSALS = {
  CurrencyUnknown: invalid<{ readonly currency: string }>(),
  AmountNotPositive: invalid<{ readonly amount: string }>(),
  AmountTooPrecise: invalid<{
    readonly amount: string;
    readonly currency: string;
    readonly decimals: number;
  }>(),
} satisfies RefusalTable;

const refuse = refusals(AMOUNT_REFUSALS);

/**
 * Agreed amounts (a total, a tranche, a payment) are positive and whole minor units of a currency in use; null when
 * nothing is wrong. Metered usage is not held to this: its prices have many decimals and refunds are negative.
 */
export const amountRefusal = ({ amount, currency }: MoneyText): Refusal | null => {
  const decimals = currencyDecimals(currency);
  if (decimals === null) return refuse('CurrencyUnknown', { currency });
  const units = parseUnits(amount);
  if (units === null || units <= 0n) return refuse('AmountNotPositive', { amount });
  return units % minorUnit(currency) === 0n
    ? null
    : refuse('AmountTooPrecise', { amount, currency, decimals });
};
