import { EXTENSION, USAGE_EVENT_TYPE } from '../messages/cloud-event.js';
import { instant, source, text, type RuleSchema } from '../validation/rules.js';

/** A usage event as a CloudEvent 1.0 in JSON, as the documents show it; `fromCloudEvent` reads it. */

/** Members of a usage event that its data may leave out, because the attributes around it say them. */
export const SAID_AROUND: readonly string[] = ['source', 'id', 'effectiveAt'];

/** The name of the data's schema in the documents: the members of a usage event, fewer of them required. */
export const DATA_NAME = 'UsageEventData';
export const DATA_DESCRIPTION =
  'A UsageEventBody without what the attributes say: `source` and `id`, and `effectiveAt` where there is a `time`.';

const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';
/** Strict JSON takes no controls in any string. */
const ONE_LINE = '^[^\\u0000-\\u001f]*$';
/** Said by what it is not: generators would take the types of all further members for the type of `data` too. */
export const EXTENSION_VALUE = { not: { type: ['array', 'object'] }, pattern: ONE_LINE };

const optional = ({ type, ...schema }: RuleSchema): RuleSchema => ({
  ...schema,
  type: [type, 'null'],
});

export const CLOUD_EVENT_NAME = 'UsageCloudEvent';
export const CLOUD_EVENT_SCHEMA: RuleSchema = {
  type: 'object',
  description:
    'CloudEvents 1.0, JSON format. Extension attributes (lower-case letters and digits) are taken and passed over.',
  propertyNames: { pattern: `^data_base64$|${EXTENSION.source}` },
  additionalProperties: EXTENSION_VALUE,
  required: ['specversion', 'type', 'source', 'id'],
  properties: {
    specversion: { type: 'string', description: 'Version of CloudEvents.', enum: ['1.0'] },
    type: { type: 'string', description: 'What kind of event it is.', enum: [USAGE_EVENT_TYPE] },
    source: {
      description: 'The sending system, a URI reference.',
      ...source.schema,
      example: 'billing/aws',
    },
    id: {
      description: "The sender's own id, unique within its source.",
      ...text({ max: 128 }).schema,
      example: 'inv-2026-10-000123',
    },
    time: optional({
      description: 'Stands in where the data has no `effectiveAt`.',
      ...instant().schema,
    }),
    subject: optional({
      type: 'string',
      description: 'What the event is about; passed over.',
      pattern: ONE_LINE,
    }),
    datacontenttype: {
      description: 'Of the data.',
      anyOf: [{ type: 'string', enum: ['application/json'] }, { type: 'null' }],
    },
    dataschema: optional({
      type: 'string',
      description: 'Where the data is described; passed over.',
      pattern: ONE_LINE,
    }),
    data: {
      description: 'The usage event; or it is in `data_base64`. One of the two is required.',
      allOf: [{ $ref: `#/components/schemas/${DATA_NAME}` }],
    },
    data_base64: {
      type: 'string',
      description:
        'The usage event as JSON in base64, as SDKs send data that is given to them as bytes.',
      pattern: BASE64,
    },
  },
};
