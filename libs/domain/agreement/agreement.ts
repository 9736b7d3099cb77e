import type { Instant } from '../decider.js';

/** What every agreement has, whatever became of it. */
interface AgreementTerms {
  readonly agreementId: string;
  readonly title: string;
  readonly vendorId: string;
  readonly customerId: string;
  readonly startsAt: Instant;
  /** End-exclusive; null: unknown or open. */
  readonly endsAt: Instant | null;
  readonly amendments: number;
  /** SHA-256 of each attached document. */
  readonly documents: readonly string[];
  readonly notes: readonly string[];
  /** `investment commitment` pairs. */
  readonly links: readonly string[];
  readonly termsVersion: number;
}

export type Proposed = AgreementTerms & { readonly status: 'proposed' };
export type Active = AgreementTerms & {
  readonly status: 'active';
  readonly activatedAt: Instant;
};
export type Terminated = AgreementTerms & {
  readonly status: 'terminated';
  readonly terminatedAt: Instant;
};
export type Superseded = AgreementTerms & {
  readonly status: 'superseded';
  readonly supersededBy: string;
  readonly supersededAt: Instant;
};

export type KnownAgreement = Proposed | Active | Terminated | Superseded;
export type Agreement = { readonly status: 'unknown' } | KnownAgreement;

export const noAgreement: Agreement = { status: 'unknown' };

/** A proposal binds nobody, and what a successor took over would count twice. A terminated agreement may still bind. */
export const isBinding = ({ status }: Pick<Agreement, 'status'>): boolean =>
  status === 'active' || status === 'terminated';

/** Still open to new commitments, investments and amendments. */
export const isOpen = (agreement: Agreement): agreement is Proposed | Active =>
  agreement.status === 'proposed' || agreement.status === 'active';
