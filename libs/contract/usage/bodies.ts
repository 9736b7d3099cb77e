import {
  CHARGE_ATTRIBUTES,
  CHARGE_CATEGORIES,
  COST_BASES,
  type ChargeAttribute,
  type ChargeCategory,
  type CostBasis,
} from '../../domain/commitment/terms/terms.js';
import type { UsageEvent } from './usage-event.js';
import { Member } from '../validation/member.js';
import {
  At,
  Amount,
  Code,
  Currency,
  EffectiveAt,
  OneOf,
  Quantity,
  SourceName,
  Text,
} from '../validation/members.js';
import { mapOf, tags } from '../validation/collection-rules.js';
import { amount, saying, text, type Rule } from '../validation/rules.js';
import { withoutNulls } from '../validation/validate.js';

const AMOUNT = amount();

const amountOrCosts = saying(AMOUNT.schema!, (value, event) => {
  const given = value !== undefined && value !== null;
  if (given) return AMOUNT(value, event);
  return event['costs'] === undefined || event['costs'] === null
    ? { code: 'amount-missing', message: 'amount or costs is required' }
    : null;
});

const COSTS = mapOf(AMOUNT, { names: COST_BASES, max: COST_BASES.length });

const costs: Rule = saying(
  { ...COSTS.schema, minProperties: 1 },
  (value, event) =>
    COSTS(value, event) ??
    (Object.keys(value as object).length === 0
      ? { code: 'amount-missing', message: 'must name at least one cost' }
      : null),
);

/** One usage event: the same over HTTP, in files and in Kafka messages. */
export class UsageEventBody implements UsageEvent {
  @SourceName(
    'The sending system, a URI reference. With `id` the identity of the event, for ever.',
    {
      example: 'billing/aws',
    },
  )
  source!: string;

  @Text(128, "The sender's own id, unique within its source.", { example: 'inv-2026-10-000123' })
  id!: string;

  @Code('The agreement whose commitments it draws on.', { example: 'amazon-anthropic' })
  agreement!: string;

  @At('When it happened in business.', { example: '2026-11-20T10:00:00Z' })
  effectiveAt!: string;

  @OneOf(CHARGE_CATEGORIES, 'FOCUS ChargeCategory.', { optional: true, default: 'usage' })
  category?: ChargeCategory;

  @Currency('Active ISO 4217 code.')
  currency!: string;

  @Member(amountOrCosts, {
    about: "The charge on the basis of the agreement's commitments; less than zero is a refund.",
    sometimes: true,
    schema: { example: '123.45' },
  })
  amount?: string;

  @Member(costs, {
    about: 'The charge by basis, instead of or beside `amount`.',
    optional: true,
  })
  costs?: Partial<Record<CostBasis, string>>;

  @At('Start of use, inclusive.', { optional: true })
  chargedFrom?: string;

  @At('End of use, exclusive.', { optional: true, after: 'chargedFrom' })
  chargedTo?: string;

  @At('Start of the billing period, inclusive.', { optional: true })
  billedFrom?: string;

  @At('End of the billing period, exclusive.', { optional: true, after: 'billedFrom' })
  billedTo?: string;

  @Quantity('Used quantity with at most 18 decimals; needs `unit`.', { optional: true })
  quantity?: string;

  @Text(64, 'Unit of the quantity.', { optional: true, example: 'GPU-hours' })
  unit?: string;

  @Member(mapOf(text({ max: 256 }), { names: CHARGE_ATTRIBUTES, max: CHARGE_ATTRIBUTES.length }), {
    about: 'Facts that eligibility rules may ask for.',
    optional: true,
  })
  attributes?: Partial<Record<ChargeAttribute, string>>;

  @Member(tags, {
    about: 'Free tags: at most 20, 4,096 characters altogether, names of 1 to 128.',
    optional: true,
  })
  tags?: Record<string, string>;
}

/** A validated body as the event that `UsageRecorder` takes: a null member is an absent one. */
export const toUsageEvent = (body: unknown): UsageEvent => withoutNulls(body) as UsageEvent;

export class ReverseDrawdownBody {
  @SourceName('The source of the usage event that is taken back.', { example: 'billing/aws' })
  source!: string;

  @Text(128, 'The id of the usage event that is taken back.')
  id!: string;

  @Amount(
    "Share of the original's gross to take back, above zero whatever its sign; default: all that is left.",
    { sign: 'positive' },
    { optional: true },
  )
  amount?: string;

  @Text(500, 'Why.')
  reason!: string;

  @EffectiveAt('Default: when its original took effect; never before it.')
  effectiveAt?: string;
}
