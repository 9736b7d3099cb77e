import 'reflect-metadata';
import { nestedOf, type Class } from '../application/wire/member.js';

type Schema = Readonly<Record<string, unknown>>;

const NAMES = 'swagger/apiModelPropertiesArray';
const PROPERTY = 'swagger/apiModelProperties';
const KEPT = [
  ...['description', 'format', 'pattern', 'enum', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['properties', 'additionalProperties', 'minProperties', 'maxProperties'],
];

const typeOf = (type: Class, name: string, said: Schema): Schema => {
  const nested = nestedOf(type, name);
  if (nested === undefined) return { type: said['type'] };
  const items = schemaOf(nested.type);
  return nested.isList ? { type: 'array', maxItems: said['maxItems'], items } : items;
};

/**
 * The JSON Schema of a wire class, from what its members say for OpenAPI. An optional member may also be null, which
 * means the same as absent; the schema says it once, here: `nullable` is not JSON Schema.
 */
export const schemaOf = (type: Class): Schema => {
  const prototype = type.prototype as object;
  const names = (Reflect.getMetadata(NAMES, prototype) as readonly string[]).map((name) =>
    name.slice(1),
  );
  const said = new Map(
    names.map((name) => [name, Reflect.getMetadata(PROPERTY, prototype, name) as Schema]),
  );
  return {
    type: 'object',
    additionalProperties: false,
    required: names.filter((name) => said.get(name)!['required']),
    properties: Object.fromEntries(
      names.map((name) => {
        const kept = KEPT.flatMap((key) => {
          const value = said.get(name)![key];
          return value === undefined ? [] : [[key, value]];
        });
        return [name, { ...typeOf(type, name, said.get(name)!), ...Object.fromEntries(kept) }];
      }),
    ),
  };
};
