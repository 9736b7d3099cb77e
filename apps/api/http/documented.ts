import { applyDecorators, HttpCode } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiProduces,
  ApiProperty,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Class } from '../../../libs/application/wire/member.js';
import { CommandAnswer } from '../commands/command-answer.js';

/** RFC 9457 problem details, as the OpenAPI document shows them. */
export class ProblemErrorAnswer {
  @ApiProperty({ description: 'Stable.', example: 'amount-not-a-string' })
  readonly code!: string;

  @ApiProperty()
  readonly message!: string;

  @ApiProperty({ required: false, description: 'JSON pointer.', example: '/amount' })
  readonly pointer?: string;

  @ApiProperty({ type: 'integer', required: false })
  readonly line?: number;

  @ApiProperty({ type: 'integer', required: false })
  readonly column?: number;
}

export class ProblemAnswer {
  @ApiProperty()
  readonly type!: string;

  @ApiProperty()
  readonly title!: string;

  @ApiProperty({ type: 'integer' })
  readonly status!: number;

  @ApiProperty()
  readonly detail!: string;

  @ApiProperty({ description: 'Stable.', example: 'agreement-unknown' })
  readonly code!: string;

  @ApiProperty({ type: () => ProblemErrorAnswer, isArray: true, required: false })
  readonly errors?: ProblemErrorAnswer[];

  @ApiProperty({ type: Boolean, required: false })
  readonly truncated?: boolean;
}

const WHY: Readonly<Record<number, string>> = {
  400: 'Cannot be parsed, or a header is missing.',
  401: 'No key, or one that is not known.',
  403: 'The role of the key may not do this.',
  404: 'Not there, or not yours.',
  408: 'The body did not arrive in time; the connection is closed.',
  409: 'The state of things is against it, or the key is in flight.',
  412: 'The terms changed since you saw them; the ETag is the present one.',
  413: 'Too large.',
  415: 'Not a content type of this route.',
  422: 'Parsed, but invalid; or the key came before with another request.',
  428: 'If-Match is required.',
  500: 'A fault of ours, which was logged.',
  503: 'Try again after Retry-After.',
};

export const Problems = (...statuses: number[]) =>
  applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: WHY[status] ?? 'Refused.',
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemAnswer) } } },
      }),
    ),
  );

const IDEMPOTENCY_KEY = ApiHeader({
  name: 'Idempotency-Key',
  required: true,
  description:
    'Your own name of this request. A repeat with the same key and body gets the same answer.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
});

export interface CommandDocs {
  readonly summary: string;
  readonly body: Class;
  readonly status?: 200 | 201;
  readonly versioned?: boolean;
  /** Makes something of which there is no version yet: takes no If-Match. */
  readonly isNew?: boolean;
}

const IF_MATCH = (required: boolean) =>
  ApiHeader({
    name: 'If-Match',
    required,
    description:
      'The ETag that you have seen: the version of the terms of what the path names. Several with commas between them, ' +
      'or `*` for any. Usage, payments, notes and documents do not change it.',
    schema: { type: 'string', example: '"3"' },
  });

/** Documentation and status of a command route. */
export const CommandRoute = ({
  summary,
  body,
  status = 201,
  versioned = false,
  isNew = false,
}: CommandDocs) =>
  applyDecorators(
    HttpCode(status),
    ApiOperation({ summary }),
    IDEMPOTENCY_KEY,
    ...(isNew ? [] : [IF_MATCH(versioned)]),
    ApiConsumes('application/json'),
    ApiBody({ type: body }),
    ApiResponse({
      status,
      description: 'Recorded. `Idempotent-Replayed: true` when it already was.',
      type: CommandAnswer,
    }),
    Problems(400, 401, 403, 404, 408, 409, 412, 413, 415, 422, ...(versioned ? [428] : []), 503),
  );

/** Documentation of a reading route. `answer`: what it gives; without one, a described object. */
export const ReadRoute = (summary: string, answer: Class, isArray = false) =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiProduces('application/json'),
    ApiResponse({ status: 200, description: 'The answer.', type: answer, isArray }),
    Problems(400, 401, 403, 404, 422, 503),
  );
