import { getSchemaPath } from '@nestjs/swagger';
import { GATE_NAME, GATE_SCHEMA } from '../../../libs/contract/investments/gate.js';
import {
  CLOUD_EVENT_NAME,
  CLOUD_EVENT_SCHEMA,
  DATA_DESCRIPTION,
  DATA_NAME,
  SAID_AROUND,
} from '../../../libs/contract/usage/usage-cloud-event.js';
import { UsageEventBody } from '../../../libs/contract/usage/bodies.js';
import type { Class } from '../../../libs/contract/validation/members.js';
import { propertiesOf } from '../../../libs/contract/validation/schema.js';

type Json = Record<string, unknown>;
type Schema = Readonly<Json>;

/** Bodies of routes, and the classes in them, by name: what the document has to show. */
const shown = new Map<string, Class>();

/** A body in the document, by its name. A class that cannot be judged throws here, before anything is served. */
export const bodyRef = (type: Class): { readonly $ref: string } => {
  if (!shown.has(type.name)) {
    shown.set(type.name, type);
    propertiesOf(type, bodyRef);
  }
  return { $ref: getSchemaPath(type) };
};

/** The named schemas of all bodies, from what class-validator knows of their classes. */
export const bodySchemas = (): Json => ({
  ...Object.fromEntries([...shown.values()].map((type) => [type.name, bodySchema(type)])),
  [GATE_NAME]: GATE_SCHEMA,
  [CLOUD_EVENT_NAME]: CLOUD_EVENT_SCHEMA,
  [DATA_NAME]: dataSchema(bodySchema(UsageEventBody)),
});

const dataSchema = (event: Schema): Schema => ({
  ...event,
  description: DATA_DESCRIPTION,
  required: (event['required'] as readonly string[]).filter((name) => !SAID_AROUND.includes(name)),
});

const bodySchema = (type: Class): Schema => {
  const properties = propertiesOf(type, bodyRef);
  const required = properties.flatMap(({ name, isRequired }) => (isRequired ? [name] : []));
  return {
    type: 'object',
    properties: Object.fromEntries(
      properties.map(({ name, isRequired, schema }) => [
        name,
        isRequired ? whole(schema) : orNull(schema),
      ]),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
};

/** Generators of clients take a description beside a reference for another type. */
const whole = ({ $ref, ...schema }: Schema): Schema =>
  $ref === undefined ? schema : { ...schema, allOf: [{ $ref }] };

/** Null means the same as absent. Of a list of values and null, said as one, generators make several types. */
const orNull = ({ $ref, type, enum: values, ...schema }: Schema): Schema => {
  if ($ref !== undefined) return { ...schema, anyOf: [{ $ref }, { type: 'null' }] };
  if (values !== undefined) return { ...schema, anyOf: [{ type, enum: values }, { type: 'null' }] };
  return type === undefined ? schema : { type: [type, 'null'], ...schema };
};
