import type {
  ChargeAttribute,
  ChargeCategory,
  CostBasis,
} from '../../domain/commitment/terms/terms.js';

/**
 * A usage event as finance systems send it, over HTTP, in NDJSON files and in Kafka messages alike. `source` + `id` is
 * its identity within the tenant, for ever. All amounts and quantities are decimal strings.
 */
export interface UsageEvent {
  /** A URI reference without spaces that names the sending system, at most 128 characters. */
  readonly source: string;
  /** The sender's own id, any text of 1 to 128 characters. */
  readonly id: string;
  readonly agreement: string;
  /** RFC 3339 with offset: when it happened in business. */
  readonly effectiveAt: string;
  /** Default `usage`. */
  readonly category?: ChargeCategory;
  readonly currency: string;
  /** The charge on the basis of the agreement's commitments; or `costs`, by basis. One of the two is required. */
  readonly amount?: string;
  readonly costs?: Readonly<Partial<Record<CostBasis, string>>>;
  /** Charge period [from, to), when the usage happened; billing period [from, to), when it is invoiced. RFC 3339. */
  readonly chargedFrom?: string;
  readonly chargedTo?: string;
  readonly billedFrom?: string;
  readonly billedTo?: string;
  /** The quantity with its unit, at most 18 decimals. */
  readonly quantity?: string;
  readonly unit?: string;
  readonly attributes?: Readonly<Partial<Record<ChargeAttribute, string>>>;
  readonly tags?: Readonly<Record<string, string>>;
}

export type UsageChannel = 'http' | 'file' | 'kafka';

export interface ItemProblem {
  /** Stable, kebab-case. */
  readonly code: string;
  /** JSON pointer into the item, or '' for the whole of it. */
  readonly pointer: string;
  readonly message: string;
}

/** What became of one item. Every item of a batch gets exactly one. */
export type ItemResult =
  | {
      readonly outcome: 'recorded' | 'duplicate';
      readonly source: string;
      readonly id: string;
      readonly shard: number;
      readonly position: number;
      readonly hash: string;
      readonly gross: string;
      readonly applied: string;
      readonly overage: string;
      readonly ineligible: string;
      readonly currency: string;
    }
  | {
      readonly outcome: 'parked';
      readonly source: string;
      readonly id: string;
      readonly reason: string;
    }
  | {
      readonly outcome: 'refused';
      readonly source: string | null;
      readonly id: string | null;
      readonly problems: readonly ItemProblem[];
    }
  /**
   * Nothing is known to be recorded: send it again with the same identity. `unrecordable`: the ledger fails on this one
   * (a fault of ours, told to `onFault`), and what came with it is not held up.
   */
  | {
      readonly outcome: 'retry';
      readonly source: string;
      readonly id: string;
      readonly reason: 'overloaded' | 'unknown' | 'abandoned' | 'unrecordable';
    };

/** Worth sending again soon: the ledger was busy or away. What it fails on, it fails on again. */
export const mayPass = (result: ItemResult): boolean =>
  result.outcome === 'retry' && result.reason !== 'unrecordable';
