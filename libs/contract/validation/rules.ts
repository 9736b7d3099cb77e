import { CODE, CODE_RULE } from '../../domain/ids.js';
import { parseInstant, instantOf } from '../../domain/instant.js';
import { MONEY_DECIMALS, parseUnits } from '../../domain/money.js';
import {
  parseQuantity,
  QUANTITY_DECIMALS,
  QUANTITY_INTEGER_DIGITS,
} from '../../domain/quantity.js';
import { currencyDecimals } from '../../domain/currency.js';
import * as grammar from './grammar.js';

/** What is wrong with a member. `code` is stable, `at` a JSON pointer below the member (for lists and maps). */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly at?: string;
}

/** JSON Schema, as much of it as OpenAPI and AsyncAPI have both. */
export type RuleSchema = Readonly<Record<string, unknown>>;

/** Null: nothing wrong. `object`: the members beside it. Pure, so that HTTP, files and Kafka give the same answer. */
type Judge = (value: unknown, object: Readonly<Record<string, unknown>>) => Fault | null;

export interface Rule extends Judge {
  /**
   * What the documents say of it. It refuses nothing that the rule takes, and takes only what needs more than the value to
   * be refused: the members beside it, what is known in the ledger, normal forms of Unicode.
   */
  readonly schema: RuleSchema;
}

/** A rule and its schema, said together. */
export const saying = (schema: RuleSchema, rule: Judge): Rule => Object.assign(rule, { schema });

export const fault = (code: string, message: string, at?: string): Fault =>
  at === undefined ? { code, message } : { code, message, at };

export const MISSING = fault('member-missing', 'is required');
const NOT_TEXT = fault('not-text', 'must be a JSON string');

export const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** A rule for text: absent and non-text are told apart first. */
const ofText = (
  schema: RuleSchema,
  rule: (text: string, object: Readonly<Record<string, unknown>>) => Fault | null,
): Rule =>
  saying({ type: 'string', ...schema }, (value, object) =>
    typeof value === 'string' ? rule(value, object) : isAbsent(value) ? MISSING : NOT_TEXT,
  );

const PLAIN = /^[\x20-\x7e]*$/;
const UNSAFE = new RegExp(`[${grammar.UNSAFE}\\u{e0000}-\\u{e0fff}]`, 'u');

const unsafeText = (text: string): Fault | null => {
  if (PLAIN.test(text)) return null;
  if (UNSAFE.test(text))
    return fault('text-unsafe', 'must not hold control, zero-width or direction characters');
  if (text.normalize('NFC') !== text)
    return fault('text-not-normalized', 'must be in Unicode normalization form C');
  return null;
};

export interface TextLimits {
  readonly min?: 0 | 1;
  /** The greatest length, in UTF-16 code units: a text of characters that take two is shorter than its schema allows. */
  readonly max: number;
}

/** Text for people: one line, no invisible characters, no space at its ends. */
export const text = ({ min = 1, max }: TextLimits): Rule => {
  const pattern = min === 0 ? `^$|${grammar.TEXT}` : grammar.TEXT;
  return ofText({ minLength: min, maxLength: max, pattern }, (value) => {
    if (value.length < min) return fault('text-empty', 'must not be empty');
    if (value.length > max) return fault('text-too-long', `must have at most ${max} characters`);
    if (value !== value.trim()) return fault('text-padded', 'must not start or end with a space');
    return unsafeText(value);
  });
};

const SOURCE = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]{1,128}$/;

/** Commands over HTTP are identified by their Idempotency-Key, under this source. Usage must not get in their way. */
export const COMMAND_SOURCE = 'idempotency-key';
/** What is recorded of API keys. Somebody who could name it could keep the end of a key off the record. */
export const ACCESS_SOURCE = 'api-keys';
/** Decisions to pass over an event. Somebody who could name it could take the identity of one before it is made. */
export const PROJECTION_SOURCE = 'projections';
const RESERVED: readonly string[] = [COMMAND_SOURCE, ACCESS_SOURCE, PROJECTION_SOURCE];

