import { IsBoolean, IsIn, IsOptional, IsString, ValidateIf } from 'class-validator';
import {
  About,
  IsAmount,
  IsCode,
  IsDecimalUpTo,
  IsInstant,
  IsListOf,
  IsMapOf,
  IsText,
  IsWholeNumber,
  ListOf,
  ObjectOf,
} from '../validation/decorators.js';
import { EffectiveAt } from '../effective-at.js';
import { list } from '../validation/collection-rules.js';
import { amount, isAbsent, oneOf, text } from '../validation/rules.js';
import {
  CHARGE_ATTRIBUTES,
  CHARGE_CATEGORIES,
  COST_BASES,
  type ChargeAttribute,
  type ChargeCategory,
  type CostBasis,
  type ScheduleMode,
} from '../../domain/commitment/terms/terms.js';
import { PERIODS_MAX } from '../../domain/commitment/terms/schedule.js';
import { MoneyBody } from '../money.js';

const SCHEDULE_MODES = ['total-only', 'period-minimums', 'sum-of-periods'] as const;

export class PeriodBody {
  @About('Start, inclusive.')
  @IsInstant()
  start!: string;

  @About('End, exclusive; absent only for the single period of an unknown end.')
  @IsOptional()
  @IsInstant({ after: 'start' })
  end?: string;

  @About('Its minimum; absent: none.', { example: '123.45' })
  @IsOptional()
  @IsAmount({ sign: 'not-negative' })
  minimum?: string;
}

const RAMP_KINDS = ['flat', 'linear', 'step', 'custom'] as const;
const RAMP_CADENCES = ['month', 'contract-year'] as const;

class RampStepBody {
  @About('For how many periods.')
  @IsWholeNumber(1, PERIODS_MAX)
  periods!: number;

  @About('The minimum of each.', { example: '123.45' })
  @IsAmount({ sign: 'not-negative' })
  minimum!: string;
}

/** A member of one kind of ramp; of the others it may be left out. */
const neededBy =
  (kind: RampBody['kind']) =>
  (ramp: RampBody, value: unknown): boolean =>
    !isAbsent(value) || ramp.kind === kind;

/** Cuts the term into periods when the commitment is pledged; from then on they are frozen data. */
export class RampBody {
  @About('flat: the total in equal parts. linear, step, custom: by the members below.')
  @IsString()
  @IsIn(RAMP_KINDS)
  kind!: (typeof RAMP_KINDS)[number];

  @About('Length of a period, counted from the start of the term.')
  @IsString()
  @IsIn(RAMP_CADENCES)
  every!: (typeof RAMP_CADENCES)[number];

  @About('linear: the first minimum.')
  @ValidateIf(neededBy('linear'))
  @IsAmount({ sign: 'not-negative' })
  first?: string;

  @About('linear: the last minimum.')
  @ValidateIf(neededBy('linear'))
  @IsAmount({ sign: 'not-negative' })
  last?: string;

  @About('step: minimums by steps.')
  @IsOptional()
  @ListOf(() => RampStepBody, { max: PERIODS_MAX })
  steps?: RampStepBody[];

  @About('custom: the minimum of each period, in order.')
  @ValidateIf(neededBy('custom'))
  @IsListOf(amount({ sign: 'not-negative' }), { min: 1, max: PERIODS_MAX })
  minimums?: string[];
}

export class ScheduleBody {
  @About('How periods and total hang together.')
  @IsString()
  @IsIn(SCHEDULE_MODES)
  mode!: ScheduleMode;

  @About(
    'The periods: contiguous, in order, covering the term. Absent for total-only, or with `ramp`.',
  )
  @IsOptional()
  @ListOf(() => PeriodBody, { min: 1, max: PERIODS_MAX })
  periods?: PeriodBody[];

  @About('A ramp to make the periods from.')
  @IsOptional()
  @ObjectOf(() => RampBody)
  ramp?: RampBody;

  @About(
    'sum-of-periods: what a period takes beyond its minimum counts for later periods. Default: false.',
  )
  @IsOptional()
  @IsBoolean()
  excessCarriesForward?: boolean;

  @About("Part of a period's minimum that may move to the next as shortfall.", { example: '0.15' })
  @IsOptional()
  @IsDecimalUpTo(1)
  rolloverFraction?: string;
}

const values = list(text({ max: 256 }), { min: 1, max: 200 });

