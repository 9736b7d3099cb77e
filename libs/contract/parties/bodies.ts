import { IsIn, IsOptional, IsString } from 'class-validator';
import {
  About,
  IsCode,
  IsDecimalUpTo,
  IsInstant,
  IsListOf,
  IsText,
} from '../validation/decorators.js';
import { EffectiveAt } from '../effective-at.js';
import { oneOf } from '../validation/rules.js';
import {
  PARTY_KINDS,
  RELATION_KINDS,
  type PartyKind,
  type RelationKind,
} from '../../domain/party/events.js';

export class RegisterPartyBody {
  @About('The code of the party, chosen by you, for ever.', { example: 'amazon' })
  @IsCode()
  id!: string;

  @About('Its name.', { example: 'Amazon Web Services' })
  @IsText(200)
  name!: string;

  @About('What it is; a party can be several things.')
  @IsListOf(oneOf(PARTY_KINDS), { min: 1, max: PARTY_KINDS.length, distinct: true })
  kinds!: PartyKind[];

  @EffectiveAt()
  effectiveAt?: string;
}

export class RenamePartyBody {
  @About('Its new name.', { example: 'Meta' })
  @IsText(200)
  name!: string;

  @About('Since when it is called so.')
  @IsInstant()
  renamedAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** The party of the path holds `kind` in (or over) `toPartyId` during [from, until). */
export class DeclareRelationBody {
  @About('The code of the relation within the party.')
  @IsCode()
  id!: string;

  @About('The other party.')
  @IsCode()
  toPartyId!: string;

  @About('What is held.')
  @IsString()
  @IsIn(RELATION_KINDS)
  kind!: RelationKind;

  @About('Percent, 0 to 100, where the kind has one.', { example: '12.5' })
  @IsOptional()
  @IsDecimalUpTo(100)
  percent?: string;

  @About('Start, inclusive.')
  @IsInstant()
  from!: string;

  @About('End, exclusive; absent: open.')
  @IsOptional()
  @IsInstant({ after: 'from' })
  until?: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class EndRelationBody {
  @About('When it ended.')
  @IsInstant()
  endedAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}
