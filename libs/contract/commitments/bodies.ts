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
import { BooleanMember, Member, ObjectListMember, ObjectMember } from '../validation/member.js';
import { Amount, At, Code, DecimalUpTo, EffectiveAt, OneOf, Text } from '../validation/members.js';
import { MoneyBody } from '../money.js';
import { list, mapOf } from '../validation/collection-rules.js';
import { amount, integer, oneOf, saying, text, type Rule } from '../validation/rules.js';

const SCHEDULE_MODES = ['total-only', 'period-minimums', 'sum-of-periods'] as const;

export class PeriodBody {
  @At('Start, inclusive.')
  start!: string;

  @At('End, exclusive; absent only for the single period of an unknown end.', {
    optional: true,
    after: 'start',
  })
  end?: string;

  @Amount('Its minimum; absent: none.', { sign: 'not-negative' }, { optional: true })
  minimum?: string;
}

export const RAMP_KINDS = ['flat', 'linear', 'step', 'custom'] as const;
export const RAMP_CADENCES = ['month', 'contract-year'] as const;

export class RampStepBody {
  @Member(integer(1, PERIODS_MAX), {
    about: 'For how many periods.',
  })
  periods!: number;

  @Amount('The minimum of each.', { sign: 'not-negative' })
  minimum!: string;
}

/** A member of one kind of ramp; of the others it may be left out. */
const neededBy = (kind: string, rule: Rule): Rule =>
  saying(rule.schema!, (value, ramp) =>
    (value === undefined || value === null) && ramp['kind'] !== kind ? null : rule(value, ramp),
  );

const NOT_NEGATIVE = amount({ sign: 'not-negative' });

/** Cuts the term into periods when the commitment is pledged; from then on they are frozen data. */
export class RampBody {
  @OneOf(RAMP_KINDS, 'flat: the total in equal parts. linear, step, custom: by the members below.')
  kind!: (typeof RAMP_KINDS)[number];

  @OneOf(RAMP_CADENCES, 'Length of a period, counted from the start of the term.')
  every!: (typeof RAMP_CADENCES)[number];

  @Member(neededBy('linear', NOT_NEGATIVE), {
    about: 'linear: the first minimum.',
    sometimes: true,
  })
  first?: string;

  @Member(neededBy('linear', NOT_NEGATIVE), {
    about: 'linear: the last minimum.',
    sometimes: true,
  })
  last?: string;

  @ObjectListMember(() => RampStepBody, 'step: minimums by steps.', { max: PERIODS_MAX }, true)
  steps?: RampStepBody[];

  @Member(neededBy('custom', list(NOT_NEGATIVE, { min: 1, max: PERIODS_MAX })), {
    about: 'custom: the minimum of each period, in order.',
    sometimes: true,
  })
  minimums?: string[];
}

export class ScheduleBody {
  @OneOf(SCHEDULE_MODES, 'How periods and total hang together.')
  mode!: ScheduleMode;

  @ObjectListMember(
    () => PeriodBody,
    'The periods: contiguous, in order, covering the term. Absent for total-only, or with `ramp`.',
    { min: 1, max: PERIODS_MAX },
    true,
  )
  periods?: PeriodBody[];

  @ObjectMember(() => RampBody, 'A ramp to make the periods from.', true)
  ramp?: RampBody;

  @BooleanMember('sum-of-periods: what a period takes beyond its minimum counts for later periods.')
  excessCarriesForward?: boolean;

  @DecimalUpTo(1, "Part of a period's minimum that may move to the next as shortfall.", {
    optional: true,
    example: '0.15',
  })
  rolloverFraction?: string;
}

const values = list(text({ max: 256 }), { min: 1, max: 200 });

export class ChargeMatchBody {
  @Member(mapOf(values, { names: CHARGE_ATTRIBUTES, max: CHARGE_ATTRIBUTES.length }), {
    about: 'Every named attribute must be one of its values.',
    optional: true,
  })
  attributes?: Partial<Record<ChargeAttribute, string[]>>;

  @Member(mapOf(values, { max: 20 }), {
    about: 'Every named tag must have one of its values.',
    optional: true,
  })
  tags?: Record<string, string[]>;
}

export class EligibilityRuleBody {
  @Code('The code of the rule within the commitment.')
  ruleId!: string;

  @OneOf(['include', 'exclude'], 'What it says.')
  effect!: 'include' | 'exclude';

  @ObjectMember(() => ChargeMatchBody, 'Which charges.')
  match!: ChargeMatchBody;

  @DecimalUpTo(1, 'Part of an included charge that counts; default 1.', { optional: true })
  fraction?: string;

  @Code('Class for caps; absent: the default class.', { optional: true, example: 'marketplace' })
  class?: string;

  @At('In force from, inclusive.', { optional: true })
  from?: string;

  @At('In force until, exclusive.', { optional: true, after: 'from' })
  until?: string;
}

export class ClassCapBody {
  @Code('The class that is capped.', { example: 'marketplace' })
  class!: string;

  @OneOf(['period-minimum', 'total', 'absolute'], 'What the value is a part of.')
  of!: 'period-minimum' | 'total' | 'absolute';

  @Amount('A fraction 0 to 1, or for `absolute` an amount.', { sign: 'not-negative' })
  value!: string;
}

const countedCategories = Member(
  list(oneOf(CHARGE_CATEGORIES), { min: 1, max: CHARGE_CATEGORIES.length, distinct: true }),
  {
    about: 'Charge categories that draw down; default usage and purchase.',
    optional: true,
  },
);

const priority = Member(integer(0, 1000), {
  about: 'Lower first when several commitments could take a charge; default 0.',
  optional: true,
});

export class CommitmentTermsBody {
  @Text(200, 'Its name.', { example: 'Cloud spend' })
  name!: string;

  @ObjectMember(() => MoneyBody, 'What is pledged.')
  total!: MoneyBody;

  @OneOf(COST_BASES, 'Which cost of a charge counts.')
  basis!: CostBasis;

  @At('Start of the term, inclusive.')
  startsAt!: string;

  @At('End of the term, exclusive; absent: unknown.', { optional: true, after: 'startsAt' })
  endsAt?: string;

  @ObjectMember(() => ScheduleBody, 'Its periods and their minimums.')
  schedule!: ScheduleBody;

  @countedCategories
  countedCategories?: ChargeCategory[];

  @ObjectListMember(
    () => EligibilityRuleBody,
    'The first rule in force that matches decides; none: eligible in full.',
    { max: 200 },
    true,
  )
  eligibility?: EligibilityRuleBody[];

  @ObjectListMember(() => ClassCapBody, 'Caps by class.', { max: 20 }, true)
  caps?: ClassCapBody[];

  @priority
  priority?: number;

  @BooleanMember('A charge counts for two commitments only if both say so.')
  stackable?: boolean;

  @EffectiveAt(
    'From when the terms hold. A pledge: the start of its term at the latest. An amendment: default now; the start of the term makes it retroactive.',
  )
  effectiveAt?: string;
}

export class PledgeCommitmentBody extends CommitmentTermsBody {
  @Code('The code of the commitment within the agreement.', { example: 'cloud' })
  id!: string;
}

/** The whole new terms, not a difference. They hold for what takes effect from `effectiveAt` on, also if recorded before. */
export class AmendCommitmentBody extends CommitmentTermsBody {
  @Text(500, 'Why.')
  reason!: string;
}

export class TerminateCommitmentBody {
  @At('When it ended.')
  terminatedAt!: string;

  @OneOf(['released', 'survives'], 'What becomes of the remaining obligation.')
  obligation!: 'released' | 'survives';

  @Text(500, 'Why.')
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}
