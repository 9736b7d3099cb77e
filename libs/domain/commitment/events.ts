import type { Instant } from '../decider.js';
import type { ChargeAttribute, ChargeCategory, CommitmentTerms, CostBasis } from './terms.js';

/** A metered or billed charge as a finance system reports it. Amounts are decimal text in `currency`. */
export interface Charge {
  readonly category: ChargeCategory;
  readonly currency: string;
  /** Per basis, where known. A charge for an agreement must carry the basis of its commitments. Negative: a refund. */
  readonly costs: Readonly<Partial<Record<CostBasis, string>>>;
  /** An amount whose basis the sender does not name: taken to be on the commitments' basis. `costs` wins over it. */
  readonly amount: string | null;
  /** When used, [from, to); null: a point in time (the event's effectiveAt). */
  readonly chargedFrom: Instant | null;
  readonly chargedTo: Instant | null;
  /** Billing period the vendor invoiced it in, where known. */
  readonly billedFrom: Instant | null;
  readonly billedTo: Instant | null;
  /** Decimal text with up to 18 decimals, and its unit. */
  readonly quantity: string | null;
  readonly unit: string | null;
  readonly attributes: Readonly<Partial<Record<ChargeAttribute, string>>>;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * One posting: how much of commitment `commitmentId`, period `period` (index into its schedule) and class moved.
 * A late charge or a reversal may move earlier postings from applied to overage or back; such lines sum to zero.
 */
export interface AllocationLine {
  readonly commitmentId: string;
  readonly period: number;
  readonly class: string;
  readonly applied: string;
  readonly overage: string;
  readonly ineligible: string;
}

/** applied + overage + ineligible = gross, always. */
export interface Split {
  readonly gross: string;
  readonly applied: string;
  readonly overage: string;
  readonly ineligible: string;
}

/** Where a charge was put, per commitment that could take it: what a reversal takes back and an auditor follows. */
export interface AllocationTrace {
  readonly commitmentId: string;
  readonly period: number;
  readonly class: string;
  /** The eligible fraction (0..1) and the rule that decided it (`default`, a ruleId, or `category:<name>`). */
  readonly fraction: string;
  readonly rule: string;
}

// These names and shapes are stored for ever: add, never rename.
export type CommitmentEvent =
  | {
      readonly type: 'CommitmentPledged';
      /** The full id `agreement.commitment`. */
      readonly body: {
        readonly agreementId: string;
        readonly commitmentId: string;
        readonly terms: CommitmentTerms;
      };
    }
  | {
      readonly type: 'CommitmentAmended';
      /** What was applied before stays applied; the new terms decide about what comes after (see the library's README). */
      readonly body: {
        readonly agreementId: string;
        readonly commitmentId: string;
        readonly number: number;
        readonly terms: CommitmentTerms;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'CommitmentTerminated';
      /** `released`: the obligation that ends with it (decimal text, 0 where the obligation survives). */
      readonly body: {
        readonly agreementId: string;
        readonly commitmentId: string;
        readonly terminatedAt: Instant;
        readonly released: string;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'DrawdownRecorded';
      /** `drawdownId` is `source` and event id as the finance system gave them; lines carry the whole movement. */
      readonly body: {
        readonly agreementId: string;
        readonly drawdownId: string;
        readonly basis: CostBasis;
        readonly charge: Charge;
        readonly split: Split;
        readonly lines: readonly AllocationLine[];
        readonly trace: readonly AllocationTrace[];
      };
    }
  | {
      readonly type: 'DrawdownReversed';
      /**
       * `split` is what the original recorded, negated (in proportion for a partial reversal). `lines` is the whole
       * movement: the same amounts taken back, and overage of other charges that moves into the room this made.
       */
      readonly body: {
        readonly agreementId: string;
        readonly drawdownId: string;
        readonly reverses: string;
        readonly currency: string;
        readonly reason: string;
        readonly split: Split;
        readonly reallocated: {
          readonly applied: string;
          readonly overage: string;
          readonly ineligible: string;
        };
        readonly lines: readonly AllocationLine[];
        /** The original's: where the amount is taken from. */
        readonly trace: readonly AllocationTrace[];
      };
    };

export type DrawdownRecorded = Extract<CommitmentEvent, { type: 'DrawdownRecorded' }>;
