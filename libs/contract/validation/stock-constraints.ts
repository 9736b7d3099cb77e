import { fault, type Fault, type RuleSchema } from './rules.js';

/** A constraint of class-validator's own, as we tell and document it. */
interface Stock {
  /** Its code and words, where a rule of ours says the same. */
  readonly like?: (constraints: readonly unknown[]) => Fault;
  readonly schema: (constraints: readonly unknown[]) => RuleSchema;
}

const type = (name: string) => (): RuleSchema => ({ type: name });
const text =
  (more: RuleSchema = {}) =>
  (): RuleSchema => ({ type: 'string', ...more });
const [first, second] = [
  (name: string) =>
    ([value]: readonly unknown[]): RuleSchema =>
      value === undefined ? {} : { [name]: value },
  (name: string) =>
    ([, value]: readonly unknown[]): RuleSchema =>
      value === undefined ? {} : { [name]: value },
];

const listed = (values: unknown): readonly unknown[] => (Array.isArray(values) ? values : []);

const oneOf = (values: readonly unknown[]): RuleSchema =>
  values.every((value) => typeof value === 'string')
    ? { type: 'string', enum: values }
    : { enum: values };

/** Constraints by the name under which class-validator knows them. What is not here is told as `invalid-<name>` and documented as any value. */
const NAMED: Readonly<Record<string, Stock>> = {
  isDefined: { like: () => fault('member-missing', 'is required'), schema: () => ({}) },
  isString: { like: () => fault('not-text', 'must be a JSON string'), schema: text() },
  isBoolean: {
    like: () => fault('not-a-boolean', 'must be true or false'),
    schema: type('boolean'),
  },
  isObject: { like: () => fault('not-an-object', 'must be an object'), schema: type('object') },
  isArray: { like: () => fault('not-a-list', 'must be a JSON array'), schema: type('array') },
  arrayMinSize: {
    like: ([min]) => fault('list-too-short', `must have at least ${String(min)} items`),
    schema: first('minItems'),
  },
  arrayMaxSize: {
    like: ([max]) => fault('list-too-long', `must have at most ${String(max)} items`),
    schema: first('maxItems'),
  },
  isIn: {
    like: ([values]) => fault('value-unknown', `must be one of ${listed(values).join(', ')}`),
    schema: ([values]) => oneOf(listed(values)),
  },
  isEnum: { schema: ([values]) => oneOf(Object.values((values ?? {}) as object)) },
  arrayNotEmpty: { schema: () => ({ minItems: 1 }) },
  arrayUnique: { schema: () => ({ uniqueItems: true }) },
  isInt: { schema: type('integer') },
  isNumber: { schema: type('number') },
  isPositive: { schema: () => ({ exclusiveMinimum: 0 }) },
  isNegative: { schema: () => ({ exclusiveMaximum: 0 }) },
  min: { schema: first('minimum') },
  max: { schema: first('maximum') },
  minLength: { schema: (limits) => ({ type: 'string', ...first('minLength')(limits) }) },
  maxLength: { schema: (limits) => ({ type: 'string', ...first('maxLength')(limits) }) },
  isLength: {
    schema: (limits) => ({
      type: 'string',
      ...first('minLength')(limits),
      ...second('maxLength')(limits),
    }),
  },
  matches: {
    schema: ([pattern]) =>
      pattern instanceof RegExp && pattern.flags === ''
        ? { type: 'string', pattern: pattern.source }
        : { type: 'string' },
  },
  isIso8601: { schema: text() },
  isRfc3339: { schema: text() },
  isDateString: { schema: text() },
  isUuid: { schema: text({ format: 'uuid' }) },
  isEmail: { schema: text({ format: 'email' }) },
  isUrl: { schema: text() },
};

export const STOCK: ReadonlyMap<string, Stock> = new Map(Object.entries(NAMED));
