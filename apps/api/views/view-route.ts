import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { TSchema } from '@sinclair/typebox';
import type { AnswerOf } from '../../../libs/answers/schema.js';
import type { Class } from '../../../libs/contract/validation/members.js';
import { Problems, QueryParameters, documented, type Answers } from '../http/documented.js';
import { ShowsTerms } from '../http/shows-terms.js';

const ETAG = {
  description:
    'Version of the terms that the answer shows, for If-Match of what changes them. The figures change without it, so ' +
    'it is no validator for caches: If-None-Match is passed over and the answer is always whole.',
  schema: { type: 'string', example: '"3"' },
} as const;

/**
 * Documentation of a view: its query's members as parameters, its answer as a schema. `what`: the thing whose terms it
 * shows, where it is about one.
 */
export const ViewRoute = <Answer extends TSchema>(
  summary: string,
  query: Class,
  schema: Answer,
  what?: string,
): Answers<AnswerOf<Answer> | null> =>
  applyDecorators(
    ...(what === undefined ? [] : [ShowsTerms(what)]),
    ApiOperation({ summary }),
    QueryParameters(query),
    ApiResponse({
      status: 200,
      description: 'The answer, and what it has seen.',
      schema: documented(schema),
      ...(what === undefined ? {} : { headers: { ETag: ETAG } }),
    }),
    Problems(400, 401, 403, 404, 422, 503, 504),
  );
