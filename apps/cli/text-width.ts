import { stripVTControlCharacters } from 'node:util';

/** Two columns of a terminal: CJK, full-width forms, most emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** None: marks on the letter before, and what is invisible. */
const NONE = /[\p{Mn}\p{Me}\p{Cf}]/u;
const PLAIN = /^[\x20-\x7e]*$/;

const charWidth = (char: string): number => (NONE.test(char) ? 0 : WIDE.test(char) ? 2 : 1);

/** Columns of a terminal that one line of text takes. */
export const lineWidth = (line: string): number => {
  const text = stripVTControlCharacters(line);
  if (PLAIN.test(text)) return text.length;
  return [...text].reduce((sum, char) => sum + charWidth(char), 0);
};

/** The width of a text is that of its widest line. */
export const textWidth = (text: string): number => Math.max(...text.split('\n').map(lineWidth));

export const longestWord = (text: string): number =>
  Math.max(...text.split(/[ \n]/).map(lineWidth));

/** A word in pieces that fit, for where nothing else helps. */
const broken = (word: string, width: number): string[] => {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const char of word) {
    const more = charWidth(char);
    if (used + more > width && piece !== '') {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += char;
    used += more;
  }
  return [...pieces, piece];
};

/**
 * Text in lines of at most `width`, broken at spaces. A longer word stays whole (an address or a key is copied), unless
 * `whole` is false.
 */
export const wrapped = (text: string, width: number, whole = true): string =>
  text
    .split('\n')
    .map((line) => (lineWidth(line) <= width ? line : wrappedLine(line, width, whole)))
    .join('\n');

const wrappedLine = (text: string, width: number, whole: boolean): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const pieces = whole || lineWidth(word) <= width ? [word] : broken(word, width);
    for (const [index, piece] of pieces.entries()) {
      const joined =
        index > 0 || line === '' ? `${index > 0 ? '' : line}${piece}` : `${line} ${piece}`;
      if (line !== '' && (index > 0 || lineWidth(joined) > width)) {
        lines.push(line);
        line = piece;
      } else line = joined;
    }
  }
  return [...lines, line].join('\n');
};

/** Terminal commands (colours) and what is between them. */
const PARTS = /(\x1b\[[0-9;]*m)/;

/** A line that may hold colours in pieces that fit: where the terminal was told not to wrap, the rest would be lost. */
export const foldedLine = (line: string, width: number): readonly string[] => {
  if (lineWidth(line) <= width) return [line];
  const lines = [''];
  let used = 0;
  for (const part of line.split(PARTS)) {
    if (PARTS.test(part)) {
      lines[lines.length - 1] += part;
      continue;
    }
    for (const char of part) {
      const more = charWidth(char);
      if (used + more > width) {
        lines.push('');
        used = 0;
      }
      lines[lines.length - 1] += char;
      used += more;
    }
  }
  return lines;
};
