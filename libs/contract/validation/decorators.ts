import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsObject,
  ValidateBy,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import { list, mapOf, tags, type ListLimits, type MapLimits } from './collection-rules.js';
import type { Class, Plain } from './members.js';
import * as rules from './rules.js';
import type { AmountLimits, Rule, RuleSchema, TextLimits } from './rules.js';

/**
 * Rules of the trade as decorators of class-validator, to be mixed with its own: of several on one member the first that
 * fails speaks. `options` are class-validator's (`each`, `message`, `validateIf`, `groups`).
 */

/** A rule as a decorator. The rule is its constraint, so that the check and the documents find it in class-validator's storage. */
export const Follows = (
  name: string,
  rule: Rule,
  options: ValidationOptions = {},
): PropertyDecorator =>
  ValidateBy(
    {
      name,
      constraints: [rule],
      validator: {
        validate: (value, args) => rule(value, args?.object as Plain) === null,
        defaultMessage: (args) => {
          const fault = rule(args?.value, args?.object as Plain);
          return `$property ${fault?.message ?? 'is not as it must be'}`;
        },
      },
    },
    options,
  );

/** What the documents say of a member beside its rules; class-validator's `Allow` carries it and checks nothing. */
export const About = (description: string, schema: RuleSchema = {}): PropertyDecorator =>
  Allow({ context: { description, schema } });

export const IsCode = (options?: ValidationOptions): PropertyDecorator =>
  Follows('isCode', rules.code, options);

/** An id is so many codes with dots between them: 2 for a commitment or investment, 3 for a tranche or milestone. */
export const IsId = (parts: 2 | 3, options?: ValidationOptions): PropertyDecorator =>
  Follows('isId', rules.path(parts), options);

export const IsText = (
  max: number,
  options?: ValidationOptions & Omit<TextLimits, 'max'>,
): PropertyDecorator => Follows('isText', rules.text({ ...options, max }), options);

export const IsSourceName = (options?: ValidationOptions): PropertyDecorator =>
  Follows('isSourceName', rules.source, options);

export const IsAmount = (options: ValidationOptions & AmountLimits = {}): PropertyDecorator =>
  Follows('isAmount', rules.amount(options), options);

/** Contract money: with no more decimals than the currency of the member `currency` beside it has. */
export const IsContractAmount = (options: ValidationOptions & AmountLimits): PropertyDecorator =>
  Follows('isContractAmount', rules.contractAmount(options), options);

/** A decimal from 0 to 1 (a fraction) or 100 (a percentage). */
export const IsDecimalUpTo = (max: 1 | 100, options?: ValidationOptions): PropertyDecorator =>
  Follows('isDecimalUpTo', rules.decimalUpTo(max), options);

export const IsQuantity = (options?: ValidationOptions): PropertyDecorator =>
  Follows('isQuantity', rules.quantity, options);

export const IsCurrencyCode = (options?: ValidationOptions): PropertyDecorator =>
  Follows('isCurrencyCode', rules.currency, options);

/** RFC 3339 with an offset. `after`: the member that starts the interval which this one ends. */
export const IsInstant = (
  options: ValidationOptions & { readonly after?: string } = {},
): PropertyDecorator => Follows('isInstant', rules.instant(options.after), options);

export const IsDay = (options?: ValidationOptions): PropertyDecorator =>
  Follows('isDay', rules.day, options);

export const IsSha256 = (options?: ValidationOptions): PropertyDecorator =>
  Follows('isSha256', rules.sha256, options);

export const IsDocumentUri = (options?: ValidationOptions): PropertyDecorator =>
  Follows('isDocumentUri', rules.uri, options);

export const IsWholeNumber = (
  min: number,
  max: number,
  options?: ValidationOptions,
): PropertyDecorator => Follows('isWholeNumber', rules.integer(min, max), options);

/** A list of texts that follow one rule; lists of objects are `ListOf`. */
export const IsListOf = (
  item: Rule,
  limits: ListLimits,
  options?: ValidationOptions,
): PropertyDecorator => Follows('isListOf', list(item, limits), options);

export const IsMapOf = (
  value: Rule,
  limits: MapLimits,
  options?: ValidationOptions,
): PropertyDecorator => Follows('isMapOf', mapOf(value, limits), options);

export const IsTags = (options?: ValidationOptions): PropertyDecorator =>
  Follows('isTags', tags, options);

/** The first speaks first: TypeScript applies the decorators of a member from the last to the first, and so does this. */
export const inTurn =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of [...decorators].reverse()) decorate(target, property);
  };

/** An object of a class. `ValidateNested` alone does as well where the type of the member says the class. */
export const ObjectOf = (type: () => Class): PropertyDecorator =>
  inTurn(IsObject(), ValidateNested({ context: { type } }));

/** A list of objects of a class. */
export const ListOf = (
  type: () => Class,
  { min = 0, max }: Omit<ListLimits, 'distinct'>,
): PropertyDecorator =>
  inTurn(
    IsArray(),
    ...(min > 0 ? [ArrayMinSize(min)] : []),
    ArrayMaxSize(max),
    IsObject({ each: true }),
    ValidateNested({ each: true, context: { type } }),
  );
