import { getMetadataStorage } from 'class-validator';
import { refusalCode } from '../refusal-code.js';
import type { Class, Plain } from './members.js';
import { fault, isAbsent, MISSING, type Fault, type Rule, type RuleSchema } from './rules.js';
import { STOCK } from './stock-constraints.js';

/** One constraint of a member: a rule of ours, one of class-validator's, or anybody's `ValidateBy`. */
export interface Check {
  /** Under which class-validator says that it failed. */
  readonly name: string;
  readonly schema: RuleSchema;
  passes(value: unknown, object: Plain): boolean;
  /** Null where it passes. `messages`: class-validator's, by name. */
  fault(value: unknown, object: Plain, messages: Readonly<Record<string, string>>): Fault | null;
}

type Storage = ReturnType<typeof getMetadataStorage>;
type Metadata = ReturnType<Storage['getTargetValidationMetadatas']>[number];
type Constraint = ReturnType<Storage['getTargetValidatorConstraints']>[number];

export const checksOf = (type: Class, metadata: Metadata): readonly Check[] =>
  getMetadataStorage()
    .getTargetValidatorConstraints(metadata.constraintCls)
    .map((constraint) => checkOf(type, metadata, constraint));

const checkOf = (type: Class, metadata: Metadata, constraint: Constraint): Check => {
  const { propertyName: property, each, validateIf } = metadata;
  if (constraint.async)
    throw new Error(`${type.name}.${property}: ${constraint.name} is asynchronous`);
  const name = constraint.name || metadata.type;
  const rule = ruleIn(metadata);
  const one =
    rule === null
      ? stockTest(type, metadata, constraint)
      : (value: unknown, object: Plain): boolean => rule(value, object) === null;
  const all = each ? eachOf(one) : one;
  const schema = rule?.schema ?? STOCK.get(name)?.schema(metadata.constraints ?? []) ?? {};
  const passes =
    validateIf !== undefined
      ? (value: unknown, object: Plain) => !validateIf(object, value) || all(value, object, value)
      : rule !== null && !each
        ? // Nearly every check of every usage event: nothing between the caller and the rule.
          (value: unknown, object: Plain) => rule(value, object) === null
        : (value: unknown, object: Plain) => all(value, object, value);
  return {
    name,
    schema: each ? { type: 'array', items: schema } : schema,
    passes,
    fault(value, object, messages) {
      if (passes(value, object)) return null;
      const isList = each && Array.isArray(value);
      const index = isList ? value.findIndex((item) => !one(item, object, value)) : -1;
      const wrong: unknown = isList ? (value as unknown[])[index] : value;
      const told =
        rule === null ? stockFault(metadata, name, wrong, messages[name]) : rule(wrong, object);
      if (told === null) return null;
      const words = metadata.message ? wordsOf(messages[name], property) : told.message;
      return fault(told.code, words, `${isList ? `/${index}` : ''}${told.at ?? ''}`);
    },
  };
};

type Test = (value: unknown, object: Plain, whole: unknown) => boolean;

/** As class-validator does: what is no list is judged itself. */
const eachOf =
  (one: Test): Test =>
  (value, object) =>
    Array.isArray(value)
      ? value.every((item) => one(item, object, value))
      : one(value, object, value);

const ruleIn = ({ constraints }: Metadata): Rule | null => {
  const [rule] = (constraints ?? []) as readonly unknown[];
  return typeof rule === 'function' && 'schema' in rule ? (rule as Rule) : null;
};

const stockTest = (type: Class, metadata: Metadata, { instance }: Constraint): Test => {
  const { propertyName: property, constraints } = metadata;
  return (value, object, whole) =>
    Boolean(
      instance.validate(value, {
        targetName: type.name,
        property,
        object: object as object,
        value: whole,
        constraints,
      }),
    );
};

/** A constraint that says what one of our rules says has its code and its words; all others are `invalid-` and their name. */
const stockFault = (
  { propertyName: property, constraints }: Metadata,
  name: string,
  value: unknown,
  message: string | undefined,
): Fault => {
  if (isAbsent(value)) return MISSING;
  const like = STOCK.get(name)?.like?.(constraints ?? []);
  return like ?? fault(constraintCode(name), wordsOf(message, property));
};

export const constraintCode = (constraint: string): string => `invalid-${refusalCode(constraint)}`;

/** class-validator's words without the name of the member, which the pointer says. */
export const wordsOf = (message: string | undefined, property: string): string => {
  const said = (message ?? '').replace(/^each value in /, '');
  const words = said.startsWith(`${property} `) ? said.slice(property.length + 1) : said;
  return words === '' ? 'is not as it must be' : words;
};
