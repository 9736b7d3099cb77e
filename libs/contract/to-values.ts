import type { Instant } from '../domain/decider.js';
import { parseInstant } from '../domain/instant.js';
import { formatUnits, unitsOf, type MoneyText } from '../domain/money.js';
import type { MoneyBody } from './money.js';

/** Validated texts in canonical form: instants in UTC with six decimals, amounts without trailing zeros. */

export const toInstant = (text: string): Instant => {
  const instant = parseInstant(text);
  if (instant === null) throw new Error(`not validated: ${text}`);
  return instant;
};

export const toInstantOrNull = (text: string | undefined): Instant | null =>
  text === undefined ? null : toInstant(text);

export const toAmount = (text: string): string => formatUnits(unitsOf(text));

export const toMoney = ({ amount, currency }: MoneyBody): MoneyText => ({
  amount: toAmount(amount),
  currency,
});
