import { applyDecorators, HttpCode, type StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { CLOUD_EVENT_NAME } from '../../../libs/contract/usage/usage-cloud-event.js';
import { ProblemAnswer } from '../../../libs/contract/problem-answer.js';
import {
  UsageBatchAnswer,
  UsageLineAnswer,
  UsageResultAnswer,
} from '../../../libs/contract/usage/answers.js';
import { UsageEventBody } from '../../../libs/contract/usage/bodies.js';
import { bodyRef } from '../document/body-schemas.js';
import { REPLAYED, RETRY_AFTER } from '../http/documented-headers.js';
import {
  Bodies,
  OnlyProblems,
  Problems,
  QueryParameters,
  documented,
  type Answers,
} from '../http/documented.js';
import { BatchQuery } from './batch-query.js';

export const BATCH_ITEMS_MAX = 10_000;

const listOf = (items: { readonly $ref: string }) => ({
  type: 'array' as const,
  minItems: 1,
  maxItems: BATCH_ITEMS_MAX,
  items,
});

/**
 * UsageCloudEvent, spelled with an escape (RFC 6901, 6), which changes nothing: whoever reads references reads it. Only
 * openapi-python-client does not, says so and leaves these bodies out. Of a route with two bodies that it knows it makes a
 * module that cannot be loaded (`Unset` is not imported), or one that fails on lists (`isinstance(body, list[X])`).
 */
const CLOUD_EVENT = { $ref: getSchemaPath(CLOUD_EVENT_NAME).replace('/U', '/%55') };

/** What a line is; @nestjs/swagger's type of a schema does not know the word. */
const LINES: object = { contentSchema: UsageLineAnswer };

/** Documentation of the route that takes one usage event. */
export const UsageEventRoute = (): Answers<UsageResultAnswer> =>
  applyDecorators(
    HttpCode(201),
    ApiOperation({
      summary: 'Post one usage event',
      description:
        'Plain JSON, or a CloudEvent 1.0: structured (`application/cloudevents+json`), or binary, that is the data as ' +
        '`application/json` and the attributes as headers (`ce-specversion: 1.0`, `ce-type: commitment-ledger.usage.v1`, ' +
        '`ce-source`, `ce-id`, `ce-time`, percent-encoded). `source` and `id` are its identity, for ever: a repeat with the ' +
        'same content answers what was recorded then.',
    }),
    Bodies({
      'application/json': { schema: bodyRef(UsageEventBody) },
      'application/cloudevents+json': { schema: CLOUD_EVENT },
    }),
    ApiResponse({
      status: 200,
      description: 'A duplicate: what was recorded then.',
      headers: REPLAYED,
      schema: documented(UsageResultAnswer),
    }),
    ApiResponse({ status: 201, description: 'Recorded.', schema: documented(UsageResultAnswer) }),
    ApiResponse({
      status: 202,
      description: 'Parked until its agreement is known.',
      schema: documented(UsageResultAnswer),
    }),
    Problems(400, 401, 403, 404, 408, 409, 413, 415, 422, 503),
  );

const InPart = (status: number, description: string) =>
  ApiResponse({
    status,
    description,
    headers: status === 503 ? RETRY_AFTER : {},
    content: {
      'application/json': { schema: documented(UsageBatchAnswer) },
      'application/problem+json': { schema: documented(ProblemAnswer) },
    },
  });

/** Documentation of the route that takes many. */
export const UsageBatchRoute = (): Answers<UsageBatchAnswer | StreamableFile> =>
  applyDecorators(
    HttpCode(200),
    ApiOperation({
      summary: 'Post many usage events',
      description:
        'A JSON array of at most 10,000, or NDJSON of any length, an event per line: then the answers come as NDJSON too, when ' +
        'all of it has been read: one line per event that was not recorded, and a last line with the counts. With `answer=all` ' +
        'there is a line for every event, sent while the request is still running: read while you write. ' +
        'A batch without that last line was cut off: send it again. CloudEvents may stand among the items and lines.',
    }),
    QueryParameters(BatchQuery),
    Bodies({
      'application/json': { schema: listOf(bodyRef(UsageEventBody)) },
      'application/cloudevents-batch+json': { schema: listOf(CLOUD_EVENT) },
      'application/x-ndjson': {
        schema: {
          type: 'string',
          description: 'Lines, each a UsageEventBody or UsageCloudEvent of at most 64 KiB.',
        },
      },
    }),
    ApiResponse({
      status: 200,
      description: 'Settled, item by item.',
      content: {
        'application/json': { schema: documented(UsageBatchAnswer) },
        'application/x-ndjson': {
          schema: {
            type: 'string',
            description: 'Lines, each a UsageLineAnswer; the last one is `{"counts":…}`.',
            ...LINES,
          },
        },
      },
    }),
    OnlyProblems(400, 401, 403, 404, 405, 408, 409, 413, 415, 422),
    InPart(503, 'Settled but for the items to send again; or none of it, for now (a problem).'),
    InPart(500, 'Settled but for items that the ledger fails on; or a fault of ours (a problem).'),
  );
