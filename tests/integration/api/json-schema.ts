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
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  /** Of text: what each line or event of it is. */
  readonly contentSchema?: JsonSchema;
}

type Responses = Readonly<
  Record<string, { readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>> }>
>;

/** As much of an OpenAPI document as says what is answered. */
interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Responses }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Closed: an object that says nothing of further members has none. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isJson(schema)) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => name !== '$id')
      .map(([name, value]) => [name, closed(value)]),
  );
  return isJson(schema['properties']) && schema['additionalProperties'] === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
};

const said = ({ instancePath, message, params }: ErrorObject): string =>
  `${instancePath} ${message}${isJson(params) && 'additionalProperty' in params ? ` (${params['additionalProperty']})` : ''}`;

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Holds values against the schemas of an OpenAPI 3.1 document; empty: they are what it says. */
export interface Documented {
  /** Where an answer to this request is not as described; null: the document knows no such route. */
  answered(method: string, url: string, answer: Answer): readonly string[] | null;
  /** Routes with statuses, and components, that answers given to `answered` have met. */
  readonly met: ReadonlySet<string>;
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

export const documentedBy = (document: unknown): Documented => {
  const { paths, components } = document as Document;
  const mismatches = judge(closed(document));
  const routes = Object.keys(paths).map(
    (path) => [path, new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)] as const,
  );
  const met = new Set<string>();

  /** Names of the components that a value is made of. */
  const meet = (schema: JsonSchema, value: unknown): void => {
    const name = schema.$ref?.slice('#/components/schemas/'.length);
    if (name !== undefined) {
      met.add(name);
      return meet(components.schemas[name] ?? {}, value);
    }
    if (value === null || value === undefined) return;
    for (const one of [...(schema.allOf ?? []), ...(schema.anyOf ?? [])]) meet(one, value);
    if (Array.isArray(value)) for (const item of value) meet(schema.items ?? {}, item);
    else if (isJson(value))
      for (const [member, inner] of Object.entries(schema.properties ?? {}))
        meet(inner, value[member]);
  };

  const answered: Documented['answered'] = (method, url, { status, headers, text }) => {
    const { pathname } = new URL(url, 'http://api');
    // A path that is written out wins over one with a parameter.
    const path = pathname in paths ? pathname : routes.find(([, at]) => at.test(pathname))?.[0];
    const responses = paths[path ?? '']?.[method.toLowerCase()]?.responses;
    if (path === undefined || responses === undefined) return null;
    const where = `${method} ${path} ${status}`;
    const content = responses[status]?.content;
    const type = headers['content-type']?.split(';')[0] ?? '';
    const schema = content?.[type]?.schema;
    if (schema === undefined) return [`${where} ${type} is not in the document`];
    met.add(`${where} ${type}`);
    const lines = type === 'application/x-ndjson' || type === 'text/event-stream';
    if (!lines && !/json$/.test(type)) return [];
    const pointer = `/paths/${segment(path)}/${method.toLowerCase()}/responses/${status}/content/${segment(type)}/schema`;
    return valuesIn(type, text).flatMap((value) => {
      meet(lines ? (schema.contentSchema ?? {}) : schema, value);
      return mismatches(lines ? `${pointer}/contentSchema` : pointer, value).map(
        (fault) => `${where}: ${fault}`,
      );
    });
  };

  return { answered, met, mismatches, faults: judge(document) };
};

/** An answer's JSON: of lines that of each, of a stream of events what each is once its fields are put together. */
const valuesIn = (type: string, text: string): readonly unknown[] => {
  switch (type) {
    case 'application/x-ndjson':
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    case 'text/event-stream':
      return text.split('\n\n').flatMap((block) => {
        const fields = Object.fromEntries(
          block.split('\n').map((line) => /^([^:]*): ?(.*)$/.exec(line)?.slice(1) ?? []),
        ) as Record<string, string>;
        const { id, event, data } = fields;
        return data === undefined ? [] : [{ id, event, data: JSON.parse(data) }];
      });
    default:
      return [JSON.parse(text)];
  }
};

/** Where a value is not what a schema of an answer says, members that it does not name included. */
export const mismatchesOf = (schema: object, value: unknown): readonly string[] =>
  judge(closed(schema))('', value);

/** `/v1/agreements/{id}` as a part of a JSON pointer in a URI. */
export const segment = (name: string): string =>
  encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
