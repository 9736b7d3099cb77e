/** As much of OpenAPI's JSON schema as our documents use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly allOf?: readonly JsonSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
}

/** Where a value is not what its schema says; empty: it is. */
export const mismatches = (
  schema: JsonSchema,
  value: unknown,
  schemas: Readonly<Record<string, JsonSchema>>,
  at = '',
): string[] => {
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop() as string;
    return mismatches(schemas[name] ?? {}, value, schemas, at);
  }
  if (schema.allOf) return schema.allOf.flatMap((part) => mismatches(part, value, schemas, at));
  if (value === null) return schema.nullable ? [] : [`${at} is null`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at} is ${String(value)}`];
  switch (schema.type) {
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) =>
            mismatches(schema.items ?? {}, item, schemas, `${at}/${index}`),
          )
        : [`${at} is no array`];
    case 'object': {
      if (typeof value !== 'object') return [`${at} is no object`];
      const members = Object.entries(value);
      const missing = (schema.required ?? []).filter((name) => !(name in value));
      return [
        ...missing.map((name) => `${at}/${name} is missing`),
        ...members.flatMap(([name, member]) => {
          const inner = schema.properties?.[name] ?? schema.additionalProperties;
          if (inner === undefined || inner === false) return [`${at}/${name} is not described`];
          return inner === true ? [] : mismatches(inner, member, schemas, `${at}/${name}`);
        }),
      ];
    }
    case 'integer':
      return Number.isInteger(value) ? [] : [`${at} is no integer`];
    case 'string':
    case 'boolean':
      return typeof value === schema.type ? [] : [`${at} is no ${schema.type}`];
    default:
      return [`${at} has no type in its schema`];
  }
};