export class ChargeMatchBody {
  @About('Every named attribute must be one of its values.')
  @IsOptional()
  @IsMapOf(values, { names: CHARGE_ATTRIBUTES, max: CHARGE_ATTRIBUTES.length })
  attributes?: Partial<Record<ChargeAttribute, string[]>>;

  @About('Every named tag must have one of its values.')
  @IsOptional()
  @IsMapOf(values, { max: 20 })
  tags?: Record<string, string[]>;
}

export class EligibilityRuleBody {
  @About('The code of the rule within the commitment.')
  @IsCode()
  ruleId!: string;

  @About('What it says.')
  @IsString()
  @IsIn(['include', 'exclude'])
  effect!: 'include' | 'exclude';

  @About('Which charges.')
  @ObjectOf(() => ChargeMatchBody)
  match!: ChargeMatchBody;

  @About('Part of an included charge that counts; default 1.')
  @IsOptional()
  @IsDecimalUpTo(1)
  fraction?: string;

  @About('Class for caps; absent: the default class.', { example: 'marketplace' })
  @IsOptional()
  @IsCode()
  class?: string;

  @About('In force from, inclusive.')
  @IsOptional()
  @IsInstant()
  from?: string;

  @About('In force until, exclusive.')
  @IsOptional()
  @IsInstant({ after: 'from' })
  until?: string;
}

class ClassCapBody {
  @About('The class that is capped.', { example: 'marketplace' })
  @IsCode()
  class!: string;

  @About('What the value is a part of.')
  @IsString()
  @IsIn(['period-minimum', 'total', 'absolute'])
  of!: 'period-minimum' | 'total' | 'absolute';

  @About('A fraction 0 to 1, or for `absolute` an amount.', { example: '123.45' })
  @IsAmount({ sign: 'not-negative' })
  value!: string;
}

export class CommitmentTermsBody {
  @About('Its name.', { example: 'Cloud spend' })
  @IsText(200)
  name!: string;

  @About('What is pledged.')
  @ObjectOf(() => MoneyBody)
  total!: MoneyBody;

  @About('Which cost of a charge counts.')
  @IsString()
  @IsIn(COST_BASES)
  basis!: CostBasis;

  @About('Start of the term, inclusive.')
  @IsInstant()
  startsAt!: string;

  @About('End of the term, exclusive; absent: unknown.')
  @IsOptional()
  @IsInstant({ after: 'startsAt' })
  endsAt?: string;

  @About('Its periods and their minimums.')
  @ObjectOf(() => ScheduleBody)
  schedule!: ScheduleBody;

  @About('Charge categories that draw down; default usage and purchase.')
  @IsOptional()
  @IsListOf(oneOf(CHARGE_CATEGORIES), { min: 1, max: CHARGE_CATEGORIES.length, distinct: true })
  countedCategories?: ChargeCategory[];

  @About('The first rule in force that matches decides; none: eligible in full.')
  @IsOptional()
  @ListOf(() => EligibilityRuleBody, { max: 200 })
  eligibility?: EligibilityRuleBody[];

  @About('Caps by class.')
  @IsOptional()
  @ListOf(() => ClassCapBody, { max: 20 })
  caps?: ClassCapBody[];

  @About('Lower first when several commitments could take a charge; default 0.')
  @IsOptional()
  @IsWholeNumber(0, 1000)
  priority?: number;

  @About('A charge counts for two commitments only if both say so. Default: false.')
  @IsOptional()
  @IsBoolean()
  stackable?: boolean;

  @EffectiveAt(
    'From when the terms hold. A pledge: the start of its term at the latest. An amendment: default now; the start of the term makes it retroactive.',
  )
  effectiveAt?: string;
}

export class PledgeCommitmentBody extends CommitmentTermsBody {
  @About('The code of the commitment within the agreement.', { example: 'cloud' })
  @IsCode()
  id!: string;
}

/** The whole new terms, not a difference. They hold for what takes effect from `effectiveAt` on, also if recorded before. */
export class AmendCommitmentBody extends CommitmentTermsBody {
  @About('Why.')
  @IsText(500)
  reason!: string;
}

export class TerminateCommitmentBody {
  @About('When it ended.')
  @IsInstant()
  terminatedAt!: string;

  @About('What becomes of the remaining obligation.')
  @IsString()
  @IsIn(['released', 'survives'])
  obligation!: 'released' | 'survives';

  @About('Why.')
  @IsText(500)
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}
