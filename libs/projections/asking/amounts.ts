import { CurrencyMismatch, moneyText, type MoneyText } from '../../domain/money.js';

export const sumOf = (amounts: Iterable<bigint>): bigint => {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
};

/** Writes units of one currency as money. */
export const moneyIn =
  (currency: string) =>
  (units: bigint): MoneyText =>
    moneyText({ units, currency });

/** Rows of a commitment are in its currency: anything else is a bug, and adding it up would hide it. */
export const inCurrency = <Row extends { readonly currency?: string }>(
  rows: readonly Row[],
  currency: string,
): readonly Row[] => {
  for (const row of rows) {
    if (row.currency !== currency) throw new CurrencyMismatch(currency, String(row.currency));
  }
  return rows;
};

/** Adds up under a key, keeping the order in which keys first came. */
export const addTo = <Key>(totals: Map<Key, bigint>, key: Key, amount: bigint): void => {
  totals.set(key, (totals.get(key) ?? 0n) + amount);
};
