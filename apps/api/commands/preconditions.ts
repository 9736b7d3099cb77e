import type { FastifyRequest } from 'fastify';
import type { ExpectedVersion } from '../../../libs/ledger/ledger.js';
import { headerValues } from '../../../libs/contract/header-values.js';
import { Problem } from '../../../libs/contract/problem.js';

/** Quoted, as the IETF draft (a structured field string) has it, or plain, as most clients send it. */
export const IDEMPOTENCY_KEY = /^(?:"([ !#-\[\]-~]{1,255})"|[!#-~]{1,255})$/;
/** `*`, our version with or without quotes, or entity tags with commas between them (RFC 9110, 13.1.1). */
export const IF_MATCH =
  /^\s*(?:\*|0|[1-9][0-9]{0,14}|(?:W\/)?"[!#-~\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[!#-~\x80-\xff]*")*)\s*$/;

export const idempotencyKeyOf = (request: FastifyRequest): string => {
  const given = headerValues(request.raw, 'idempotency-key');
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

/** What If-Match asks for. */
export interface IfMatch {
  readonly expected: Exclude<ExpectedVersion, null>;
  /** Weak tags only: they never match. */
  readonly isWeak: boolean;
}

/** One of a list of entity tags (RFC 9110, 8.8.3). */
const TAG = /\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(,|$)/y;
/** Our tags, `"12"`; also without quotes, as some clients send them. */
const VERSION = /^(0|[1-9][0-9]{0,14})$/;

/**
 * The versions of If-Match: `"12"`, a list of which one must match, or `*`. It compares strongly (RFC 9110, 13.1.1), so
 * weak tags never match, nor do tags that are none of ours. Null: not given, the caller does not care.
 */
export const ifMatchOf = (request: FastifyRequest): IfMatch | null => {
  const text = request.headers['if-match'];
  if (text === undefined) return null;
  if (text.trim() === '*') return { expected: 'any', isWeak: false };
  if (VERSION.test(text.trim())) return { expected: Number(text), isWeak: false };
  const tags = tagsOf(text);
  const strong = tags.filter(({ isWeak }) => !isWeak);
  const expected = strong.flatMap(({ tag }) => (VERSION.test(tag) ? [Number(tag)] : []));
  return { expected, isWeak: strong.length === 0 };
};

const tagsOf = (text: string): readonly { readonly isWeak: boolean; readonly tag: string }[] => {
  const tags: { isWeak: boolean; tag: string }[] = [];
  TAG.lastIndex = 0;
  while (TAG.lastIndex < text.length || tags.length === 0) {
    const found = TAG.exec(text);
    const isLast = TAG.lastIndex === text.length;
    if (found === null || (found[3] === ',' && isLast))
      throw new Problem(
        400,
        'if-match-malformed',
        'If-Match is the ETag that you got, like "12", several with commas between them, or *',
      );
    tags.push({ isWeak: found[1] !== undefined, tag: found[2] as string });
  }
  return tags;
};
