import { isUtf8 } from 'node:buffer';
import { FORBIDDEN_NAMES, JSON_DEPTH_MAX, JSON_MEMBERS_MAX, parsePlain } from './plain-json.js';

/**
 * JSON (RFC 8259, I-JSON's restrictions of RFC 7493) from bytes, refusing what `JSON.parse` lets through: invalid
 * UTF-8, a byte order mark, duplicate members (also written with escapes), lone surrogates, control characters in
 * strings, `-0`, nesting and objects beyond what any of our documents needs, and names that reach for prototypes.
 * Two readers that take the last and the first of two `amount` members would disagree about money.
 */

type StrictJsonCode = keyof typeof MESSAGES;

/** The document cannot be taken. `pointer` names the member being read; line and column count from 1, in characters. */
export class StrictJsonError extends Error {
  constructor(
    readonly code: StrictJsonCode,
    readonly pointer: string,
    readonly line: number,
    readonly column: number,
    message: string,
  ) {
    super(message);
  }
}

const MESSAGES = {
  'json-empty': 'there is no JSON document',
  'json-truncated': 'the document ends before it is complete',
  'json-malformed': 'this is not JSON (RFC 8259)',
  'json-trailing-bytes': 'something follows the document',
  'json-duplicate-member': 'a member of this name was already given',
  'json-not-utf-8': 'the bytes are not UTF-8',
  'json-byte-order-mark': 'the document starts with a byte order mark',
  'json-lone-surrogate': 'half of a surrogate pair is not a character',
  'json-control-character': 'control characters are not allowed in strings',
  'json-too-deep': `arrays and objects may be nested ${JSON_DEPTH_MAX} deep`,
  'json-too-many-members': `an object may have ${JSON_MEMBERS_MAX} members`,
  'json-forbidden-name': 'members of this name are not allowed',
  'json-number': 'this is not a JSON number, or one that cannot be kept exactly',
};

export const parseStrictJson = (bytes: Uint8Array): unknown => {
  if (bytes.length >= 2) {
    const utf16 =
      (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe);
    const utf8 = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    if (utf16 || utf8) throw failure('json-byte-order-mark', '', '', 0);
  }
  if (!isUtf8(bytes)) throw failure('json-not-utf-8', '', '', 0);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return parseStrictJsonText(text);
};

/** The same for text that was decoded already (a Kafka header, a line of a file). */
export const parseStrictJsonText = (text: string): unknown => {
  const plain = parsePlain(text);
  return plain === undefined ? readStrictJson(text) : plain;
};

/** Character by character: for what is not plain, and to say what is wrong and where. */
export const readStrictJson = (text: string): unknown => new Reader(text).document();

const failure = (code: StrictJsonCode, pointer: string, text: string, at: number) => {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1) + 1;
  return new StrictJsonError(code, pointer, line, column, MESSAGES[code]);
};

