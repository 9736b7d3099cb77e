import type { ChangesTerms } from '../aggregate.js';
import type { Instant } from '../decider.js';
import type { MoneyText } from '../money.js';

export const INSTRUMENTS = ['equity', 'convertible', 'debt', 'credits'] as const;
export type Instrument = (typeof INSTRUMENTS)[number];

/** A boolean expression over milestone ids (full ids). `{all: []}` is an open gate. */
export type Gate =
  | { readonly milestone: string }
  | { readonly all: readonly Gate[] }
  | { readonly any: readonly Gate[] };

/** Evidence is held elsewhere; the ledger keeps its SHA-256. */
export interface Evidence {
  readonly name: string;
  readonly sha256: string;
}

// These names and shapes are stored for ever: add, never rename. Ids are full: `agreement.investment[.tranche]`.
export type InvestmentEvent =
  | {
      readonly type: 'InvestmentAgreed';
      readonly body: {
        readonly agreementId: string;
        readonly investmentId: string;
        readonly investorId: string;
        readonly recipientId: string;
        readonly instrument: Instrument;
        /** Firm amount, and on top of it the "up to" part that depends on events. Never added up silently. */
        readonly total: MoneyText;
        readonly contingent: MoneyText | null;
      };
    }
  | {
      readonly type: 'MilestoneDefined';
      readonly body: {
        readonly investmentId: string;
        readonly milestoneId: string;
        readonly definition: string;
        readonly dueAt: Instant | null;
      };
    }
  | {
      readonly type: 'MilestoneAttested';
      readonly body: {
        readonly investmentId: string;
        readonly milestoneId: string;
        readonly outcome: 'met' | 'missed';
        readonly evidence: readonly Evidence[];
        readonly attestedBy: string;
      };
    }
  | {
      readonly type: 'MilestoneMet';
      readonly body: {
        readonly investmentId: string;
        readonly milestoneId: string;
        readonly attestedBy: string;
        readonly approvedBy: string;
      };
    }
  | {
      readonly type: 'MilestoneMissed';
      readonly body: {
        readonly investmentId: string;
        readonly milestoneId: string;
        readonly attestedBy: string;
        readonly approvedBy: string;
      };
    }
  | {
      readonly type: 'MilestoneAttestationDeclined';
      readonly body: {
        readonly investmentId: string;
        readonly milestoneId: string;
        readonly declinedBy: string;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'MilestoneWaived';
      readonly body: {
        readonly investmentId: string;
        readonly milestoneId: string;
        readonly waivedBy: string;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'MilestoneExtended';
      readonly body: {
        readonly investmentId: string;
        readonly milestoneId: string;
        readonly dueAt: Instant;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'TrancheAgreed';
      readonly body: {
        readonly agreementId: string;
        readonly investmentId: string;
        readonly trancheId: string;
        readonly number: number;
        readonly amount: MoneyText;
        /** Part of the contingent total rather than of the firm one. */
        readonly contingent: boolean;
        readonly gate: Gate;
        readonly plannedAt: Instant | null;
        /** After this instant an unfunded tranche may be declared lapsed. */
        readonly longStopAt: Instant | null;
      };
    }
  | {
      readonly type: 'TrancheCalled';
      readonly body: {
        readonly investmentId: string;
        readonly trancheId: string;
        readonly calledAt: Instant;
      };
    }
  | {
      readonly type: 'TrancheFunded';
      /** One payment. `funded` is cumulative after it; `complete` when the tranche is funded in full. */
      readonly body: {
        readonly investmentId: string;
        readonly trancheId: string;
        readonly amount: MoneyText;
        readonly funded: MoneyText;
        readonly complete: boolean;
        readonly valueAt: Instant;
        readonly reference: string;
      };
    }
  | {
      readonly type: 'TrancheCancelled';
      readonly body: {
        readonly investmentId: string;
        readonly trancheId: string;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'TrancheLapsed';
      readonly body: { readonly investmentId: string; readonly trancheId: string };
    };

export const CHANGES_TERMS: ChangesTerms<InvestmentEvent> = {
  InvestmentAgreed: true,
  MilestoneDefined: true,
  MilestoneAttested: false,
  MilestoneMet: true,
  MilestoneMissed: true,
  MilestoneAttestationDeclined: false,
  MilestoneWaived: true,
  MilestoneExtended: true,
  TrancheAgreed: true,
  TrancheCalled: true,
  TrancheFunded: false,
  TrancheCancelled: true,
  TrancheLapsed: true,
};
