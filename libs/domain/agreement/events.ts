import type { ChangesTerms } from '../aggregate.js';
import type { Instant } from '../decider.js';

/** A governing document, held elsewhere; the ledger keeps its SHA-256 (64 lower-case hex digits). */
export interface AgreementDocument {
  readonly name: string;
  readonly sha256: string;
  readonly uri: string | null;
}

/** A sourced claim kept beside the terms. Claims may contradict each other; a claim is never a term. */
export interface SourcedNote {
  readonly noteId: string;
  readonly text: string;
  readonly source: string;
  /** The day the claim is about and the day it was published, `YYYY-MM-DD`, where known. */
  readonly asOf: string | null;
  readonly publishedOn: string | null;
  readonly confidence: 'high' | 'medium' | 'low' | 'unstated';
}

// These names and shapes are stored for ever: add, never rename.
export type AgreementEvent =
  | {
      readonly type: 'AgreementProposed';
      readonly body: {
        readonly agreementId: string;
        readonly title: string;
        readonly vendorId: string;
        readonly customerId: string;
        readonly startsAt: Instant;
        /** Unknown or open end: null. End-exclusive. */
        readonly endsAt: Instant | null;
        readonly documents: readonly AgreementDocument[];
      };
    }
  | {
      readonly type: 'AgreementActivated';
      readonly body: { readonly agreementId: string; readonly activatedAt: Instant };
    }
  | {
      readonly type: 'AgreementAmended';
      /** Numbered from 1. The fields hold the whole new value. */
      readonly body: {
        readonly agreementId: string;
        readonly number: number;
        readonly title: string;
        readonly endsAt: Instant | null;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'DocumentAttached';
      readonly body: { readonly agreementId: string; readonly document: AgreementDocument };
    }
  | {
      readonly type: 'AgreementNoted';
      readonly body: { readonly agreementId: string; readonly note: SourcedNote };
    }
  | {
      readonly type: 'InvestmentLinked';
      /** Reciprocal value: the investment and the commitment it was pledged for, both of this agreement. */
      readonly body: {
        readonly agreementId: string;
        readonly investmentId: string;
        readonly commitmentId: string;
        readonly kind: 'reciprocal' | 'conditional';
      };
    }
  | {
      readonly type: 'AgreementTerminated';
      readonly body: {
        readonly agreementId: string;
        readonly terminatedAt: Instant;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'AgreementSuperseded';
      readonly body: {
        readonly agreementId: string;
        readonly supersededBy: string;
        readonly supersededAt: Instant;
      };
    };

export const CHANGES_TERMS: ChangesTerms<AgreementEvent> = {
  AgreementProposed: true,
  AgreementActivated: true,
  AgreementAmended: true,
  DocumentAttached: false,
  AgreementNoted: false,
  InvestmentLinked: true,
  AgreementTerminated: true,
  AgreementSuperseded: true,
};