/** A URI reference (RFC 3986) that names the sending system. */
export const source: Rule = ofText({ pattern: SOURCE.source, maxLength: 128 }, (value) =>
  RESERVED.includes(value)
    ? fault('source-reserved', 'is what the ledger files its own requests under')
    : SOURCE.test(value)
      ? null
      : fault('source-malformed', 'must be a URI reference of 1 to 128 characters without spaces'),
);

export const code: Rule = ofText({ pattern: CODE.source }, (value) =>
  CODE.test(value) ? null : fault('code-malformed', `must be ${CODE_RULE}`),
);

/** `parts` codes joined by dots: the full id of a commitment, an investment (2) or a tranche, a milestone (3). */
export const path = (parts: number): Rule =>
  ofText({ pattern: grammar.pathOf(parts) }, (value) => {
    const codes = value.split('.');
    return codes.length === parts && codes.every((part) => CODE.test(part))
      ? null
      : fault('id-malformed', `must be ${parts} codes joined by dots, each ${CODE_RULE}`);
  });

export interface AmountLimits {
  /** `positive`: above zero. Default: any sign, zero included. */
  readonly sign?: 'positive' | 'not-negative';
}

/** What `parseUnits` surely takes: not a zero, which may have a wrong sign. Most amounts, without a BigInt for each. */
const PLAIN_AMOUNT = /^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{0,11}[1-9]$|^-?[1-9][0-9]{0,17}$/;

const AMOUNT_PATTERNS = {
  any: grammar.signed,
  positive: grammar.positive,
  'not-negative': grammar.notNegative,
};
const decimalText = (pattern: string): RuleSchema => ({
  type: 'string',
  format: 'decimal',
  pattern,
});

/** Decimal text with at most 18 integer digits and 12 decimals; never a JSON number, which cannot hold money. */
export const amount = ({ sign }: AmountLimits = {}): Rule =>
  saying(decimalText(AMOUNT_PATTERNS[sign ?? 'any'](MONEY_DECIMALS)), (value) => {
    if (isAbsent(value)) return MISSING;
    if (typeof value !== 'string')
      return fault('amount-not-a-string', 'must be a decimal number in a JSON string');
    if (sign === undefined && PLAIN_AMOUNT.test(value)) return null;
    const units = parseUnits(value);
    if (units === null)
      return fault(
        'amount-malformed',
        'must be digits with at most 18 before and 12 after the point, "-" for less than zero',
      );
    if (sign === 'positive' && units <= 0n)
      return fault('amount-not-positive', 'must be more than zero');
    if (sign === 'not-negative' && units < 0n)
      return fault('amount-negative', 'must not be less than zero');
    return null;
  });

const ONE = 10n ** 12n;

/** A decimal between 0 and `max` (1 for fractions, 100 for percentages), as text. */
export const decimalUpTo = (max: 1 | 100): Rule =>
  saying(decimalText(grammar.upTo(max, MONEY_DECIMALS)), (value, object) => {
    const wrong = amount({ sign: 'not-negative' })(value, object);
    if (wrong) return wrong;
    return (parseUnits(value as string) as bigint) > BigInt(max) * ONE
      ? fault('fraction-out-of-range', `must be between 0 and ${max}`)
      : null;
  });

const QUANTITY = grammar.signed(QUANTITY_DECIMALS, QUANTITY_INTEGER_DIGITS);

/** What `parseQuantity` of the domain takes: 18 decimals, for GPU-hours by the nanosecond. */
export const quantity = saying(decimalText(QUANTITY), (value, object) => {
  if (isAbsent(value)) return MISSING;
  if (typeof value !== 'string')
    return fault('quantity-not-a-string', 'must be a decimal number in a JSON string');
  if (parseQuantity(value) === null)
    return fault(
      'quantity-malformed',
      `must have at most ${QUANTITY_INTEGER_DIGITS} digits before and ${QUANTITY_DECIMALS} after the point`,
    );
  return isAbsent(object['unit']) ? fault('unit-missing', 'needs a unit') : null;
});

export const currency: Rule = ofText({ pattern: grammar.CURRENCY }, (value) =>
  currencyDecimals(value) === null
    ? fault('currency-unknown', 'must be an active ISO 4217 currency in upper case')
    : null,
);

