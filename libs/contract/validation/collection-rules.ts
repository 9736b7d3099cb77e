import {
  fault,
  isAbsent,
  MISSING,
  object,
  saying,
  text,
  type Rule,
  type RuleSchema,
} from './rules.js';

export interface ListLimits {
  readonly min?: number;
  readonly max: number;
  readonly distinct?: boolean;
}

export const list = (item: Rule, { min = 0, max, distinct = false }: ListLimits): Rule => {
  const schema = {
    type: 'array',
    items: item.schema,
    ...(min > 0 ? { minItems: min } : {}),
    maxItems: max,
    ...(distinct ? { uniqueItems: true } : {}),
  };
  return saying(schema, (value, object) => {
    if (isAbsent(value)) return MISSING;
    if (!Array.isArray(value)) return fault('not-a-list', 'must be a JSON array');
    if (value.length < min) return fault('list-too-short', `must have at least ${min} items`);
    if (value.length > max) return fault('list-too-long', `must have at most ${max} items`);
    for (const [index, one] of value.entries()) {
      const wrong = item(one, object);
      if (wrong) return { ...wrong, at: `/${index}${wrong.at ?? ''}` };
      if (distinct && value.indexOf(one) !== index)
        return fault('list-repeats', 'must not be given twice', `/${index}`);
    }
    return null;
  });
};

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

const UNKNOWN = fault('member-unknown', 'is not a member that exists here');

const NAME = text({ max: 128 });

export interface MapLimits {
  readonly names?: readonly string[];
  readonly max: number;
}

const mapSchema = (item: Rule, { names, max }: MapLimits): RuleSchema => ({
  type: 'object',
  ...(names === undefined
    ? { propertyNames: NAME.schema, additionalProperties: item.schema, maxProperties: max }
    : {
        properties: Object.fromEntries(names.map((name) => [name, item.schema])),
        additionalProperties: false,
      }),
});

/** A map whose names are free (`tags`) or listed, with one rule for all values. */
export const mapOf = (item: Rule, limits: MapLimits): Rule =>
  saying(mapSchema(item, limits), (value, whole) => {
    const { names, max } = limits;
    const wrong = object(value, whole);
    if (wrong) return wrong;
    const members = value as Readonly<Record<string, unknown>>;
    const given = Object.keys(members);
    if (given.length > max) return fault('map-too-large', `must have at most ${max} members`);
    for (const name of given) {
      const one = members[name];
      const fault =
        names && !names.includes(name)
          ? UNKNOWN
          : ((names ? null : NAME(name, whole)) ?? item(one, whole));
      if (fault) return { ...fault, at: `/${escapePointer(name)}${fault.at ?? ''}` };
    }
    return null;
  });

const TAGS = mapOf(text({ min: 0, max: 1024 }), { max: 20 });
const TAGS_CHARACTERS_MAX = 4096;

/** Free metadata: at most 20 names, and 4,096 characters of names and values altogether. */
export const tags = saying(TAGS.schema, (value, whole) => {
  const wrong = TAGS(value, whole);
  if (wrong) return wrong;
  let characters = 0;
  for (const [name, one] of Object.entries(value as Record<string, string>))
    characters += name.length + one.length;
  return characters > TAGS_CHARACTERS_MAX
    ? fault('map-too-large', `must have at most ${TAGS_CHARACTERS_MAX} characters altogether`)
    : null;
});
