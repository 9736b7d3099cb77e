import { IsIn, IsOptional, IsString } from 'class-validator';
import {
  About,
  IsCode,
  IsDay,
  IsDocumentUri,
  IsId,
  IsInstant,
  IsSha256,
  IsText,
  ListOf,
} from '../validation/decorators.js';
import { EffectiveAt } from '../effective-at.js';

export class DocumentBody {
  @About('The name of the document.', { example: 'Order form 3' })
  @IsText(200)
  name!: string;

  @About('SHA-256 of its bytes; the ledger keeps the hash, not the document.')
  @IsSha256()
  sha256!: string;

  @About('Where it is kept.')
  @IsOptional()
  @IsDocumentUri()
  uri?: string;
}

export class AttachDocumentBody extends DocumentBody {
  @EffectiveAt()
  effectiveAt?: string;
}

export class ProposeAgreementBody {
  @About('The code of the agreement, chosen by you, for ever.', { example: 'amazon-anthropic' })
  @IsCode()
  id!: string;

  @About('Its title.', { example: 'Cloud services and investment' })
  @IsText(200)
  title!: string;

  @About('The party that sells.', { example: 'amazon' })
  @IsCode()
  vendorId!: string;

  @About('The party that buys.', { example: 'anthropic' })
  @IsCode()
  customerId!: string;

  @About('Start of its term, inclusive.', { example: '2026-01-01T00:00:00Z' })
  @IsInstant()
  startsAt!: string;

  @About('End of its term, exclusive; absent: unknown or open.')
  @IsOptional()
  @IsInstant({ after: 'startsAt' })
  endsAt?: string;

  @About('Governing documents, by hash.')
  @IsOptional()
  @ListOf(() => DocumentBody, { max: 50 })
  documents?: DocumentBody[];

  @EffectiveAt()
  effectiveAt?: string;
}

export class ActivateAgreementBody {
  @About('When it came into force.')
  @IsInstant()
  activatedAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** The whole new values, not a difference. */
export class AmendAgreementBody {
  @About('Its title.')
  @IsText(200)
  title!: string;

  @About('End of its term, exclusive; absent: unknown or open.')
  @IsOptional()
  @IsInstant()
  endsAt?: string;

  @About('Why.')
  @IsText(500)
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class TerminateAgreementBody {
  @About('When it ended.')
  @IsInstant()
  terminatedAt!: string;

  @About('Why.')
  @IsText(500)
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class SupersedeAgreementBody {
  @About('The agreement that takes its place.')
  @IsCode()
  supersededBy!: string;

  @About('From when.')
  @IsInstant()
  supersededAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** The investment and the commitment it was made for, both of this agreement. */
export class LinkInvestmentBody {
  @About('The full id of the investment.', { example: 'amazon-anthropic.equity' })
  @IsId(2)
  investmentId!: string;

  @About('The full id of the commitment.', { example: 'amazon-anthropic.cloud' })
  @IsId(2)
  commitmentId!: string;

  @About('How one hangs on the other.')
  @IsString()
  @IsIn(['reciprocal', 'conditional'])
  kind!: 'reciprocal' | 'conditional';

  @EffectiveAt()
  effectiveAt?: string;
}

/** A sourced claim beside the terms; it is never a term. */
export class NoteBody {
  @About('The code of the note within the agreement.')
  @IsCode()
  id!: string;

  @About('The claim.')
  @IsText(2000)
  text!: string;

  @About('Who says so.')
  @IsText(500)
  source!: string;

  @About('The day the claim is about.')
  @IsOptional()
  @IsDay()
  asOf?: string;

  @About('The day it was published.')
  @IsOptional()
  @IsDay()
  publishedOn?: string;

  @About('How sure the source is. Default: unstated.')
  @IsOptional()
  @IsString()
  @IsIn(['high', 'medium', 'low', 'unstated'])
  confidence?: 'high' | 'medium' | 'low' | 'unstated';

  @EffectiveAt()
  effectiveAt?: string;
}
