import { ApiProperty, ApiSchema, type ApiSchemaOptions } from '@nestjs/swagger';
import { INSTRUMENTS, type Gate, type Instrument } from '../../domain/investment/events.js';
import { GATE_DEPTH_MAX } from '../../domain/investment/gate.js';
import { Member, ObjectListMember, ObjectMember, BooleanMember } from '../validation/member.js';
import { At, Code, EffectiveAt, OneOf, Sha256, Text } from '../validation/members.js';
import { MoneyBody } from '../money.js';
import { code, integer, isObject, path, type Fault, type Rule } from '../validation/rules.js';
import { CODE } from '../../domain/ids.js';

export class AgreeInvestmentBody {
  @Code('The code of the investment within the agreement.', { example: 'equity' })
  id!: string;

  @Code('The party that invests.', { example: 'amazon' })
  investorId!: string;

  @Code('The party that receives.', { example: 'anthropic' })
  recipientId!: string;

  @OneOf(INSTRUMENTS, 'What is bought.')
  instrument!: Instrument;

  @ObjectMember(() => MoneyBody, 'The firm amount.')
  total!: MoneyBody;

  @ObjectMember(() => MoneyBody, 'The "up to" part on top of it that depends on events.', true)
  contingent?: MoneyBody;

  @EffectiveAt()
  effectiveAt?: string;
}

const GATE_TERMS_MAX = 50;
const MILESTONE_PATH = path(3);

/** A gate as the document shows it, checked by `gateRule`: its depth is limited, which no schema says. */
@ApiSchema({
  description: 'A milestone by its code or full id, or several gates: all of them, or any one.',
  minProperties: 1,
  maxProperties: 1,
} as ApiSchemaOptions)
export class GateBody {
  @ApiProperty({ required: false, pattern: `${CODE.source}|${MILESTONE_PATH.schema!['pattern']}` })
  milestone?: string;

  @ApiProperty({ type: () => GateBody, isArray: true, required: false, maxItems: GATE_TERMS_MAX })
  all?: GateBody[];

  @ApiProperty({ type: () => GateBody, isArray: true, required: false, maxItems: GATE_TERMS_MAX })
  any?: GateBody[];
}

/** `{milestone}`, `{all: [...]}` or `{any: [...]}`, and nothing else beside it. */
const gateRule =
  (level: number): Rule =>
  (value, whole): Fault | null => {
    if (!isObject(value))
      return { code: 'gate-malformed', message: 'must be {milestone}, {all: […]} or {any: […]}' };
    const [name, ...more] = Object.keys(value);
    if (more.length > 0 || (name !== 'milestone' && name !== 'all' && name !== 'any'))
      return { code: 'gate-malformed', message: 'must have one of milestone, all, any' };
    const inner = value[name];
    if (name === 'milestone') {
      const wrong = code(inner, whole) && MILESTONE_PATH(inner, whole);
      return wrong ? { ...wrong, at: '/milestone' } : null;
    }
    if (!Array.isArray(inner) || inner.length > GATE_TERMS_MAX)
      return {
        code: 'gate-malformed',
        message: `must be an array of at most ${GATE_TERMS_MAX} gates`,
        at: `/${name}`,
      };
    if (level === GATE_DEPTH_MAX)
      return { code: 'gate-too-deep', message: `may be nested ${GATE_DEPTH_MAX} deep` };
    for (const [index, term] of inner.entries()) {
      const wrong = gateRule(level + 1)(term, whole);
      if (wrong) return { ...wrong, at: `/${name}/${index}${wrong.at ?? ''}` };
    }
    return null;
  };

export class AgreeTrancheBody {
  @Code('The code of the tranche within the investment.', { example: 'tranche-1' })
  id!: string;

  @Member(integer(1, 1000), {
    about: 'Its number within the investment.',
  })
  number!: number;

  @ObjectMember(() => MoneyBody, 'Its amount.')
  amount!: MoneyBody;

  @BooleanMember('Part of the contingent total rather than of the firm one.')
  contingent?: boolean;

  @Member(gateRule(0), {
    about:
      'What must have happened before it may be called: an AND/OR expression over milestones of the investment, ' +
      'each by its code or full id, nested at most six deep. Absent: nothing.',
    optional: true,
    schema: { type: () => GateBody },
  })
  gate?: Gate;

  @At('When it is planned.', { optional: true })
  plannedAt?: string;

  @At('After this an unfunded tranche may be declared lapsed.', { optional: true })
  longStopAt?: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class CallTrancheBody {
  @At('When it was called.')
  calledAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** One payment; a tranche may be funded in several. */
export class FundTrancheBody {
  @ObjectMember(() => MoneyBody, 'What was paid.')
  amount!: MoneyBody;

  @At('Value date.')
  valueAt!: string;

  @Text(140, "The payment's reference.")
  reference!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** For steps that need a reason: cancellation of a tranche, waiver of a milestone. */
export class ReasonBody {
  @Text(500, 'Why.')
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class LapseTrancheBody {
  @EffectiveAt()
  effectiveAt?: string;
}

export class DefineMilestoneBody {
  @Code('The code of the milestone within the investment.', { example: 'regulator-approval' })
  id!: string;

  @Text(1000, 'What must be true.')
  definition!: string;

  @At('Until when.', { optional: true })
  dueAt?: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class EvidenceBody {
  @Text(200, 'What it is.')
  name!: string;

  @Sha256('SHA-256 of its bytes; the ledger keeps the hash, not the evidence.')
  sha256!: string;
}

export class AttestMilestoneBody {
  @OneOf(['met', 'missed'], 'What is attested.')
  outcome!: 'met' | 'missed';

  @ObjectListMember(() => EvidenceBody, 'Evidence, by hash.', { max: 50 }, true)
  evidence?: EvidenceBody[];

  @EffectiveAt()
  effectiveAt?: string;
}

export class ApproveMilestoneBody {
  @OneOf(['approve', 'decline'], 'What the approver, who is not the attester, decides.')
  decision!: 'approve' | 'decline';

  @Text(500, 'Why.')
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class ExtendMilestoneBody {
  @At('The new due date.')
  dueAt!: string;

  @Text(500, 'Why.')
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}
