import {
  getMetadataStorage,
  IS_OPTIONAL,
  validateSync,
  type ValidationError,
} from 'class-validator';
import type { ItemProblem } from '../usage/usage-event.js';
import {
  instantiate,
  nestedOf,
  RULE,
  ruleOf,
  type Class,
  type NestedMember,
  type Plain,
} from './member.js';
import { isObject, type Rule } from './rules.js';
import { pointerOf } from '../json/strict-json.js';

/** More are not listed: somebody sent something else than they think. */
export const PROBLEMS_MAX = 50;

/**
 * Everything that is wrong with a body, in the order of its members; empty: it is a `Body`. The class and its
 * class-validator metadata are the contract. Most bodies are right, so a check compiled from that metadata goes
 * first, and class-validator itself runs on what that check refuses.
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
    if (!check.knows(name)) {
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
    if (constraint !== RULE) continue;
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
  /** Absent or null, it is not looked at (`IsOptional`). */
  readonly isOptional: boolean;
  readonly rule: Rule;
  readonly nested: NestedMember | undefined;
}

/** The same judgement as class-validator's, read once from its metadata: a member's rule is called without what is around it. */
class CompiledCheck {
  private readonly members: ReadonlyMap<string, CompiledMember>;
  private readonly required: readonly CompiledMember[];

  constructor(
    readonly type: Class,
    members: readonly CompiledMember[],
  ) {
    this.members = new Map(members.map((member) => [member.name, member]));
    this.required = members.filter(({ isOptional }) => !isOptional);
  }

  knows(name: string): boolean {
    return this.members.has(name);
  }

  accepts(value: Plain): boolean {
    for (const name in value) {
      const member = this.members.get(name);
      if (member === undefined || !isRight(member, value[name], value)) return false;
    }
    // A class has far more members than a body; of those that are not there, only these can be wrong.
    for (const member of this.required)
      if (value[member.name] === undefined && !isRight(member, undefined, value)) return false;
    return true;
  }
}

const isRight = (
  { isOptional, rule, nested }: CompiledMember,
  value: unknown,
  object: Plain,
): boolean => {
  if (isOptional && (value === undefined || value === null)) return true;
  if (rule(value, object) !== null) return false;
  if (nested === undefined) return true;
  const check = compiled(nested.type);
  return nested.isList
    ? (value as Plain[]).every((item) => check.accepts(item))
    : check.accepts(value as Plain);
};

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
      let isOptional = false;
      let rules = 0;
      for (const metadata of properties) {
        if (metadata.each || metadata.groups?.length || metadata.validateIf)
          throw new Error(
            `${type.name}.${name} uses a part of class-validator that is not compiled`,
          );
        if (metadata.name === IS_OPTIONAL) isOptional = true;
        else if (metadata.name === RULE) rules += 1;
        else if (metadata.type !== 'nestedValidation')
          throw new Error(`${type.name}.${name}: ${metadata.type} is not compiled`);
      }
      const rule = ruleOf(type, name);
      if (rules !== 1 || rule === undefined)
        throw new Error(`${type.name}.${name} has ${rules} rules: one is compiled`);
      return { name, isOptional, rule, nested: nestedOf(type, name) };
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
