import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** As much of a schema as tests look into. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly default?: unknown;
}

export type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Closed: an object that says nothing of further members has none. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isJson(schema)) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, closed(value)]),
  );
  return isJson(schema['properties']) && schema['additionalProperties'] === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
};

const said = ({ instancePath, message, params }: ErrorObject): string =>
  `${instancePath} ${message}${isJson(params) && 'additionalProperty' in params ? ` (${params['additionalProperty']})` : ''}`;

/** Holds values against the schemas of an OpenAPI 3.1 document; empty: they are what it says. */
export interface Documented {
  /** Where a value is not as described, members that are not described included. */
  mismatches(pointer: string, value: unknown): readonly string[];
  /** As a client or a gateway judges: what is not described may be there where the schema leaves it open. */
  faults(pointer: string, value: unknown): readonly string[];
}

const judge = (document: unknown) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addFormat('decimal', true);
  ajv.addSchema(document as object, 'document');
  return (pointer: string, value: unknown): readonly string[] => {
    const validate = ajv.getSchema(`document#${pointer}`);
    if (!validate) throw new Error(`the document has nothing at ${pointer}`);
    return validate(value) ? [] : (validate.errors ?? []).map(said);
  };
};

export const documentedBy = (document: unknown): Documented => ({
  mismatches: judge(closed(document)),
  faults: judge(document),
});

/** `/v1/agreements/{id}` as a part of a JSON pointer in a URI. */
export const segment = (name: string): string =>
  encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
