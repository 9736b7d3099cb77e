import { validateSync, type ValidationError } from 'class-validator';
import { JSON_DEPTH_MAX } from '../json/plain-json.js';
import { pointerOf } from '../json/strict-json.js';
import type { ItemProblem } from '../usage/usage-event.js';
import { constraintCode, wordsOf } from './checks.js';
import { membersOf, type Class, type Member, type Plain } from './members.js';
import { isAbsent, isObject, type Fault } from './rules.js';

type Path = readonly (string | number)[];

/** class-validator's judgement, in our codes and with pointers. Empty: nothing is wrong. */
export const explain = (type: Class, value: Plain): readonly ItemProblem[] => {
  if (isTooDeep(value, JSON_DEPTH_MAX))
    return [problem('json-too-deep', [], `may be nested ${JSON_DEPTH_MAX} deep`)];
  const problems: ItemProblem[] = [];
  unknownMembers(type, value, [], problems);
  const errors = judge(type, value);
  for (const error of errors ?? []) describe(error, [], problems, true);
  if (errors === null) judgeOneByOne(type, value, [], problems);
  // A body that class-validator does not let pass is refused, also where we have no words for it.
  if (errors?.length !== 0 && problems.length === 0) problems.push(unjudged([]));
  const seen = new Set<string>();
  return problems.filter(({ pointer, code }) => {
    const key = `${code} ${pointer}`;
    return seen.has(key) ? false : seen.add(key);
  });
};

const unjudged = (path: Path): ItemProblem => problem('unjudged', path, 'cannot be judged');

/** Null: a constraint or condition failed on a value that it had not expected. */
const judge = (type: Class, value: Plain): readonly ValidationError[] | null => {
  try {
    return validateSync(instantiate(type, value), {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
    });
  } catch {
    return null;
  }
};

/** Where class-validator came to no judgement: each member by itself, so that the one that nobody can judge is named. */
const judgeOneByOne = (type: Class, value: Plain, path: Path, problems: ItemProblem[]): void => {
  for (const member of membersOf(type).values()) {
    const { name, isOptional, conditions, checks } = member;
    const [inner, here] = [value[name], [...path, name]];
    if (isOptional && isAbsent(inner)) continue;
    try {
      if (!conditions.every((holds) => holds(value, inner))) continue;
      const fault = checks.reduce(
        (first: Fault | null, check) => first ?? check.fault(inner, value, {}),
        null,
      );
      if (fault) problems.push(faultAt(here, fault));
    } catch {
      problems.push(unjudged(here));
    }
    for (const [below, object, at] of objectsIn(member, inner, here))
      judgeOneByOne(below, object, at, problems);
  }
};

/** Strict JSON is never deeper. What is deeper or a circle came another way, and would exhaust the stack. */
const isTooDeep = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels < 0 || Object.values(value).some((member) => isTooDeep(member, levels - 1)));

/** A list where an object must be, or an object where a list must be, is told; what is in it is not looked at. */
const hasShape = ({ checks }: Member, value: unknown): boolean => {
  const shape = checks.find(({ schema }) => schema['type'] !== undefined)?.schema['type'];
  return shape === undefined || (shape === 'array') === Array.isArray(value);
};

/** The object in a member, or the objects in its list, with their class and where they are. */
const objectsIn = (
  member: Member,
  value: unknown,
  path: Path,
): readonly (readonly [Class, Plain, Path])[] => {
  const { nested } = member;
  if (nested === null || !hasShape(member, value)) return [];
  if (isObject(value)) return [[nested, value, path]];
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.flatMap((item, index) =>
    isObject(item) ? [[nested, item, [...path, index]] as const] : [],
  );
};

/**
 * A plain value as an instance of its class, all the way down: by its class class-validator finds the metadata. Members are
 * defined, not assigned, so that `__proto__` is one of them.
 */
const instantiate = (type: Class, value: Plain): object => {
  const instance = Object.create(type.prototype as object) as object;
  const members = membersOf(type);
  for (const [name, inner] of Object.entries(value)) {
    const member = members.get(name);
    const nested = member && hasShape(member, inner) ? member.nested : null;
    const made = (item: unknown): unknown =>
      nested && isObject(item) ? instantiate(nested, item) : item;
    Object.defineProperty(instance, name, {
      value: Array.isArray(inner) ? inner.map(made) : made(inner),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return instance;
};

/** class-validator's whitelist takes `hasOwnProperty` for a known member, so unknown ones are looked for here too. */
const unknownMembers = (type: Class, value: Plain, path: Path, problems: ItemProblem[]): void => {
  const members = membersOf(type);
  for (const [name, inner] of Object.entries(value)) {
    const [member, here] = [members.get(name), [...path, name]];
    if (member === undefined) problems.push(unknownMember(here));
    else
      for (const [below, object, at] of objectsIn(member, inner, here))
        unknownMembers(below, object, at, problems);
  }
};

const problem = (code: string, path: Path, message: string): ItemProblem => ({
  code,
  pointer: pointerOf(path),
  message,
});

const faultAt = (path: Path, { code, message, at = '' }: Fault): ItemProblem => ({
  code,
  pointer: pointerOf(path) + at,
  message,
});

const notAnObject = (path: Path): ItemProblem =>
  problem('not-an-object', path, 'must be an object');

const unknownMember = (path: Path): ItemProblem =>
  problem('member-unknown', path, 'is not a member that exists here');

/** `isTold`: that what is around it is of the wrong shape, so that of what is in it no object is missed. */
const describe = (
  error: ValidationError,
  path: Path,
  problems: ItemProblem[],
  isTold: boolean,
): void => {
  const { property, constraints, target, children } = error;
  if (property === undefined) {
    if (!isTold) problems.push(notAnObject(path));
    return;
  }
  const here = [...path, property];
  const isItemTold = Array.isArray(target) && isTold;
  const isWrong = constraints !== undefined && Object.keys(constraints).length > 0;
  if (isWrong && !isItemTold) problems.push(problemOf(error, constraints, here));
  for (const child of children ?? []) describe(child, here, problems, isWrong || isItemTold);
};

/** The first check of the member that failed; of the items of a list, there is none but that they are objects. */
const problemOf = (
  { target, property, value }: ValidationError,
  messages: Readonly<Record<string, string>>,
  here: Path,
): ItemProblem => {
  if ('whitelistValidation' in messages) return unknownMember(here);
  const type = target?.constructor as Class;
  const member = Array.isArray(target) ? undefined : membersOf(type).get(property);
  for (const check of member?.checks ?? []) {
    const fault = check.name in messages && check.fault(value, target as Plain, messages);
    if (fault) return faultAt(here, fault);
  }
  if ('nestedValidation' in messages) return notAnObject(here);
  const [[constraint, message] = ['', '']] = Object.entries(messages);
  return problem(constraintCode(constraint), here, wordsOf(message, property));
};
