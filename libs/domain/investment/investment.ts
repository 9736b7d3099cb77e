import type { Instant } from '../decider.js';
import type { Gate } from './events.js';

export type Milestone = { readonly dueAt: Instant | null } & (
  | { readonly status: 'pending' }
  | {
      readonly status: 'attested';
      readonly outcome: 'met' | 'missed';
      readonly attestedBy: string;
    }
  | { readonly status: 'met' }
  | { readonly status: 'missed' }
  | { readonly status: 'waived' }
);

interface TrancheTerms {
  readonly number: number;
  /** Units of 10^-12 of the investment's currency. */
  readonly amount: bigint;
  readonly contingent: boolean;
  readonly gate: Gate;
  readonly longStopAt: Instant | null;
}

/** Announced, gated and eligible are not stored: they follow from the gate and the milestones (see gate.ts). */
export type Tranche = TrancheTerms &
  (
    | { readonly status: 'agreed' }
    | { readonly status: 'called'; readonly calledAt: Instant }
    | { readonly status: 'partially-funded'; readonly funded: bigint }
    | { readonly status: 'funded'; readonly funded: bigint }
    | { readonly status: 'cancelled' }
    | { readonly status: 'lapsed' }
  );

export interface AgreedInvestment {
  readonly status: 'agreed';
  readonly agreementId: string;
  readonly investmentId: string;
  readonly currency: string;
  readonly total: bigint;
  /** The "up to" part on top of the total; 0: none. */
  readonly contingent: bigint;
  /** By full id. */
  readonly milestones: Readonly<Record<string, Milestone>>;
  readonly tranches: Readonly<Record<string, Tranche>>;
  /** Of the investment with its milestones and tranches. */
  readonly termsVersion: number;
}

export type Investment = { readonly status: 'unknown' } | AgreedInvestment;

export const noInvestment: Investment = { status: 'unknown' };

/** Cancelled and lapsed tranches take no part of the investment any more. */
export const isLive = (tranche: Tranche): boolean =>
  tranche.status !== 'cancelled' && tranche.status !== 'lapsed';
