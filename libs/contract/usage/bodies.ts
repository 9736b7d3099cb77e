import { IsIn, IsOptional, IsString, ValidateIf } from 'class-validator';
import {
  About,
  Follows,
  IsAmount,
  IsCode,
  IsCurrencyCode,
  IsInstant,
  IsMapOf,
  IsQuantity,
  IsSourceName,
  IsTags,
  IsText,
} from '../validation/decorators.js';
import { EffectiveAt } from '../effective-at.js';
import { mapOf } from '../validation/collection-rules.js';
import { amount, fault, isAbsent, saying, text, type Rule } from '../validation/rules.js';
import { withoutNulls } from '../json/without-nulls.js';
import {
  CHARGE_ATTRIBUTES,
  CHARGE_CATEGORIES,
  COST_BASES,
  type ChargeAttribute,
  type ChargeCategory,
  type CostBasis,
} from '../../domain/commitment/terms/terms.js';
import type { UsageEvent } from './usage-event.js';

const AMOUNT = amount();

const amountOrCosts = saying(AMOUNT.schema, (value, event) =>
  isAbsent(value) ? fault('amount-missing', 'amount or costs is required') : AMOUNT(value, event),
);

const COSTS = mapOf(AMOUNT, { names: COST_BASES, max: COST_BASES.length });

const costs: Rule = saying(
  { ...COSTS.schema, minProperties: 1 },
  (value, event) =>
    COSTS(value, event) ??
    (Object.keys(value as object).length === 0
      ? fault('amount-missing', 'must name at least one cost')
      : null),
);

/** One usage event: the same over HTTP, in files and in Kafka messages. */
export class UsageEventBody implements UsageEvent {
  @About('The sending system, a URI reference. With `id` the identity of the event, for ever.', {
    example: 'billing/aws',
  })
  @IsSourceName()
  source!: string;

  @About("The sender's own id, unique within its source.", { example: 'inv-2026-10-000123' })
  @IsText(128)
  id!: string;

  @About('The agreement whose commitments it draws on.', { example: 'amazon-anthropic' })
  @IsCode()
  agreement!: string;

  @About('When it happened in business.', { example: '2026-11-20T10:00:00Z' })
  @IsInstant()
  effectiveAt!: string;

  @About('FOCUS ChargeCategory. Default: usage.')
  @IsOptional()
  @IsString()
  @IsIn(CHARGE_CATEGORIES)
  category?: ChargeCategory;

  @About('Active ISO 4217 code.', { example: 'USD' })
  @IsCurrencyCode()
  currency!: string;

  @About("The charge on the basis of the agreement's commitments; less than zero is a refund.", {
    example: '123.45',
  })
  @ValidateIf(({ costs }: UsageEventBody, amount) => !isAbsent(amount) || isAbsent(costs))
  @Follows('isAmountOrCosts', amountOrCosts)
  amount?: string;

  @About('The charge by basis, instead of or beside `amount`.')
  @IsOptional()
  @Follows('isCosts', costs)
  costs?: Partial<Record<CostBasis, string>>;

  @About('Start of use, inclusive.')
  @IsOptional()
  @IsInstant()
  chargedFrom?: string;

  @About('End of use, exclusive.')
  @IsOptional()
  @IsInstant({ after: 'chargedFrom' })
  chargedTo?: string;

  @About('Start of the billing period, inclusive.')
  @IsOptional()
  @IsInstant()
  billedFrom?: string;

  @About('End of the billing period, exclusive.')
  @IsOptional()
  @IsInstant({ after: 'billedFrom' })
  billedTo?: string;

  @About('Used quantity with at most 18 decimals; needs `unit`.')
  @IsOptional()
  @IsQuantity()
  quantity?: string;

  @About('Unit of the quantity.', { example: 'GPU-hours' })
  @IsOptional()
  @IsText(64)
  unit?: string;

  @About('Facts that eligibility rules may ask for.')
  @IsOptional()
  @IsMapOf(text({ max: 256 }), { names: CHARGE_ATTRIBUTES, max: CHARGE_ATTRIBUTES.length })
  attributes?: Partial<Record<ChargeAttribute, string>>;

  @About('Free tags: at most 20, 4,096 characters altogether, names of 1 to 128.')
  @IsOptional()
  @IsTags()
  tags?: Record<string, string>;
}

/** A validated body as the event that `RecordUsage` takes: a null member is an absent one. */
export const toUsageEvent = (body: unknown): UsageEvent => withoutNulls(body) as UsageEvent;

export class ReverseDrawdownBody {
  @About('The source of the usage event that is taken back.', { example: 'billing/aws' })
  @IsSourceName()
  source!: string;

  @About('The id of the usage event that is taken back.')
  @IsText(128)
  id!: string;

  @About(
    "Share of the original's gross to take back, above zero whatever its sign; default: all that is left.",
    { example: '123.45' },
  )
  @IsOptional()
  @IsAmount({ sign: 'positive' })
  amount?: string;

  @About('Why.')
  @IsText(500)
  reason!: string;

  @EffectiveAt('Default: when its original took effect; never before it.')
  effectiveAt?: string;
}
