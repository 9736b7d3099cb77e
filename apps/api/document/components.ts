import { isDeepStrictEqual } from 'node:util';

type Json = Record<string, unknown>;

/**
 * A copy in which schemas that have a name are references, with the named schemas put among `components`. Two different
 * schemas of one name throw: a client's generator would make one model of them.
 */
export const toComponents = (value: unknown, components: Json): unknown => {
  if (Array.isArray(value)) return value.map((item) => toComponents(item, components));
  if (typeof value !== 'object' || value === null) return value;
  const { $id: name, ...members } = value as Json;
  const copy = Object.fromEntries(
    Object.entries(members).map(([member, inner]) => [member, toComponents(inner, components)]),
  );
  if (typeof name !== 'string') return copy;
  if (!isDeepStrictEqual((components[name] ??= copy), copy))
    throw new Error(`two schemas are called ${name}`);
  return { $ref: `#/components/schemas/${name}` };
};
