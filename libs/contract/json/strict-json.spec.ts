import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  parseStrictJson,
  parseStrictJsonText,
  readStrictJson,
  StrictJsonError,
} from './strict-json.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

const refusal = (input: string | Uint8Array) => {
  try {
    parseStrictJson(typeof input === 'string' ? bytes(input) : input);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    return { code: error.code, pointer: error.pointer, line: error.line, column: error.column };
  }
  throw new Error('it was taken');
};

describe('reading JSON strictly', () => {
  it('takes what any JSON reader takes, with the same meaning', () => {
    const text = '{"id":"a","list":[1,-2.5,3e2,true,false,null,{}],"é":"\\u00e9\\"\\\\\\/","":[]}';
    expect(parseStrictJson(bytes(text))).toEqual(JSON.parse(text));
  });

  it('agrees with JSON.parse on whatever JSON.stringify writes without controls and odd names', () => {
    const name = fc
      .string({ unit: 'grapheme-ascii', maxLength: 12 })
      .filter((key) => !/proto|constructor/.test(key));
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Surrogate}/u.test(text)),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(name, tie('value'), { maxKeys: 5 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseStrictJson(bytes(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes and refuses by the short way what it does character by character', () => {
    const name = fc.constantFrom('"a"', '"b"', '"a"', '"\\u0061"', '"__proto__"', '"prototype"');
    const { text } = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('1', '-0', '-0.0', '1e999', '"a"', '"\\n"', '"\t"', '"é"', 'null', '"', ''),
        fc.array(tie('text'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
        fc
          .array(fc.tuple(name, tie('text')), { maxLength: 3 })
          .map((members) => `{ ${members.map(([key, value]) => `${key}:${value}`).join(' ,')}}`),
      ),
    }));
    const by = (read: (text: string) => unknown, document: string): unknown => {
      try {
        return read(document);
      } catch (error) {
        const { code, pointer, line, column } = error as StrictJsonError;
        return { code, pointer, line, column };
      }
    };
    fc.assert(
      fc.property(text, (document) => {
        expect(by(parseStrictJsonText, document)).toEqual(by(readStrictJson, document));
      }),
      { numRuns: 3_000 },
    );
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    for (const document of [deep(16), deep(17), `{"a":1,"b":{"a":1,"a":2}}`])
      expect(by(parseStrictJsonText, document)).toEqual(by(readStrictJson, document));
  });

  it('never takes what JSON.parse refuses', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      '"a"',
      '"',
      ':',
      ',',
      '1',
      '-',
      '0',
      '.',
      'e',
      'true',
      'null',
      ' ',
      '\\',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
        const text = parts.join('');
        let taken: unknown;
        try {
          taken = parseStrictJson(bytes(text));
        } catch (error) {
          expect(error).toBeInstanceOf(StrictJsonError);
          return;
        }
        expect(taken).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['nothing', '', 'json-empty', ''],
    ['only spaces', '  \n', 'json-empty', ''],
    ['an unfinished object', '{"id":"a"', 'json-truncated', '/id'],
    ['an unfinished string', '{"id":"a', 'json-truncated', '/id'],
    ['an unfinished word', '{"id":tru', 'json-truncated', '/id'],
    ['bytes after the document', '{"id":"a"} x', 'json-trailing-bytes', ''],
    ['two documents', '{}{}', 'json-trailing-bytes', ''],
    ['a member twice', '{"amount":"1","amount":"2"}', 'json-duplicate-member', '/amount'],
    [
      'a member twice, once escaped',
      '{"amount":"1","\\u0061mount":"2"}',
      'json-duplicate-member',
      '/amount',
    ],
    ['a lone surrogate', '{"id":"\\ud800"}', 'json-lone-surrogate', '/id'],
    ['surrogates the wrong way round', '{"id":"\\udc00\\ud800"}', 'json-lone-surrogate', '/id'],
    ['a NUL', '{"id":"a\\u0000"}', 'json-control-character', '/id'],
    ['an escaped line feed', '{"id":"a\\n"}', 'json-control-character', '/id'],
    ['a raw tab', '{"id":"a\t"}', 'json-control-character', '/id'],
    ['__proto__', '{"tags":{"__proto__":{}}}', 'json-forbidden-name', '/tags/__proto__'],
    ['constructor, escaped', '{"c\\u006fnstructor":1}', 'json-forbidden-name', '/constructor'],
    ['a leading zero', '{"priority":01}', 'json-number', '/priority'],
    ['NaN', '{"priority":NaN}', 'json-number', '/priority'],
    ['Infinity', '{"priority":-Infinity}', 'json-number', '/priority'],
    ['minus zero', '{"priority":-0}', 'json-number', '/priority'],
    ['no digit before the point', '{"priority":.5}', 'json-number', '/priority'],
    ['no digit after the point', '{"priority":1.}', 'json-number', '/priority'],
    ['hexadecimal', '{"priority":0x10}', 'json-number', '/priority'],
    ['a number beyond doubles', '{"priority":1e999}', 'json-number', '/priority'],
    ['a comment', '{/**/"id":"a"}', 'json-malformed', ''],
    ['a trailing comma', '{"id":"a",}', 'json-malformed', '/id'],
    ['single quotes', "{'id':'a'}", 'json-malformed', ''],
    ['a deep array', '['.repeat(17) + ']'.repeat(17), 'json-too-deep', '/0'.repeat(16)],
    ['a pointer with odd characters', '{"a/b~c":[1,NaN]}', 'json-number', '/a~1b~0c/1'],
  ])('refuses %s', (_, text, code, pointer) => {
    expect(refusal(text)).toMatchObject({
      code,
      pointer: pointer === '/0'.repeat(16) ? expect.any(String) : pointer,
    });
  });

  it('takes 16 levels and 200 members, and no more', () => {
    expect(parseStrictJson(bytes('['.repeat(16) + ']'.repeat(16)))).toBeDefined();
    const members = (count: number) =>
      `{${Array.from({ length: count }, (_, n) => `"m${n}":1`).join()}}`;
    expect(Object.keys(parseStrictJson(bytes(members(200))) as object)).toHaveLength(200);
    expect(refusal(members(201)).code).toBe('json-too-many-members');
  });

  it('refuses bytes that are not plain UTF-8', () => {
    expect(refusal(Buffer.from('{"id":"\xff"}', 'latin1')).code).toBe('json-not-utf-8');
    expect(refusal(Buffer.from([0x22, 0xc0, 0xaf, 0x22])).code).toBe('json-not-utf-8');
    expect(refusal(Buffer.from('\ufeff{}', 'utf8')).code).toBe('json-byte-order-mark');
    expect(refusal(Buffer.from('\ufeff{}', 'utf16le')).code).toBe('json-byte-order-mark');
  });

  it('says where', () => {
    expect(refusal('{\n  "id": "a",\n  "id": "b"\n}')).toEqual({
      code: 'json-duplicate-member',
      pointer: '/id',
      line: 3,
      column: 3,
    });
  });
});
