import type { FastifyRequest } from 'fastify';
import { headerValues } from '../http/header-values.js';
import { Problem } from '../http/problem.js';

/** Quoted, as the IETF draft (a structured field string) has it, or plain, as most clients send it. */
export const IDEMPOTENCY_KEY = /^(?:"([ !#-\[\]-~]{1,255})"|[!#-~]{1,255})$/;
export const IF_MATCH = /^"?(0|[1-9][0-9]{0,14})"?$/;

export const idempotencyKeyOf = (request: FastifyRequest): string => {
  const given = headerValues(request, 'idempotency-key');
  if (given.length > 1)
    throw new Problem(400, 'idempotency-key-repeated', 'send one Idempotency-Key');
  const [text] = given;
  if (text === undefined || text === '')
    throw new Problem(
      400,
      'idempotency-key-missing',
      'send an Idempotency-Key of your own: the same key makes a repeat safe',
    );
  const match = IDEMPOTENCY_KEY.exec(text);
  if (match === null)
    throw new Problem(
      400,
      'idempotency-key-malformed',
      'an Idempotency-Key has 1 to 255 printable ASCII characters',
    );
  return match[1] ?? text;
};

/** The stream version of If-Match, `"12"`; null: not given, the caller does not care. */
export const expectedVersionOf = (request: FastifyRequest): number | null => {
  const text = request.headers['if-match'];
  if (text === undefined) return null;
  const version = IF_MATCH.exec(text)?.[1];
  if (version === undefined)
    throw new Problem(400, 'if-match-malformed', 'If-Match is one ETag that you got, like "12"');
  return Number(version);
};
