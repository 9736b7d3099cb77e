import { Member } from './member.js';
import * as rules from './rules.js';

/** The kinds of members that bodies are made of, by their trade names. Each says its rule and its schema at once. */

export interface Say {
  readonly optional?: boolean;
  readonly example?: string;
}

const member = (
  rule: rules.Rule,
  about: string,
  { optional = false, example }: Say,
): PropertyDecorator =>
  Member(rule, { about, optional, schema: example === undefined ? {} : { example } });

export const Code = (about: string, say: Say = {}): PropertyDecorator =>
  member(rules.code, about, say);

export const Path = (parts: number, about: string, say: Say = {}): PropertyDecorator =>
  member(rules.path(parts), about, say);

export const Text = (max: number, about: string, say: Say = {}): PropertyDecorator =>
  member(rules.text({ max }), about, say);

export const SourceName = (about: string, say: Say = {}): PropertyDecorator =>
  member(rules.source, about, say);

export const Amount = (
  about: string,
  limits: rules.AmountLimits = {},
  say: Say = {},
): PropertyDecorator => member(rules.amount(limits), about, { example: '123.45', ...say });

export const ContractAmount = (about: string, limits: rules.AmountLimits): PropertyDecorator =>
  member(rules.contractAmount(limits), about, { example: '123.45' });

export const DecimalUpTo = (max: 1 | 100, about: string, say: Say = {}): PropertyDecorator =>
  member(rules.decimalUpTo(max), about, say);

export const Quantity = (about: string, say: Say = {}): PropertyDecorator =>
  member(rules.quantity, about, say);

export const Currency = (about: string): PropertyDecorator =>
  member(rules.currency, about, { example: 'USD' });

/** `after`: the member that starts the interval which this one ends. */
export const At = (about: string, say: Say & { after?: string } = {}): PropertyDecorator =>
  member(rules.instant(say.after), about, say);

export const Day = (about: string): PropertyDecorator =>
  member(rules.day, about, { optional: true });

export const Sha256 = (about: string): PropertyDecorator => member(rules.sha256, about, {});

/** `default` is said in words: generators take a member that has one for a member that is always there. */
export const OneOf = (
  values: readonly string[],
  about: string,
  say: Say & { default?: string } = {},
): PropertyDecorator =>
  member(
    rules.oneOf(values),
    say.default === undefined ? about : `${about} Default: ${say.default}.`,
    say,
  );

/** When the command takes effect in business; the request's own date, or now, when it is not given. */
export const EffectiveAt = (
  about = 'When it took effect in business. Default: the date the request is about, else now.',
): PropertyDecorator => At(about, { optional: true });
