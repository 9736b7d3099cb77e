import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  IsOptional,
  registerDecorator,
  ValidateNested,
  type ValidationArguments,
} from 'class-validator';
import { list, type ListLimits } from './collection-rules.js';
import { bool, isObject, object, type Rule } from './rules.js';

export type Class<Body extends object = object> = new () => Body;
export type Plain = Readonly<Record<string, unknown>>;

/** The class of a member's object, or of each object in its list. */
export interface NestedMember {
  readonly type: Class;
  readonly isList: boolean;
}

/** The name of our constraints in class-validator's metadata. */
export const RULE = 'rule';

const rules = new Map<object, Map<string, Rule>>();
const nested = new Map<object, Map<string, NestedMember>>();

/** Looks up the prototype chain, as class-validator does. */
const lookUp = <Value>(
  registry: Map<object, Map<string, Value>>,
  type: Class,
  property: string,
): Value | undefined => {
  for (let proto: unknown = type.prototype; proto; proto = Object.getPrototypeOf(proto)) {
    const found = registry.get(proto as object)?.get(property);
    if (found !== undefined) return found;
  }
  return undefined;
};

export const ruleOf = (type: Class, property: string): Rule | undefined =>
  lookUp(rules, type, property);
export const nestedOf = (type: Class, property: string): NestedMember | undefined =>
  lookUp(nested, type, property);

const remember = <Value>(
  registry: Map<object, Map<string, Value>>,
  target: object,
  property: string,
  value: Value,
): void => {
  const members = registry.get(target) ?? new Map<string, Value>();
  registry.set(target, members.set(property, value));
};

export interface MemberOptions {
  readonly about: string;
  readonly optional?: boolean;
  /** The rule itself says when it may be absent or null: the members beside it decide. */
  readonly sometimes?: boolean;
  /** What OpenAPI says besides the description and the rule's own schema. */
  readonly schema?: ApiPropertyOptions;
}

/**
 * One member of a body: its rule as a class-validator constraint, and its place in the OpenAPI document, said
 * together so that neither is forgotten. An optional member may be absent or null, which mean the same.
 */
export const Member =
  (
    rule: Rule,
    { about, optional = false, sometimes = optional, schema }: MemberOptions,
  ): PropertyDecorator =>
  (target, key) => {
    const property = String(key);
    if (rule.schema === undefined && schema === undefined)
      throw new Error(`${target.constructor.name}.${property} says nothing of its values`);
    remember(rules, target, property, rule);
    registerDecorator({
      name: RULE,
      target: target.constructor,
      propertyName: property,
      validator: {
        validate: (value: unknown, args?: ValidationArguments) =>
          rule(value, (args as ValidationArguments).object as Plain) === null,
        defaultMessage: (args?: ValidationArguments) => {
          const fault = rule(args?.value, args?.object as Plain);
          return fault ? `${fault.code}: ${property}${fault.at ?? ''} ${fault.message}` : '';
        },
      },
    });
    if (optional) IsOptional()(target, key);
    ApiProperty({
      description: about,
      required: !sometimes,
      ...(sometimes ? { nullable: true } : {}),
      ...rule.schema,
      ...schema,
    } as ApiPropertyOptions)(target, key);
  };

/** @nestjs/swagger knows a type that is asked for later by its name: any other function is a class to it. */
const lazily = (asked: () => Class): ApiPropertyOptions => ({ type: () => asked() });

const NAMES = 'swagger/apiModelPropertiesArray';
const PROPERTY = 'swagger/apiModelProperties';

/** What the members of a class say for OpenAPI, in their order; that of its parents included. */
export const propertiesOf = (type: Class): readonly (readonly [string, Plain])[] => {
  const prototype = type.prototype as object;
  return (Reflect.getMetadata(NAMES, prototype) as readonly string[]).map((listed) => {
    const name = listed.slice(1);
    return [name, Reflect.getMetadata(PROPERTY, prototype, name) as Plain];
  });
};

/** An object with a class of its own. */
export const ObjectMember =
  (type: () => Class, about: string, optional = false): PropertyDecorator =>
  (target, key) => {
    remember(nested, target, String(key), { type: type(), isList: false });
    ValidateNested()(target, key);
    Member(object, { about, optional, schema: lazily(type) })(target, key);
  };

/** A list of objects with a class of their own. */
export const ObjectListMember =
  (type: () => Class, about: string, limits: ListLimits, optional = false): PropertyDecorator =>
  (target, key) => {
    remember(nested, target, String(key), { type: type(), isList: true });
    ValidateNested()(target, key);
    Member(list(object, limits), {
      about,
      optional,
      // The class says what the items are, so that they are named.
      schema: { ...(lazily(type) as object), isArray: true, items: undefined } as object,
    })(target, key);
  };

export const BooleanMember = (about: string): PropertyDecorator =>
  Member(bool, { about: `${about} Default: false.`, optional: true });

/** A plain value as an instance of its class, all the way down: what class-validator needs to find its metadata. */
export const instantiate = (type: Class, value: Plain): object => {
  const instance = Object.create(type.prototype as object) as Record<string, unknown>;
  for (const [name, member] of Object.entries(value)) {
    const below = nestedOf(type, name);
    const inner =
      below === undefined
        ? member
        : below.isList && Array.isArray(member)
          ? member.map((item) => (isObject(item) ? instantiate(below.type, item) : item))
          : !below.isList && isObject(member)
            ? instantiate(below.type, member)
            : member;
    Object.defineProperty(instance, name, {
      value: inner,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return instance;
};
