import { Member } from './member.js';
import * as rules from './rules.js';

/** The kinds of members that bodies are made of, by their trade names. Each says its rule and its schema at once. */

export interface Say {
  readonly optional?: boolean;
  readonly example?: string;
}

const CODE_PATTERN = '^[a-z0-9][a-z0-9_-]{0,62}$';

const member = (
  rule: rules.Rule,
  about: string,
  { optional = false, example }: Say,
  schema: object,
): PropertyDecorator =>
  Member(rule, {
    about,
    optional,
    schema: { type: String, ...(example === undefined ? {} : { example }), ...schema },
  });

export const Code = (about: string, say: Say = {}): PropertyDecorator =>
  member(rules.code, about, say, { pattern: CODE_PATTERN });

export const Path = (parts: number, about: string, say: Say = {}): PropertyDecorator =>
  member(rules.path(parts), about, say, {});

export const Text = (max: number, about: string, say: Say = {}): PropertyDecorator =>
  member(rules.text({ max }), about, say, { minLength: 1, maxLength: max });

export const SourceName = (about: string, say: Say = {}): PropertyDecorator =>
  member(rules.source, about, say, { format: 'uri-reference', maxLength: 128 });

export const Amount = (
  about: string,
  limits: rules.AmountLimits = {},
  say: Say = {},
): PropertyDecorator =>
  member(rules.amount(limits), about, { example: '123.45', ...say }, { format: 'decimal' });

export const ContractAmount = (about: string, limits: rules.AmountLimits): PropertyDecorator =>
  member(rules.contractAmount(limits), about, { example: '123.45' }, { format: 'decimal' });

export const DecimalUpTo = (max: number, about: string, say: Say = {}): PropertyDecorator =>
  member(rules.decimalUpTo(max), about, say, { format: 'decimal' });

export const Quantity = (about: string, say: Say = {}): PropertyDecorator =>
  member(rules.quantity, about, say, { format: 'decimal' });

export const Currency = (about: string): PropertyDecorator =>
  member(rules.currency, about, { example: 'USD' }, { pattern: '^[A-Z]{3}$' });

/** `after`: the member that starts the interval which this one ends. */
export const At = (about: string, say: Say & { after?: string } = {}): PropertyDecorator =>
  member(rules.instant(say.after), about, say, { format: 'date-time' });

export const Day = (about: string): PropertyDecorator =>
  member(rules.day, about, { optional: true }, { format: 'date' });

export const Sha256 = (about: string): PropertyDecorator =>
  member(rules.sha256, about, {}, { pattern: '^[0-9a-f]{64}$' });

export const OneOf = (
  values: readonly string[],
  about: string,
  say: Say & { default?: string } = {},
): PropertyDecorator =>
  member(rules.oneOf(values), about, say, {
    enum: values,
    ...(say.default === undefined ? {} : { default: say.default }),
  });

/** When the command takes effect in business; the request's own date, or now, when it is not given. */
export const EffectiveAt = (
  about = 'When it took effect in business. Default: the date the request is about, else now.',
): PropertyDecorator => At(about, { optional: true });
