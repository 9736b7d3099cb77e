import type { OpenAPIObject } from '@nestjs/swagger';
import { BODIES } from '../http/documented.js';
import { bodySchemas } from './body-schemas.js';
import { toComponents } from './components.js';
import { EXAMPLE_IDS } from './examples.js';

/** A JSON object of the document, looked at by name. */
type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const children = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isJson(value) ? Object.values(value) : [];

/** Itself and everything below it. */
function* within(value: unknown): Generator<Json> {
  if (isJson(value)) yield value;
  for (const child of children(value)) yield* within(child);
}

const SCHEMAS = '#/components/schemas/';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/**
 * What decorators of @nestjs/swagger cannot say, said once for all routes: the schemas of answers by their names, that
 * requests are taken only as described, and who needs no key.
 */
export const complete = (document: OpenAPIObject): OpenAPIObject => {
  const components = (document.components ??= {});
  const schemas = (components.schemas ??= {}) as Json;
  Object.assign(schemas, bodySchemas());
  document.paths = toComponents(document.paths, schemas) as OpenAPIObject['paths'];
  for (const [path, item] of Object.entries(document.paths as Json))
    for (const [method, operation] of Object.entries(item as Json))
      if (METHODS.includes(method)) completeOperation(path, operation as Json, schemas);
  return document;
};

const completeOperation = (path: string, operation: Json, schemas: Json): void => {
  operation['security'] ??= [];
  if (operation[BODIES] !== undefined) {
    operation['requestBody'] = { required: true, content: operation[BODIES] };
    delete operation[BODIES];
  }
  for (const parameter of (operation['parameters'] ?? []) as Json[]) {
    if (parameter['in'] !== 'path') continue;
    const example = EXAMPLE_IDS[path.split('/')[2] ?? '']?.[parameter['name'] as string];
    if (example !== undefined) parameter['example'] = example;
  }
  for (const schema of requested(operation['requestBody'], schemas))
    if (schema['type'] === 'object' && schema['properties'] !== undefined)
      schema['additionalProperties'] ??= false;
};

/** The schemas of a request body, those that it refers to included. */
function* requested(body: unknown, schemas: Json, seen = new Set<string>()): Generator<Json> {
  for (const schema of within(body)) {
    yield schema;
    const reference = schema['$ref'];
    if (typeof reference !== 'string' || seen.has(reference)) continue;
    seen.add(reference);
    yield* requested(schemas[decodeURIComponent(reference.slice(SCHEMAS.length))], schemas, seen);
  }
}
