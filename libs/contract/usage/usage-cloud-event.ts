import {
  ApiProperty,
  ApiSchema,
  type ApiPropertyOptions,
  type ApiSchemaOptions,
} from '@nestjs/swagger';
import { EXTENSION, USAGE_EVENT_TYPE } from '../messages/cloud-event.js';
import { propertiesOf } from '../validation/member.js';
import { instant, source, text } from '../validation/rules.js';
import { UsageEventBody } from './bodies.js';

/** What the attributes around the data say may be left out of it. */
const SAID_AROUND: readonly string[] = ['source', 'id', 'effectiveAt'];

@ApiSchema({
  description:
    'A UsageEventBody without what the attributes say: `source` and `id`, and `effectiveAt` where there is a `time`.',
} as ApiSchemaOptions)
export class UsageEventData {}

for (const [name, said] of propertiesOf(UsageEventBody))
  ApiProperty({
    ...said,
    ...(SAID_AROUND.includes(name) ? { required: false } : {}),
  } as ApiPropertyOptions)(UsageEventData.prototype, name);

const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';
/** Strict JSON takes no controls in any string. */
const ONE_LINE = '^[^\\u0000-\\u001f]*$';
/** Said by what it is not: generators would take the types of all further members for the type of `data` too. */
export const EXTENSION_VALUE = { not: { type: ['array', 'object'] }, pattern: ONE_LINE };

const attribute = (description: string, schema: object): PropertyDecorator =>
  ApiProperty({ description, ...schema } as ApiPropertyOptions);
const OPTIONAL = { required: false, nullable: true };

/** A usage event as a CloudEvent 1.0 in JSON, as the documents show it; `fromCloudEvent` reads it. */
@ApiSchema({
  description:
    'CloudEvents 1.0, JSON format. Extension attributes (lower-case letters and digits) are taken and passed over.',
  propertyNames: { pattern: `^data_base64$|${EXTENSION.source}` },
  additionalProperties: EXTENSION_VALUE,
} as ApiSchemaOptions)
export class UsageCloudEvent {
  @attribute('Version of CloudEvents.', { type: 'string', enum: ['1.0'] })
  specversion!: string;

  @attribute('What kind of event it is.', { type: 'string', enum: [USAGE_EVENT_TYPE] })
  type!: string;

  @attribute('The sending system, a URI reference.', { ...source.schema, example: 'billing/aws' })
  source!: string;

  @attribute("The sender's own id, unique within its source.", {
    ...text({ max: 128 }).schema,
    example: 'inv-2026-10-000123',
  })
  id!: string;

  @attribute('Stands in where the data has no `effectiveAt`.', { ...instant().schema, ...OPTIONAL })
  time?: string;

  @attribute('What the event is about; passed over.', {
    type: 'string',
    pattern: ONE_LINE,
    ...OPTIONAL,
  })
  subject?: string;

  @attribute('Of the data.', { type: 'string', enum: ['application/json'], ...OPTIONAL })
  datacontenttype?: string;

  @attribute('Where the data is described; passed over.', {
    type: 'string',
    pattern: ONE_LINE,
    ...OPTIONAL,
  })
  dataschema?: string;

  @attribute('The usage event; or it is in `data_base64`. One of the two is required.', {
    type: () => UsageEventData,
    required: false,
  })
  data?: UsageEventData;

  @attribute(
    'The usage event as JSON in base64, as SDKs send data that is given to them as bytes.',
    {
      type: 'string',
      pattern: BASE64,
      required: false,
    },
  )
  data_base64?: string;
}
