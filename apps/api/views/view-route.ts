import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { Class } from '../../../libs/application/wire/member.js';
import { Problems, Query } from '../http/documented.js';
import type { Schema } from './schema.js';

/** Documentation of a view: its query's members as parameters, its answer as a schema. */
export const ViewRoute = (summary: string, query: Class, schema: Schema) =>
  applyDecorators(
    ApiOperation({ summary }),
    Query(query),
    ApiResponse({
      status: 200,
      description: 'The answer, and what it has seen.',
      schema: schema as object,
    }),
    Problems(400, 401, 403, 404, 422, 503, 504),
  );
