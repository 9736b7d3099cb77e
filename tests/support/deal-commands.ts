import { pool, terms, usd } from '../../libs/domain/testing/builders.js';
import type { CommitmentTerms } from '../../libs/domain/commitment/terms/terms.js';
import type { DomainCommand } from '../../libs/domain/events.js';

export interface DealOptions {
  readonly agreementId: string;
  readonly title?: string;
  readonly vendorId?: string;
  readonly customerId?: string;
  readonly commitmentId?: string;
  /** Of the agreement, its activation and the terms. */
  readonly startsAt: string;
  readonly endsAt: string | null;
  /** USD that are pledged. */
  readonly total: string;
  readonly terms?: Partial<CommitmentTerms>;
}

/** A deal as commands, in the order in which they are decided: one agreement and one commitment, which takes any usage. */
export const dealCommands = ({
  agreementId,
  startsAt,
  endsAt,
  ...deal
}: DealOptions): {
  readonly propose: DomainCommand;
  readonly activate: DomainCommand;
  readonly pledge: DomainCommand;
} => ({
  propose: {
    type: 'ProposeAgreement',
    agreementId,
    title: deal.title ?? 'Cloud for capital',
    vendorId: deal.vendorId ?? 'vendor',
    customerId: deal.customerId ?? 'lab',
    startsAt,
    endsAt: null,
    documents: [],
  },
  activate: { type: 'ActivateAgreement', agreementId, activatedAt: startsAt },
  pledge: {
    type: 'PledgeCommitment',
    agreementId,
    commitmentId: deal.commitmentId ?? `${agreementId}.cloud`,
    terms: terms({
      ...{ total: usd(deal.total), startsAt, endsAt, schedule: pool(startsAt, endsAt) },
      ...deal.terms,
    }),
  },
});
