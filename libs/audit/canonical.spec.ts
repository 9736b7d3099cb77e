import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalize } from 'json-canonicalize';
import { canonicalJson, isCanonical } from './canonical.js';

const json = fc.jsonValue({ noUnicodeString: false }).map(
  (value) =>
    // Entries hold no fractions.
    JSON.parse(JSON.stringify(value), (_, part: unknown) =>
      typeof part === 'number' ? Math.trunc(part % 1e15) : part,
    ) as unknown,
);

describe('the canonical form', () => {
  it('is the one of RFC 8785', () =>
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    ));

  it('is recognised, and nothing else is', () =>
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(isCanonical(text, JSON.parse(text))).toBe(true);
        expect(isCanonical(` ${text}`, value)).toBe(false);
      }),
    ));

  it.each([
    ['members out of order', '{"b":"1","a":"2"}'],
    ['members out of order inside', '[{"x":{"b":"1","a":"2"}}]'],
    ['a member twice', '{"a":"1","a":"2"}'],
    ['a space', '{"a": "1"}'],
    ['an escape that is not needed', '{"a":"\\u0041"}'],
    ['an exponent', '{"a":1e2}'],
    ['minus zero', '{"a":-0}'],
    ['numbers as names in order of numbers', '{"9":"1","10":"2"}'],
  ])('is not %s', (_, text) => {
    expect(isCanonical(text, JSON.parse(text))).toBe(false);
  });

  it('takes names that look like numbers in their order as text', () => {
    expect(isCanonical('{"10":"2","9":"1"}', JSON.parse('{"10":"2","9":"1"}'))).toBe(true);
  });

  it('has no place for fractions', () => {
    expect(() => isCanonical('{"a":1.5}', { a: 1.5 })).toThrow('cannot hold a number');
  });
});
