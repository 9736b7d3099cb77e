import type { ApiResponseNoStatusOptions } from '@nestjs/swagger';

/** Headers of answers, as the OpenAPI document shows them. */
export type DocumentedHeaders = NonNullable<ApiResponseNoStatusOptions['headers']>;

export const ETAG: DocumentedHeaders = {
  ETag: {
    description: 'The version, for `If-Match`.',
    schema: { type: 'string' },
    example: '"3"',
  },
};

export const REPLAYED: DocumentedHeaders = {
  'Idempotent-Replayed': {
    description: 'There when this was recorded before, and the answer is the one of then.',
    schema: { type: 'string', enum: ['true'] },
  },
};

export const RETRY_AFTER: DocumentedHeaders = {
  'Retry-After': {
    description: 'In seconds.',
    schema: { type: 'integer' },
    example: 2,
  },
};

/** Headers of problems, by their status. */
export const HEADERS_OF_STATUS: Readonly<Record<number, DocumentedHeaders>> = {
  401: {
    'WWW-Authenticate': {
      description: 'How to say who you are.',
      schema: { type: 'string' },
      example: 'Bearer realm="commitment-ledger"',
    },
  },
  405: {
    Allow: {
      description: 'The methods that this address has.',
      schema: { type: 'string' },
      example: 'GET, HEAD',
    },
  },
  409: RETRY_AFTER,
  412: ETAG,
  429: RETRY_AFTER,
  503: RETRY_AFTER,
  504: RETRY_AFTER,
};
