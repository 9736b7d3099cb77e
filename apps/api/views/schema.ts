/** OpenAPI 3.1 schemas of what is answered, as far as answers need them. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly type?: Type | readonly Type[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

type Type = 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';

const named = new Map<string, Schema>();

/** Every schema that has a name of its own: generators make one model of it, however often it is answered. */
export const namedSchemas = (): Readonly<Record<string, Schema>> => Object.fromEntries(named);

/** A schema of that name among the document's components, and where it is used the reference to it. */
export const name = (as: string, schema: Schema): Schema => {
  if (named.has(as)) throw new Error(`two schemas are called ${as}`);
  named.set(as, schema);
  return { $ref: `#/components/schemas/${as}` };
};

/** All members are always there. A later version may add some: clients pass over what they do not know. */
export const object = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

export const list = (items: Schema): Schema => ({ type: 'array', items });

export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

/** Some generators read nothing that stands beside a reference, so what is said of one is said around it. */
export const about = (schema: Schema, description: string): Schema => ({
  ...(schema.$ref === undefined ? schema : { allOf: [schema] }),
  description,
});

export const text: Schema = { type: 'string' };
export const decimal: Schema = { type: 'string', format: 'decimal' };
export const integer: Schema = { type: 'integer' };
export const boolean: Schema = { type: 'boolean' };
export const day: Schema = { type: 'string', format: 'date' };
export const instant: Schema = { type: 'string', format: 'date-time' };
export const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });

export const money = name(
  'Money',
  about(object({ amount: decimal, currency: text }), 'Decimal text and an ISO 4217 code.'),
);
