import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import {
  About,
  IsCode,
  IsInstant,
  IsSha256,
  IsText,
  IsWholeNumber,
  ListOf,
  ObjectOf,
} from '../validation/decorators.js';
import { EffectiveAt } from '../effective-at.js';
import { INSTRUMENTS, type Gate, type Instrument } from '../../domain/investment/events.js';
import { MoneyBody } from '../money.js';
import { IsGate } from './gate.js';

export class AgreeInvestmentBody {
  @About('The code of the investment within the agreement.', { example: 'equity' })
  @IsCode()
  id!: string;

  @About('The party that invests.', { example: 'amazon' })
  @IsCode()
  investorId!: string;

  @About('The party that receives.', { example: 'anthropic' })
  @IsCode()
  recipientId!: string;

  @About('What is bought.')
  @IsString()
  @IsIn(INSTRUMENTS)
  instrument!: Instrument;

  @About('The firm amount.')
  @ObjectOf(() => MoneyBody)
  total!: MoneyBody;

  @About('The "up to" part on top of it that depends on events.')
  @IsOptional()
  @ObjectOf(() => MoneyBody)
  contingent?: MoneyBody;

  @EffectiveAt()
  effectiveAt?: string;
}

export class AgreeTrancheBody {
  @About('The code of the tranche within the investment.', { example: 'tranche-1' })
  @IsCode()
  id!: string;

  @About('Its number within the investment.')
  @IsWholeNumber(1, 1000)
  number!: number;

  @About('Its amount.')
  @ObjectOf(() => MoneyBody)
  amount!: MoneyBody;

  @About('Part of the contingent total rather than of the firm one. Default: false.')
  @IsOptional()
  @IsBoolean()
  contingent?: boolean;

  @About(
    'What must have happened before it may be called: an AND/OR expression over milestones of the investment, ' +
      'each by its code or full id, nested at most six deep. Absent: nothing.',
  )
  @IsOptional()
  @IsGate()
  gate?: Gate;

  @About('When it is planned.')
  @IsOptional()
  @IsInstant()
  plannedAt?: string;

  @About('After this an unfunded tranche may be declared lapsed.')
  @IsOptional()
  @IsInstant()
  longStopAt?: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class CallTrancheBody {
  @About('When it was called.')
  @IsInstant()
  calledAt!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** One payment; a tranche may be funded in several. */
export class FundTrancheBody {
  @About('What was paid.')
  @ObjectOf(() => MoneyBody)
  amount!: MoneyBody;

  @About('Value date.')
  @IsInstant()
  valueAt!: string;

  @About("The payment's reference.")
  @IsText(140)
  reference!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

/** The body of steps that need a reason: cancellation of a tranche, waiver of a milestone. */
export class ReasonBody {
  @About('Why.')
  @IsText(500)
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class LapseTrancheBody {
  @EffectiveAt()
  effectiveAt?: string;
}

export class DefineMilestoneBody {
  @About('The code of the milestone within the investment.', { example: 'regulator-approval' })
  @IsCode()
  id!: string;

  @About('What must be true.')
  @IsText(1000)
  definition!: string;

  @About('Until when.')
  @IsOptional()
  @IsInstant()
  dueAt?: string;

  @EffectiveAt()
  effectiveAt?: string;
}

class EvidenceBody {
  @About('What it is.')
  @IsText(200)
  name!: string;

  @About('SHA-256 of its bytes; the ledger keeps the hash, not the evidence.')
  @IsSha256()
  sha256!: string;
}

export class AttestMilestoneBody {
  @About('What is attested.')
  @IsString()
  @IsIn(['met', 'missed'])
  outcome!: 'met' | 'missed';

  @About('Evidence, by hash.')
  @IsOptional()
  @ListOf(() => EvidenceBody, { max: 50 })
  evidence?: EvidenceBody[];

  @EffectiveAt()
  effectiveAt?: string;
}

export class ApproveMilestoneBody {
  @About('What the approver, who is not the attester, decides.')
  @IsString()
  @IsIn(['approve', 'decline'])
  decision!: 'approve' | 'decline';

  @About('Why.')
  @IsText(500)
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class ExtendMilestoneBody {
  @About('The new due date.')
  @IsInstant()
  dueAt!: string;

  @About('Why.')
  @IsText(500)
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}
