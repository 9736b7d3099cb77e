import { describe, expect, it } from '@jest/globals';
import { lineWidth, wrapped } from './text-width.js';

describe('the width of text on a terminal', () => {
  it.each([
    ['abc', 3],
    ['', 0],
    ['\u001b[1mabc\u001b[22m', 3],
    ['94.36 B →', 9],
    ['█▏░', 3],
    ['契約', 4],
    ['cafe\u0301', 4],
    ['ﬁ🚀', 3],
  ])('of %j is %s', (text, width) => expect(lineWidth(text)).toBe(width));

  it('breaks at spaces, keeps what is indented, and breaks a word only where it must', () => {
    expect(wrapped('one two three', 7)).toBe('one two\nthree');
    expect(wrapped('deal\n  cloud', 7)).toBe('deal\n  cloud');
    expect(wrapped('a longestword b', 7)).toBe('a\nlongestword\nb');
    expect(wrapped('a longestword b', 7, false)).toBe('a\nlongest\nword b');
    expect(wrapped('契約契約', 5, false)).toBe('契約\n契約');
  });
});
