import { membersOf, type Class, type Member } from './members.js';
import type { RuleSchema } from './rules.js';

/** One member as the documents show it. */
interface Property {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: RuleSchema;
}

/** How deep in the chain of classes a member is declared: those of the parents come first. */
const depthOf = (type: Class): number => {
  const parent = Object.getPrototypeOf(type.prototype as object) as object;
  return parent === Object.prototype ? 0 : 1 + depthOf(parent.constructor as Class);
};

/**
 * The members of a body in JSON Schema, from the constraints in class-validator's storage. A member that may be absent may be
 * null too, which means the same: how that is said is the document's. `show`: the schema of a class that is in it.
 */
export const propertiesOf = (
  type: Class,
  show: (nested: Class) => RuleSchema,
): readonly Property[] =>
  [...membersOf(type).values()]
    .sort((left, right) => depthOf(left.declaredBy) - depthOf(right.declaredBy))
    .map((member) => ({
      name: member.name,
      isRequired: !member.isOptional && member.conditions.length === 0,
      schema: schemaOfMember(member, show),
    }));

const schemaOfMember = (
  { checks, nested, description, schema }: Member,
  show: (nested: Class) => RuleSchema,
): RuleSchema => {
  const said = checks.reduce((all, check) => both(all, check.schema), {} as RuleSchema);
  return {
    ...(description === undefined ? {} : { description }),
    ...(nested === null
      ? said
      : said['type'] === 'array'
        ? { ...said, items: show(nested) }
        : show(nested)),
    ...schema,
  };
};

/** What two checks of one member say together. */
const both = (one: RuleSchema, other: RuleSchema): RuleSchema => {
  const [items, others] = [one['items'], other['items']] as readonly (RuleSchema | undefined)[];
  return { ...one, ...other, ...(items && others ? { items: both(items, others) } : {}) };
};

/** A body as JSON Schema, with the classes in it written out, and without examples, for which it has another word. */
export const schemaOf = (type: Class): RuleSchema => writtenOut(type, []);

/** A class that is in itself is written out once. */
const writtenOut = (type: Class, around: readonly Class[]): RuleSchema => {
  if (around.includes(type)) return { type: 'object' };
  const properties = propertiesOf(type, (nested) => writtenOut(nested, [...around, type]));
  return {
    type: 'object',
    additionalProperties: false,
    required: properties.flatMap(({ name, isRequired }) => (isRequired ? [name] : [])),
    properties: Object.fromEntries(
      properties.map(({ name, schema: { example: _example, ...schema } }) => [name, schema]),
    ),
  };
};