/** RFC 6901. */
export const pointerOf = (path: readonly (string | number)[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** What may still belong to a number, so that `01`, `1.` and `1_000` are called wrong numbers. */
const NUMBER_LIKE = /[0-9A-Za-z_.+-]/;
const HEX4 = /[0-9a-fA-F]{4}/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/' };
const CONTROL_ESCAPES = 'bfnrt';

class Reader {
  private at = 0;
  private depth = 0;
  private readonly path: (string | number)[] = [];

  constructor(private readonly text: string) {}

  document(): unknown {
    this.space();
    if (this.at === this.text.length) this.fail('json-empty');
    const value = this.value();
    this.space();
    if (this.at < this.text.length) this.fail('json-trailing-bytes');
    return value;
  }

  private value(): unknown {
    const char = this.text.charCodeAt(this.at);
    switch (char) {
      case QUOTE:
        return this.string();
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case 0x74:
        return this.literal('true', true);
      case 0x66:
        return this.literal('false', false);
      case 0x6e:
        return this.literal('null', null);
      default:
        return this.number(char);
    }
  }

  private object(): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    if (++this.depth > JSON_DEPTH_MAX) this.fail('json-too-deep');
    this.at++;
    this.space();
    if (this.text.charCodeAt(this.at) === 0x7d) return this.close(members);
    for (let count = 1; ; count++) {
      if (this.text.charCodeAt(this.at) !== QUOTE) this.fail('json-malformed');
      const nameAt = this.at;
      const name = this.string();
      this.path[this.depth - 1] = name;
      if (FORBIDDEN_NAMES.has(name)) this.fail('json-forbidden-name', nameAt);
      if (Object.hasOwn(members, name)) this.fail('json-duplicate-member', nameAt);
      if (count > JSON_MEMBERS_MAX) this.fail('json-too-many-members', nameAt);
      this.space();
      if (this.text.charCodeAt(this.at) !== 0x3a) this.fail('json-malformed');
      this.at++;
      this.space();
      members[name] = this.value();
      this.space();
      const next = this.text.charCodeAt(this.at);
      if (next === 0x7d) return this.close(members);
      if (next !== 0x2c) this.fail('json-malformed');
      this.at++;
      this.space();
    }
  }

  private array(): unknown[] {
    const items: unknown[] = [];
    if (++this.depth > JSON_DEPTH_MAX) this.fail('json-too-deep');
    this.at++;
    this.space();
    if (this.text.charCodeAt(this.at) === 0x5d) return this.close(items);
    for (;;) {
      this.path[this.depth - 1] = items.length;
      items.push(this.value());
      this.space();
      const next = this.text.charCodeAt(this.at);
      if (next === 0x5d) return this.close(items);
      if (next !== 0x2c) this.fail('json-malformed');
      this.at++;
      this.space();
    }
  }

  private close<Value>(value: Value): Value {
    this.depth--;
    this.path.length = this.depth;
    this.at++;
    return value;
  }

  private string(): string {
    const { text } = this;
    const start = ++this.at;
    for (let at = start; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (char === QUOTE) {
        this.at = at + 1;
        return text.slice(start, at);
      }
      if (char === BACKSLASH) return this.escapedString(start, at);
      if (char < 0x20) this.fail('json-control-character', at);
    }
    return this.fail('json-truncated', text.length);
  }

  /** `start`: the first character; `at`: the first backslash. Rare, so it may be slow. */
  private escapedString(start: number, at: number): string {
    const { text } = this;
    let value = text.slice(start, at);
    for (;;) {
      const char = text[at];
      if (char === undefined) this.fail('json-truncated', text.length);
      if (char === '"') break;
      if (char < ' ') this.fail('json-control-character', at);
      if (char !== '\\') {
        value += char;
        at++;
        continue;
      }
      const escape = text[at + 1];
      if (escape === undefined) this.fail('json-truncated', text.length);
      if (escape === 'u') {
        HEX4.lastIndex = at + 2;
        const digits = HEX4.exec(text)?.[0];
        if (digits === undefined) this.fail('json-malformed', at);
        const code = parseInt(digits, 16);
        if (code < 0x20) this.fail('json-control-character', at);
        value += String.fromCharCode(code);
        at += 6;
        continue;
      }
      if (CONTROL_ESCAPES.includes(escape)) this.fail('json-control-character', at);
      const plain = ESCAPES[escape];
      if (plain === undefined) this.fail('json-malformed', at);
      value += plain;
      at += 2;
    }
    if (/\p{Surrogate}/u.test(value)) this.fail('json-lone-surrogate', start);
    this.at = at + 1;
    return value;
  }

  private number(char: number): number {
    if (Number.isNaN(char)) this.fail('json-truncated');
    NUMBER.lastIndex = this.at;
    const digits = NUMBER.exec(this.text)?.[0];
    // A word, or a document that is no JSON at all, like a line of CSV, is no number that went wrong.
    const isWord =
      digits === undefined && !/^(?:[0-9+.-]|NaN|Infinity)/.test(this.text.slice(this.at));
    const wrong = this.depth === 0 || isWord ? 'json-malformed' : 'json-number';
    if (digits === undefined)
      this.fail(NUMBER_LIKE.test(String.fromCharCode(char)) ? wrong : 'json-malformed');
    const next = this.text[this.at + digits.length];
    if (next !== undefined && NUMBER_LIKE.test(next)) this.fail(wrong);
    const value = Number(digits);
    if (!Number.isFinite(value) || Object.is(value, -0)) this.fail('json-number');
    this.at += digits.length;
    return value;
  }

  private literal<Value>(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.at)) {
      this.fail(word.startsWith(this.text.slice(this.at)) ? 'json-truncated' : 'json-malformed');
    }
    this.at += word.length;
    return value;
  }

  private space(): void {
    for (;;) {
      const char = this.text.charCodeAt(this.at);
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return;
      this.at++;
    }
  }

  private fail(code: StrictJsonCode, at = this.at): never {
    const ended = code === 'json-malformed' && at >= this.text.length;
    throw failure(
      ended ? 'json-truncated' : code,
      pointerOf(this.path.slice(0, this.depth)),
      this.text,
      at,
    );
  }
}
