import { JSON_DEPTH_MAX } from '../json/plain-json.js';
import { membersOf, type Class, type Member, type Plain } from './members.js';
import { isAbsent, isObject } from './rules.js';

/**
 * A judgement without class-validator's bookkeeping, read once from its metadata: what it accepts, class-validator accepts.
 * What it does not accept may still be right: class-validator judges that.
 */
class CompiledCheck {
  private readonly members: ReadonlyMap<string, Member>;
  /** A class has far more members than a body; of those that are not there, only these can be wrong. */
  private readonly required: readonly Member[];
  private readonly isComplete: boolean;

  constructor(type: Class) {
    this.members = membersOf(type);
    const all = [...this.members.values()];
    this.required = all.filter(({ isOptional }) => !isOptional);
    // A class without any metadata has no objects for class-validator.
    this.isComplete = all.length > 0 && all.every(({ isCompilable }) => isCompilable);
  }

  accepts(value: Plain, depth: number): boolean {
    if (!this.isComplete || depth > JSON_DEPTH_MAX) return false;
    for (const name in value) {
      const member = this.members.get(name);
      if (member === undefined || !isRight(member, value[name], value, depth)) return false;
    }
    for (const member of this.required)
      if (value[member.name] === undefined && !isRight(member, undefined, value, depth))
        return false;
    return true;
  }
}

const isRight = (
  { isOptional, conditions, checks, nested }: Member,
  value: unknown,
  object: Plain,
  depth: number,
): boolean => {
  if (isOptional && isAbsent(value)) return true;
  for (const holds of conditions) if (!holds(object, value)) return true;
  for (const check of checks) if (!check.passes(value, object)) return false;
  return nested === null || value === undefined || isRightBelow(nested, value, depth + 1);
};

const isRightBelow = (type: Class, value: unknown, depth: number): boolean => {
  const check = compiled(type);
  return Array.isArray(value)
    ? value.every((item) => isObject(item) && check.accepts(item, depth))
    : isObject(value) && check.accepts(value, depth);
};

const checks = new WeakMap<Class, CompiledCheck>();

const compiled = (type: Class): CompiledCheck => {
  let check = checks.get(type);
  if (check === undefined) checks.set(type, (check = new CompiledCheck(type)));
  return check;
};

/** True: class-validator would find nothing wrong. False: ask it. */
export const isSurelyRight = (type: Class, value: Plain): boolean => {
  try {
    return compiled(type).accepts(value, 0);
  } catch {
    return false;
  }
};
