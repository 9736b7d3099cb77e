import {
  PARTY_KINDS,
  RELATION_KINDS,
  type PartyKind,
  type RelationKind,
} from '../../domain/party/events.js';
import { Member } from '../validation/member.js';
import { At, Code, DecimalUpTo, EffectiveAt, OneOf, Text } from '../validation/members.js';
import { list } from '../validation/collection-rules.js';
import { oneOf } from '../validation/rules.js';

export class RegisterPartyBody {
  @Code('The code of the party, chosen by you, for ever.', { example: 'amazon' })
  id!: string;

  @Text(200, 'Its name.', { example: 'Amazon Web Services' })
  name!: string;

  @Member(list(oneOf(PARTY_KINDS), { min: 1, max: PARTY_KINDS.length, distinct: true }), {
    about: 'What it is; a party can be several things.',
  })
  kinds!: PartyKind[];

  @EffectiveAt()
  effectiveAt?: string;
}

/** The party of the path holds `kind` in (or over) `toPartyId` during [from, until). */
export class DeclareRelationBody {
  @Code('The code of the relation within the party.')
  id!: string;

  @Code('The other party.')
  toPartyId!: string;

  @OneOf(RELATION_KINDS, 'What is held.')
  kind!: RelationKind;

  @DecimalUpTo(100, 'Percent, 0 to 100, where the kind has one.', {
    optional: true,
    example: '12.5',
  })
  percent?: string;

  @At('Start, inclusive.')
  from!: string;

  @At('End, exclusive; absent: open.', { optional: true, after: 'from' })
  until?: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class EndRelationBody {
  @At('When it ended.')
  endedAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}
