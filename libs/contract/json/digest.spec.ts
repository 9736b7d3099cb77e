import { describe, expect, it } from '@jest/globals';
import { canonicalText, digestOf } from './digest.js';
import { refusalCode } from '../refusal-code.js';

describe('the digest of a request', () => {
  it('does not depend on the order of members, at any depth', () => {
    expect(canonicalText({ b: [{ d: 1, c: null }], a: 'x' })).toBe(
      '{"a":"x","b":[{"c":null,"d":1}]}',
    );
  });

  it('takes absent and undefined members for the same, and null for another', () => {
    expect(digestOf({ a: undefined })).toBe(digestOf({}));
    expect(digestOf({ a: null })).not.toBe(digestOf({}));
  });

  it('depends on the order of a list', () => {
    expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
  });
});

describe('the code of a refusal', () => {
  it.each([
    ['TrancheNotEligible', 'tranche-not-eligible'],
    ['UsageOutsideTerm', 'usage-outside-term'],
    ['SelfApproval', 'self-approval'],
  ])('%s is %s', (name, code) => expect(refusalCode(name)).toBe(code));
});
