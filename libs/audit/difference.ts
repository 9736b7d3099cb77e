import { canonicalJson } from './canonical.js';
import type { EntryText } from './entry-text.js';

const PARTS = ['gross', 'applied', 'overage', 'ineligible'] as const;

/** What an entry says, and what deciding it again gives, in words. */
export const difference = (
  { type, body }: EntryText,
  decidedType: string,
  decided: Readonly<Record<string, unknown>>,
): string => {
  if (type !== decidedType) return `recorded is ${type}; decided again it is ${decidedType}`;
  const names = [...new Set([...Object.keys(body), ...Object.keys(decided)])].sort();
  const differing = names.filter((name) => textOf(body[name]) !== textOf(decided[name]));
  const told = differing.map((name) =>
    name === 'split'
      ? `recorded as ${splitText(body[name])}; decided again: ${splitText(decided[name])}`
      : `${name} is ${shortened(body[name])}; decided again: ${shortened(decided[name])}`,
  );
  return `${type}: ${told.sort((left) => (left.startsWith('recorded') ? -1 : 1)).join('; ')}`;
};

const textOf = (value: unknown): string => (value === undefined ? '' : canonicalJson(value));

const splitText = (value: unknown): string => {
  const split = (value ?? {}) as Readonly<Record<string, unknown>>;
  return PARTS.map((part) => `${part} ${String(split[part] ?? '0')}`).join(', ');
};

const CHARS_MAX = 160;

const shortened = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= CHARS_MAX ? text : `${text.slice(0, CHARS_MAX)}…`;
};
