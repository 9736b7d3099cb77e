import type { ChangesTerms } from '../aggregate.js';
import type { Instant } from '../decider.js';
import type { ChargeAttribute, ChargeCategory, CommitmentTerms, CostBasis } from './terms/terms.js';

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
 * One posting: how much of commitment `commitmentId`, period `period` (index into its schedule) and class moved, and on
 * which UTC day it takes effect. Whatever moves what earlier entries applied (late usage, a reversal, new terms) says so
 * on the days where it lies, so that the lines up to a day add up to what holds on that day.
 */
export interface AllocationLine {
  readonly commitmentId: string;
  readonly period: number;
  readonly class: string;
  /** `YYYY-MM-DD`. Left out of the text where it is the day on which the entry itself takes effect. */
  readonly day: string;
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

/** How much of what was applied, overage or ineligible became something else: sums to zero. */
export type Reallocation = Omit<Split, 'gross'>;

/** What a change of terms moves of what was recorded before. */
interface Moves {
  readonly reallocated: Reallocation;
  readonly lines: readonly AllocationLine[];
  /** Written before lines had days: `lines` (if any) say what was decided then, not on which days it lies. */
  readonly undated?: true;
}

// These names and shapes are stored for ever: add, never rename.
export type CommitmentEvent =
  | {
      readonly type: 'CommitmentPledged';
      /** The full id `agreement.commitment`. */
      readonly body: Moves & {
        readonly agreementId: string;
        readonly commitmentId: string;
        /** From when it holds: the start of the term at the latest. */
        readonly from: Instant;
        readonly terms: CommitmentTerms;
      };
    }
  | {
      readonly type: 'CommitmentAmended';
      /** The terms hold for what takes effect from `from` on (not before the pledge), whenever it was recorded. */
      readonly body: Moves & {
        readonly agreementId: string;
        readonly commitmentId: string;
        readonly number: number;
        readonly from: Instant;
        readonly terms: CommitmentTerms;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'CommitmentTerminated';
      /** `released`: what was still owed then (decimal text, 0 where the obligation survives). What counts is `obligation`. */
      readonly body: Moves & {
        readonly agreementId: string;
        readonly commitmentId: string;
        readonly terminatedAt: Instant;
        readonly obligation: 'released' | 'survives';
        readonly released: string;
        /** Of the lines. Null: entries of schema 1 have none. */
        readonly currency: string | null;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'DrawdownRecorded';
      /** `drawdownId` is `source` and event id as the finance system gave them; lines carry the whole movement. */
      readonly body: {
        readonly agreementId: string;
        readonly drawdownId: string;
        readonly effectiveAt: Instant;
        readonly basis: CostBasis;
        readonly charge: Charge;
        readonly split: Split;
        readonly lines: readonly AllocationLine[];
        readonly trace: readonly AllocationTrace[];
        readonly undated?: true;
      };
    }
  | {
      readonly type: 'DrawdownReversed';
      /**
       * `split` is what the original recorded, negated (in proportion for a partial reversal). `lines` is what that
       * moves by now, on the days where it lies: it may be something else.
       */
      readonly body: {
        readonly agreementId: string;
        readonly drawdownId: string;
        readonly reverses: string;
        readonly currency: string;
        readonly reason: string;
        readonly split: Split;
        readonly reallocated: Reallocation;
        readonly lines: readonly AllocationLine[];
        /** The original's: where the amount is taken from. */
        readonly trace: readonly AllocationTrace[];
        readonly effectiveAt: Instant;
        /** What places the original. Null: entries of schema 1 do not say. */
        readonly original: OriginalCharge | null;
        readonly undated?: true;
      };
    }
  | {
      readonly type: 'DrawdownsReallocated';
      /** More lines of the entry before it than fit there: what that one moves, it moves. */
      readonly body: {
        readonly agreementId: string;
        readonly currency: string;
        readonly lines: readonly AllocationLine[];
      };
    };

/** Of a charge that is taken back: when it took effect, and what rules can ask of it. */
export interface OriginalCharge extends Pick<Charge, 'category' | 'attributes' | 'tags'> {
  readonly effectiveAt: Instant;
}

export type DrawdownRecorded = Extract<CommitmentEvent, { type: 'DrawdownRecorded' }>;

export const CHANGES_TERMS: ChangesTerms<CommitmentEvent> = {
  CommitmentPledged: true,
  CommitmentAmended: true,
  CommitmentTerminated: true,
  DrawdownRecorded: false,
  DrawdownReversed: false,
  DrawdownsReallocated: false,
};
