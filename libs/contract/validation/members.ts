import 'reflect-metadata';
import { getMetadataStorage, IS_OPTIONAL, ValidationTypes } from 'class-validator';
import { checksOf, type Check } from './checks.js';
import type { RuleSchema } from './rules.js';

export type Class<Body extends object = object> = new () => Body;
export type Plain = Readonly<Record<string, unknown>>;

/** What class-validator's storage knows of one member of a body. */
export interface Member {
  readonly name: string;
  readonly declaredBy: Class;
  /** `IsOptional`: absent or null, which mean the same, it is not looked at. */
  readonly isOptional: boolean;
  /** `ValidateIf`: one of them false, it is not looked at. */
  readonly conditions: readonly ((object: Plain, value: unknown) => boolean)[];
  /** Constraints in the order in which they are written: the first that fails speaks. */
  readonly checks: readonly Check[];
  /** The class of its object, or of the objects in its list. */
  readonly nested: Class | null;
  /** What the documents say of it besides its checks. */
  readonly description: string | undefined;
  readonly schema: RuleSchema;
  /** The member has no constraint that only class-validator itself can judge. */
  readonly isCompilable: boolean;
}

type Metadata = ReturnType<
  ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']
>[number];

const known = new WeakMap<Class, ReadonlyMap<string, Member>>();

/** The members of a body by name, in class-validator's order. Throws for a class that cannot be judged: see `memberOf`. */
export const membersOf = (type: Class): ReadonlyMap<string, Member> => {
  let members = known.get(type);
  if (members === undefined) {
    const storage = getMetadataStorage();
    const metadatas = storage.getTargetValidationMetadatas(type, '', false, false);
    members = new Map(
      Object.entries(storage.groupByPropertyName(metadatas)).map(([name, group]) => [
        name,
        memberOf(type, name, group),
      ]),
    );
    known.set(type, members);
  }
  return members;
};

/**
 * Asynchronous constraints cannot be judged, as bodies are judged at once; a list of objects can only with the class of its
 * objects. Both are faults of the class, and show when its route is documented.
 */
const memberOf = (type: Class, name: string, group: readonly Metadata[]): Member => {
  const conditions: Member['conditions'][number][] = [];
  const checks: Check[] = [];
  let [isOptional, isCompilable] = [false, true];
  let nested: Class | null = null;
  let about: { readonly description?: string; readonly schema?: RuleSchema } = {};
  for (const metadata of group)
    switch (metadata.type) {
      case ValidationTypes.CUSTOM_VALIDATION:
      case ValidationTypes.IS_DEFINED:
        checks.unshift(...checksOf(type, metadata));
        break;
      case ValidationTypes.CONDITIONAL_VALIDATION:
        if (metadata.name === IS_OPTIONAL) isOptional = true;
        else conditions.push(metadata.constraints[0] as Member['conditions'][number]);
        break;
      case ValidationTypes.NESTED_VALIDATION:
        nested = classOf(type, name, metadata);
        break;
      case ValidationTypes.WHITELIST:
        about = (metadata.context as typeof about | undefined) ?? about;
        break;
      default:
        isCompilable = false;
    }
  const { description, schema = {} } = about;
  const declaredBy = group[0]?.target as Class;
  return {
    name,
    declaredBy,
    isOptional,
    conditions,
    checks,
    nested,
    description,
    schema,
    isCompilable,
  };
};

const classOf = (type: Class, name: string, { context }: Metadata): Class => {
  const said = (context as { readonly type?: () => Class } | undefined)?.type;
  const found =
    said?.() ?? (Reflect.getMetadata('design:type', type.prototype as object, name) as unknown);
  if (typeof found !== 'function' || found === Object || found === Array)
    throw new Error(`${type.name}.${name}: say with ObjectOf or ListOf of which class it is`);
  return found as Class;
};