/** Contract money: no more decimals than its currency has. Written on `amount`, reads `currency` beside it. */
export const contractAmount = (limits: AmountLimits): Rule => {
  const pattern = AMOUNT_PATTERNS[limits.sign ?? 'any'](grammar.CURRENCY_DECIMALS_MAX);
  return saying(decimalText(pattern), (value, object) => {
    const wrong = amount(limits)(value, object);
    if (wrong) return wrong;
    const code = object['currency'];
    const digits = typeof code === 'string' ? currencyDecimals(code) : null;
    const decimals = (value as string).split('.')[1]?.length ?? 0;
    return digits !== null && decimals > digits
      ? fault('amount-too-precise', `${String(code)} has ${digits} decimals`)
      : null;
  });
};

/** The usual spelling of an instant that surely exists. A quarter of the cost of working it out, and usage has five. */
const PLAIN_INSTANT =
  /^(?:19[7-9]\d|2[01]\d\d|2200)-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z$/;

export const isInstant = (text: string): boolean =>
  PLAIN_INSTANT.test(text) || parseInstant(text) !== null;

const SECONDS = '2026-03-01T00:00:00'.length;

/** Both are instants. */
const isLater = (end: string, start: string): boolean => {
  if (PLAIN_INSTANT.test(end) && PLAIN_INSTANT.test(start)) {
    const [endSeconds, startSeconds] = [end.slice(0, SECONDS), start.slice(0, SECONDS)];
    if (endSeconds !== startSeconds) return endSeconds > startSeconds;
  }
  return instantOf(end) > instantOf(start);
};

const NOT_AN_INSTANT = fault(
  'instant-malformed',
  'must be RFC 3339 with an offset, an existing day of 1970 to 2200, at most microseconds',
);

/** `after`: the member that starts the interval which this one ends (exclusive, so it must be later). */
export const instant = (after?: string): Rule =>
  ofText({ format: 'date-time', pattern: grammar.INSTANT }, (value, object) => {
    if (!isInstant(value)) return NOT_AN_INSTANT;
    const start = after === undefined ? undefined : object[after];
    return typeof start !== 'string' || !isInstant(start) || isLater(value, start)
      ? null
      : fault('end-not-after-start', `must be later than ${after}`);
  });

export const day: Rule = ofText({ format: 'date', pattern: grammar.DAY_ALONE }, (value) =>
  /^\d{4}-\d{2}-\d{2}$/.test(value) && parseInstant(`${value}T00:00:00Z`) !== null
    ? null
    : fault('day-malformed', 'must be an existing day, YYYY-MM-DD'),
);

const SHA_256 = /^[0-9a-f]{64}$/;

export const sha256: Rule = ofText({ pattern: SHA_256.source }, (value) =>
  SHA_256.test(value)
    ? null
    : fault('sha256-malformed', 'must be 64 lower-case hexadecimal digits'),
);

/** An absolute http(s), s3, gs or urn URI: where a document is kept. Scripts are not documents. */
const URI = /^(?:https?|s3|gs|az|urn):[!-~]+$/;
const URI_TEXT = text({ max: 2000 });

export const uri = saying(
  { type: 'string', format: 'uri', pattern: URI.source, maxLength: 2000 },
  (value, object) =>
    URI_TEXT(value, object) ??
    (URI.test(value as string)
      ? null
      : fault('uri-malformed', 'must be an absolute http, https, s3, gs, az or urn URI')),
);

export const oneOf = (values: readonly string[]): Rule =>
  ofText({ enum: values }, (value) =>
    values.includes(value) ? null : fault('value-unknown', `must be one of ${values.join(', ')}`),
  );

export const integer = (min: number, max: number): Rule =>
  saying({ type: 'integer', minimum: min, maximum: max }, (value) =>
    isAbsent(value)
      ? MISSING
      : typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
        ? null
        : fault('not-an-integer', `must be a whole number from ${min} to ${max}`),
  );

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const object = saying({ type: 'object' }, (value) =>
  isObject(value) ? null : isAbsent(value) ? MISSING : fault('not-an-object', 'must be an object'),
);
