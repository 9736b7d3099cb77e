import type { MoneyText } from '../../domain/money.js';

/** What a rule found: it fires for this subject. */
export interface Finding {
  /**
   * What it fires for, among all that the rule watches: `deal.cloud`, of a commitment's period `deal.cloud/2` (or
   * `deal.cloud/end`), of a currency `USD`. An alert goes on as long as the same subject is found.
   */
  readonly subject: string;
  /** The figures, for whoever is told. Those that are compared have the names `value` and `threshold`. */
  readonly facts: Facts;
}

export type Facts = Readonly<Record<string, string | MoneyText | null>>;
