import { CODE, CODE_RULE } from '../../domain/ids.js';
import { parseInstant } from '../../domain/instant.js';
import { parseUnits } from '../../domain/money.js';
import { currencyDecimals } from '../../domain/currency.js';

/** What is wrong with a member. `code` is stable, `at` a JSON pointer below the member (for lists and maps). */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly at?: string;
}

/** Null: nothing wrong. Rules are pure, so that HTTP, files and Kafka give the same answer. */
export type Rule = (value: unknown, object: Readonly<Record<string, unknown>>) => Fault | null;

const fault = (code: string, message: string, at?: string): Fault =>
  at === undefined ? { code, message } : { code, message, at };

const MISSING = fault('member-missing', 'is required');
const NOT_TEXT = fault('not-text', 'must be a JSON string');

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** A rule for text: absent and non-text are told apart first. */
const ofText =
  (rule: (text: string, object: Readonly<Record<string, unknown>>) => Fault | null): Rule =>
  (value, object) =>
    typeof value === 'string' ? rule(value, object) : isAbsent(value) ? MISSING : NOT_TEXT;

const PLAIN = /^[\x20-\x7e]*$/;
/** Controls, line separators, and what is invisible or turns the reading direction: two texts would look the same. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\uffff\u{e0000}-\u{e0fff}]/u;

const unsafeText = (text: string): Fault | null => {
  if (PLAIN.test(text)) return null;
  if (UNSAFE.test(text))
    return fault('text-unsafe', 'must not hold control, zero-width or direction characters');
  if (text.normalize('NFC') !== text)
    return fault('text-not-normalized', 'must be in Unicode normalization form C');
  return null;
};

export interface TextLimits {
  readonly min?: number;
  /** In UTF-16 code units. */
  readonly max: number;
}

/** Text for people: one line, no invisible characters, no space at its ends. */
export const text = ({ min = 1, max }: TextLimits): Rule =>
  ofText((value) => {
    if (value.length < min) return fault('text-empty', 'must not be empty');
    if (value.length > max) return fault('text-too-long', `must have at most ${max} characters`);
    if (value !== value.trim()) return fault('text-padded', 'must not start or end with a space');
    return unsafeText(value);
  });

const SOURCE = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]{1,128}$/;

/** Commands over HTTP are identified by their Idempotency-Key, under this source. Usage must not get in their way. */
export const COMMAND_SOURCE = 'idempotency-key';
/** What is recorded of API keys. Somebody who could name it could keep the end of a key off the record. */
export const ACCESS_SOURCE = 'api-keys';
/** Decisions to pass over an event. Somebody who could name it could take the identity of one before it is made. */
export const PROJECTION_SOURCE = 'projections';
const RESERVED: readonly string[] = [COMMAND_SOURCE, ACCESS_SOURCE, PROJECTION_SOURCE];

/** A URI reference (RFC 3986) that names the sending system. */
export const source: Rule = ofText((value) =>
  RESERVED.includes(value)
    ? fault('source-reserved', 'is what the ledger files its own requests under')
    : SOURCE.test(value)
      ? null
      : fault('source-malformed', 'must be a URI reference of 1 to 128 characters without spaces'),
);

export const code: Rule = ofText((value) =>
  CODE.test(value) ? null : fault('code-malformed', `must be ${CODE_RULE}`),
);

