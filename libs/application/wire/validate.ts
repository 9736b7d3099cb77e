import {
  getMetadataStorage,
  validateSync,
  type ValidationArguments,
  type ValidationError,
  type ValidatorConstraintInterface,
} from 'class-validator';
import type { ItemProblem } from '../usage-event.js';
import {
  instantiate,
  nestedOf,
  ruleOf,
  type Class,
  type NestedMember,
  type Plain,
} from './member.js';
import { isObject } from './rules.js';
import { pointerOf } from './strict-json.js';

/** More are not listed: somebody sent something else than they think. */
export const PROBLEMS_MAX = 50;

/**
 * Everything that is wrong with a body, in the order of its members; empty: it is a `Body`. The class and its
 * class-validator metadata are the contract. Most bodies are right, so a check compiled from that metadata goes first
 * (a fifth of its time), and class-validator itself runs on what that check refuses.
 */
export const validateBody = (type: Class, value: unknown): readonly ItemProblem[] => {
  if (!isObject(value))
    return [{ code: 'not-an-object', pointer: '', message: 'must be an object' }];
  return compiled(type).accepts(value) ? [] : explain(type, value);
};

/** class-validator's own judgement, without the compiled check. */
export const explain = (type: Class, value: Plain): readonly ItemProblem[] => {
  const problems: ItemProblem[] = [];
  unknownMembers(compiled(type), value, [], problems);
  const errors = validateSync(instantiate(type, value), {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  for (const error of errors) describe(error, [], problems);
  const seen = new Set<string>();
  return problems
    .filter(({ pointer, code }) => {
      const key = `${code} ${pointer}`;
      return seen.has(key) ? false : seen.add(key);
    })
    .slice(0, PROBLEMS_MAX);
};

/** class-validator's whitelist takes `hasOwnProperty` for a known member, so unknown ones are looked for here too. */
const unknownMembers = (
  check: CompiledCheck,
  value: Plain,
  path: readonly (string | number)[],
  problems: ItemProblem[],
): void => {
  for (const [name, member] of Object.entries(value)) {
    const here = [...path, name];
    if (!check.names.has(name)) {
      problems.push(unknownMember(here));
      continue;
    }
    const below = nestedOf(check.type, name);
    if (below === undefined) continue;
    const items = below.isList && Array.isArray(member) ? member : [member];
    for (const [index, item] of items.entries()) {
      if (!isObject(item)) continue;
      unknownMembers(compiled(below.type), item, below.isList ? [...here, index] : here, problems);
    }
  }
};

const unknownMember = (path: readonly (string | number)[]): ItemProblem => ({
  code: 'member-unknown',
  pointer: pointerOf(path),
  message: 'is not a member that exists here',
});

const describe = (
  error: ValidationError,
  path: readonly string[],
  problems: ItemProblem[],
): void => {
  if (error.property === undefined) return;
  const here = [...path, error.property];
  for (const constraint of Object.keys(error.constraints ?? {})) {
    if (constraint === 'whitelistValidation') problems.push(unknownMember(here));
    if (constraint !== 'rule') continue;
    const type = (error.target as object).constructor as Class;
    const fault = ruleOf(type, error.property)?.(error.value, error.target as Plain);
    if (fault)
      problems.push({
        code: fault.code,
        pointer: pointerOf(here) + (fault.at ?? ''),
        message: fault.message,
      });
  }
  for (const child of error.children ?? []) describe(child, here, problems);
};

interface CompiledMember {
  readonly name: string;
  /** All must hold for the member to be looked at (`IsOptional`). */
  readonly conditions: readonly ((object: object, value: unknown) => boolean)[];
  readonly constraints: readonly ValidatorConstraintInterface[];
  readonly nested: NestedMember | undefined;
}

/** The same judgement as class-validator's, read once from its metadata into plain loops. */
class CompiledCheck {
  readonly names: ReadonlySet<string>;

  constructor(
    readonly type: Class,
    private readonly members: readonly CompiledMember[],
  ) {
    this.names = new Set(members.map(({ name }) => name));
  }

  accepts(value: Plain): boolean {
    for (const name in value) if (!this.names.has(name)) return false;
    const args = { object: value } as ValidationArguments;
    for (const { name, conditions, constraints, nested } of this.members) {
      const member = value[name];
      if (conditions.length > 0 && !conditions.every((holds) => holds(value, member))) continue;
      for (const constraint of constraints) if (!constraint.validate(member, args)) return false;
      if (nested === undefined) continue;
      const check = compiled(nested.type);
      if (nested.isList) {
        for (const item of member as Plain[]) if (!check.accepts(item)) return false;
      } else if (!check.accepts(member as Plain)) return false;
    }
    return true;
  }
}

const checks = new Map<Class, CompiledCheck>();

const compiled = (type: Class): CompiledCheck => {
  const known = checks.get(type);
  if (known) return known;
  const check = compile(type);
  checks.set(type, check);
  return check;
};

const compile = (type: Class): CompiledCheck => {
  const storage = getMetadataStorage();
  const metadatas = storage.getTargetValidationMetadatas(type, '', false, false);
  const members = Object.entries(storage.groupByPropertyName(metadatas)).map(
    ([name, properties]): CompiledMember => {
      const conditions: CompiledMember['conditions'][number][] = [];
      const constraints: ValidatorConstraintInterface[] = [];
      for (const metadata of properties) {
        if (metadata.each || metadata.groups?.length || metadata.validateIf)
          throw new Error(
            `${type.name}.${name} uses a part of class-validator that is not compiled`,
          );
        switch (metadata.type) {
          case 'conditionalValidation':
            conditions.push(metadata.constraints[0] as CompiledMember['conditions'][number]);
            break;
          case 'customValidation':
            for (const { instance } of storage.getTargetValidatorConstraints(
              metadata.constraintCls,
            ))
              constraints.push(instance);
            break;
          case 'nestedValidation':
            break;
          default:
            throw new Error(`${type.name}.${name}: ${metadata.type} is not compiled`);
        }
      }
      return { name, conditions, constraints, nested: nestedOf(type, name) };
    },
  );
  return new CompiledCheck(type, members);
};

/** Members that are null are absent: drops them, so that only one way of saying so goes on. */
export const withoutNulls = <Value>(value: Value): Value => {
  if (!hasNulls(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls) as Value;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  ) as Value;
};

/** Of an array itself: nulls in it are items, not members. */
const hasNulls = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasNulls);
  for (const name in value) {
    const member = (value as Plain)[name];
    if (member === null || (typeof member === 'object' && hasNulls(member))) return true;
  }
  return false;
};
