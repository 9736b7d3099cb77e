import { Member, ObjectListMember } from '../validation/member.js';
import { At, Code, Day, EffectiveAt, OneOf, Path, Sha256, Text } from '../validation/members.js';
import { uri } from '../validation/rules.js';

export class DocumentBody {
  @Text(200, 'The name of the document.', { example: 'Order form 3' })
  name!: string;

  @Sha256('SHA-256 of its bytes; the ledger keeps the hash, not the document.')
  sha256!: string;

  @Member(uri, {
    about: 'Where it is kept.',
    optional: true,
  })
  uri?: string;
}

export class AttachDocumentBody extends DocumentBody {
  @EffectiveAt()
  effectiveAt?: string;
}

export class ProposeAgreementBody {
  @Code('The code of the agreement, chosen by you, for ever.', { example: 'amazon-anthropic' })
  id!: string;

  @Text(200, 'Its title.', { example: 'Cloud services and investment' })
  title!: string;

  @Code('The party that sells.', { example: 'amazon' })
  vendorId!: string;

  @Code('The party that buys.', { example: 'anthropic' })
  customerId!: string;

  @At('Start of its term, inclusive.', { example: '2026-01-01T00:00:00Z' })
  startsAt!: string;

  @At('End of its term, exclusive; absent: unknown or open.', { optional: true, after: 'startsAt' })
  endsAt?: string;

  @ObjectListMember(() => DocumentBody, 'Governing documents, by hash.', { max: 50 }, true)
  documents?: DocumentBody[];

  @EffectiveAt()
  effectiveAt?: string;
}

export class ActivateAgreementBody {
  @At('When it came into force.')
  activatedAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** The whole new values, not a difference. */
export class AmendAgreementBody {
  @Text(200, 'Its title.')
  title!: string;

  @At('End of its term, exclusive; absent: unknown or open.', { optional: true })
  endsAt?: string;

  @Text(500, 'Why.')
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class TerminateAgreementBody {
  @At('When it ended.')
  terminatedAt!: string;

  @Text(500, 'Why.')
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class SupersedeAgreementBody {
  @Code('The agreement that takes its place.')
  supersededBy!: string;

  @At('From when.')
  supersededAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** The investment and the commitment it was made for, both of this agreement. */
export class LinkInvestmentBody {
  @Path(2, 'The full id of the investment.', { example: 'amazon-anthropic.equity' })
  investmentId!: string;

  @Path(2, 'The full id of the commitment.', { example: 'amazon-anthropic.cloud' })
  commitmentId!: string;

  @OneOf(['reciprocal', 'conditional'], 'How one hangs on the other.')
  kind!: 'reciprocal' | 'conditional';

  @EffectiveAt()
  effectiveAt?: string;
}

/** A sourced claim beside the terms; it is never a term. */
export class NoteBody {
  @Code('The code of the note within the agreement.')
  id!: string;

  @Text(2000, 'The claim.')
  text!: string;

  @Text(500, 'Who says so.')
  source!: string;

  @Day('The day the claim is about.')
  asOf?: string;

  @Day('The day it was published.')
  publishedOn?: string;

  @OneOf(['high', 'medium', 'low', 'unstated'], 'How sure the source is.', {
    optional: true,
    default: 'unstated',
  })
  confidence?: 'high' | 'medium' | 'low' | 'unstated';

  @EffectiveAt()
  effectiveAt?: string;
}