/** `parts` codes joined by dots: the full id of a commitment, an investment (2) or a tranche, a milestone (3). */
export const path = (parts: number): Rule =>
  ofText((value) => {
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

/** Decimal text with at most 18 integer digits and 12 decimals; never a JSON number, which cannot hold money. */
export const amount = ({ sign }: AmountLimits = {}): Rule => {
  return (value) => {
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
  };
};

const ONE = 10n ** 12n;

/** A decimal between 0 and `max` (1 for fractions, 100 for percentages), as text. */
export const decimalUpTo =
  (max: number): Rule =>
  (value, object) => {
    const wrong = amount({ sign: 'not-negative' })(value, object);
    if (wrong) return wrong;
    return (parseUnits(value as string) as bigint) > BigInt(max) * ONE
      ? fault('fraction-out-of-range', `must be between 0 and ${max}`)
      : null;
  };

/** The same grammar as `quantityOf` of the domain: 18 decimals, for GPU-hours by the nanosecond. */
const QUANTITY = /^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?$/;

export const quantity: Rule = (value, object) => {
  if (isAbsent(value)) return MISSING;
  if (typeof value !== 'string')
    return fault('quantity-not-a-string', 'must be a decimal number in a JSON string');
  if (!QUANTITY.test(value) || /^-[0.]+$/.test(value))
    return fault('quantity-malformed', 'must have at most 18 digits before and after the point');
  return isAbsent(object['unit']) ? fault('unit-missing', 'needs a unit') : null;
};

export const currency: Rule = ofText((value) =>
  currencyDecimals(value) === null
    ? fault('currency-unknown', 'must be an active ISO 4217 currency in upper case')
    : null,
);

/** Contract money: no more decimals than its currency has. Written on `amount`, reads `currency` beside it. */
export const contractAmount =
  (limits: AmountLimits): Rule =>
  (value, object) => {
    const wrong = amount(limits)(value, object);
    if (wrong) return wrong;
    const code = object['currency'];
    const digits = typeof code === 'string' ? currencyDecimals(code) : null;
    const decimals = (value as string).split('.')[1]?.length ?? 0;
    return digits !== null && decimals > digits
      ? fault('amount-too-precise', `${String(code)} has ${digits} decimals`)
      : null;
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
  return parseInstant(end)! > parseInstant(start)!;
};

const NOT_AN_INSTANT = fault(
  'instant-malformed',
  'must be RFC 3339 with an offset, an existing day of 1970 to 2200, at most microseconds',
);

/** `after`: the member that starts the interval which this one ends (exclusive, so it must be later). */
export const instant = (after?: string): Rule =>
  ofText((value, object) => {
    if (!isInstant(value)) return NOT_AN_INSTANT;
    const start = after === undefined ? undefined : object[after];
    return typeof start !== 'string' || !isInstant(start) || isLater(value, start)
      ? null
      : fault('end-not-after-start', `must be later than ${after}`);
  });

export const day: Rule = ofText((value) =>
  /^\d{4}-\d{2}-\d{2}$/.test(value) && parseInstant(`${value}T00:00:00Z`) !== null
    ? null
    : fault('day-malformed', 'must be an existing day, YYYY-MM-DD'),
);

export const sha256: Rule = ofText((value) =>
  /^[0-9a-f]{64}$/.test(value)
    ? null
    : fault('sha256-malformed', 'must be 64 lower-case hexadecimal digits'),
);

/** An absolute http(s), s3, gs or urn URI: where a document is kept. Scripts are not documents. */
export const uri: Rule = (value, object) =>
  text({ max: 2000 })(value, object) ??
  (/^(?:https?|s3|gs|az|urn):[\x21-\x7e]+$/.test(value as string)
    ? null
    : fault('uri-malformed', 'must be an absolute http, https, s3, gs, az or urn URI'));

export const oneOf = (values: readonly string[]): Rule =>
  ofText((value) =>
    values.includes(value) ? null : fault('value-unknown', `must be one of ${values.join(', ')}`),
  );

export const bool: Rule = (value) =>
  typeof value === 'boolean'
    ? null
    : isAbsent(value)
      ? MISSING
      : fault('not-a-boolean', 'must be true or false');

export const integer =
  (min: number, max: number): Rule =>
  (value) =>
    isAbsent(value)
      ? MISSING
      : typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
        ? null
        : fault('not-an-integer', `must be a whole number from ${min} to ${max}`);

export interface ListLimits {
  readonly min?: number;
  readonly max: number;
  readonly distinct?: boolean;
}

export const list =
  (item: Rule, { min = 0, max, distinct = false }: ListLimits): Rule =>
  (value, object) => {
    if (isAbsent(value)) return MISSING;
    if (!Array.isArray(value)) return fault('not-a-list', 'must be a JSON array');
    if (value.length < min) return fault('list-too-short', `must have at least ${min} items`);
    if (value.length > max) return fault('list-too-long', `must have at most ${max} items`);
    for (const [index, one] of value.entries()) {
      const wrong = item(one, object);
      if (wrong) return { ...wrong, at: `/${index}${wrong.at ?? ''}` };
      if (distinct && value.indexOf(one) !== index)
        return fault('list-repeats', 'must not be given twice', `/${index}`);
    }
    return null;
  };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const object: Rule = (value) =>
  isObject(value) ? null : isAbsent(value) ? MISSING : fault('not-an-object', 'must be an object');

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

const NAME = text({ max: 128 });
const UNKNOWN = fault('member-unknown', 'is not a member that exists here');

/** A map whose names are free (`tags`) or listed, with one rule for all values. */
export const mapOf =
  (
    item: Rule,
    { names, max }: { readonly names?: readonly string[]; readonly max: number },
  ): Rule =>
  (value, whole) => {
    const wrong = object(value, whole);
    if (wrong) return wrong;
    const members = value as Readonly<Record<string, unknown>>;
    const given = Object.keys(members);
    if (given.length > max) return fault('map-too-large', `must have at most ${max} members`);
    for (const name of given) {
      const one = members[name];
      const fault =
        names && !names.includes(name)
          ? UNKNOWN
          : ((names ? null : NAME(name, whole)) ?? item(one, whole));
      if (fault) return { ...fault, at: `/${escapePointer(name)}${fault.at ?? ''}` };
    }
    return null;
  };

const TAGS = mapOf(text({ min: 0, max: 1024 }), { max: 20 });
const TAGS_CHARACTERS_MAX = 4096;

/** Free metadata: at most 20 names, and 4,096 characters of names and values altogether. */
export const tags: Rule = (value, whole) => {
  const wrong = TAGS(value, whole);
  if (wrong) return wrong;
  let characters = 0;
  for (const [name, one] of Object.entries(value as Record<string, string>))
    characters += name.length + one.length;
  return characters > TAGS_CHARACTERS_MAX
    ? fault('map-too-large', `must have at most ${TAGS_CHARACTERS_MAX} characters altogether`)
    : null;
};
