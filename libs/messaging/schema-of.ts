import 'reflect-metadata';
import { nestedOf, propertiesOf, type Class } from '../contract/validation/member.js';

type Schema = Readonly<Record<string, unknown>>;

const KEPT = [
  ...['description', 'format', 'pattern', 'enum', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['properties', 'propertyNames', 'additionalProperties', 'minProperties', 'maxProperties'],
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
  const members = propertiesOf(type);
  return {
    type: 'object',
    additionalProperties: false,
    required: members.flatMap(([name, said]) => (said['required'] ? [name] : [])),
    properties: Object.fromEntries(
      members.map(([name, said]) => {
        const kept = KEPT.flatMap((key) => (said[key] === undefined ? [] : [[key, said[key]]]));
        return [name, { ...typeOf(type, name, said), ...Object.fromEntries(kept) }];
      }),
    ),
  };
};
