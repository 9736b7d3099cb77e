import { applyDecorators, HttpCode } from '@nestjs/common';
import {
  ApiBody,
  ApiExtension,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  type ApiQueryOptions,
} from '@nestjs/swagger';
import type { Class } from '../../../libs/contract/validation/members.js';
import { propertiesOf } from '../../../libs/contract/validation/schema.js';
import type { TSchema } from '@sinclair/typebox';
import type { AnswerOf } from '../../../libs/answers/schema.js';
import { CommandAnswer } from '../../../libs/contract/command-answer.js';
import { ProblemAnswer } from '../../../libs/contract/problem-answer.js';
import { IDEMPOTENCY_KEY, IF_MATCH } from '../commands/preconditions.js';
import { bodyRef } from '../document/body-schemas.js';
import { ETAG, HEADERS_OF_STATUS, REPLAYED } from './documented-headers.js';

/** A schema of an answer where @nestjs/swagger takes one of its own; the document makes components of those with a name. */
export const documented = (schema: TSchema): object => schema;

/** A method that answers as the document says: another answer than that of its schema does not compile. */
export type Answers<Answer> = <Method extends (...asked: never[]) => Promise<Answer>>(
  target: object,
  name: string,
  method: TypedPropertyDescriptor<Method>,
) => void;

const WHY: Readonly<Record<number, string>> = {
  400: 'Cannot be parsed, or a header is missing.',
  401: 'No key, or one that is not known.',
  403: 'The role of the key may not do this.',
  404: 'Not there, or not yours.',
  405: 'Another method was sent; `Allow` says which this address has.',
  408: 'The body did not arrive in time; the connection is closed.',
  409: 'The state of things is against it; or the key is in flight, then with `Retry-After`.',
  412: 'The terms changed since you saw them; the ETag is the present one.',
  413: 'Too large.',
  415: 'Not a content type of this route.',
  422: 'Parsed, but invalid; or the key came before with another request.',
  428: 'If-Match is required.',
  429: 'Too many at a time. The same again after `Retry-After`.',
  500: 'A fault of ours, which was logged.',
  503: 'Not now: nothing is known to have been done. The same again after `Retry-After`.',
  504: 'The views are behind `minPosition`. The same again after `Retry-After`.',
};

/** Problem details with these statuses and no other. */
export const OnlyProblems = (...statuses: number[]) =>
  applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: WHY[status] ?? 'Refused.',
        headers: HEADERS_OF_STATUS[status] ?? {},
        content: { 'application/problem+json': { schema: documented(ProblemAnswer) } },
      }),
    ),
  );

/** Problem details with these statuses, besides those that any route may answer. */
export const Problems = (...statuses: number[]) => OnlyProblems(...statuses, 405, 500);

/** The members of a query's class as parameters. */
export const QueryParameters = (type: Class) =>
  applyDecorators(
    ...propertiesOf(type, bodyRef).map(({ name, isRequired, schema: { description, ...schema } }) =>
      ApiQuery({ name, description, required: isRequired, schema } as ApiQueryOptions),
    ),
  );

type Content = Readonly<Record<string, { readonly schema: object }>>;
/** Where `Bodies` puts what `complete` moves to the request's body: @nestjs/swagger knows one schema for all types. */
export const BODIES = 'x-bodies';

/** A request body that may come as several types. */
export const Bodies = (content: Content) => ApiExtension(BODIES, content);

const IdempotencyKey = ApiHeader({
  name: 'Idempotency-Key',
  required: true,
  description:
    'Your own name of this request. A repeat with the same key and body gets the same answer.',
  schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
});

export interface CommandDocs {
  readonly summary: string;
  readonly body: Class;
  readonly status?: 200 | 201;
  readonly versioned?: boolean;
  /** Makes something of which there is no version yet: takes no If-Match. */
  readonly isNew?: boolean;
}

const IfMatch = (required: boolean) =>
  ApiHeader({
    name: 'If-Match',
    required,
    description:
      'The ETag that you have seen: the version of the terms of what the path names. Several with commas between them, ' +
      'or `*` for any. Usage, payments, notes and documents do not change it.',
    schema: { type: 'string', pattern: IF_MATCH.source, example: '"3"' },
  });

/** Documentation and status of a command route. */
export const CommandRoute = ({
  summary,
  body,
  status = 201,
  versioned = false,
  isNew = false,
}: CommandDocs): Answers<CommandAnswer> =>
  applyDecorators(
    HttpCode(status),
    ApiOperation({ summary }),
    IdempotencyKey,
    ...(isNew ? [] : [IfMatch(versioned)]),
    ApiConsumes('application/json'),
    ApiBody({ schema: bodyRef(body), required: true }),
    ApiResponse({
      status,
      description: 'Recorded. `Idempotent-Replayed: true` when it already was.',
      headers: { ...ETAG, ...REPLAYED },
      schema: documented(CommandAnswer),
    }),
    Problems(400, 401, 403, 404, 408, 409, 412, 413, 415, 422, ...(versioned ? [428] : []), 503),
  );

/** Documentation of a reading route. */
export const ReadRoute = <Answer extends TSchema>(
  summary: string,
  answer: Answer,
): Answers<AnswerOf<Answer>> =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status: 200, description: 'The answer.', schema: documented(answer) }),
    Problems(400, 401, 403, 404, 422, 503),
  );

/** Documentation of a command of the desk: safe to repeat, so it needs no key. */
export const DeskRoute = <Answer extends TSchema>(
  summary: string,
  body: Class,
  answer: Answer,
): Answers<AnswerOf<Answer>> =>
  applyDecorators(
    HttpCode(200),
    ApiOperation({ summary, description: 'May be repeated: it answers what has become of it.' }),
    ApiConsumes('application/json'),
    ApiBody({ schema: bodyRef(body), required: true }),
    ApiResponse({ status: 200, description: 'What has become of it.', schema: documented(answer) }),
    Problems(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503),
  );
