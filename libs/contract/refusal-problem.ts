import type { Rejection } from '../domain/decider.js';
import { refusalCode } from './refusal-code.js';
import type { ItemProblem } from './usage/usage-event.js';

/**
 * A refusal of the domain as every channel says it: `TrancheNotEligible {missing}` -> `tranche-not-eligible`, "tranche not
 * eligible: missing …". Its pointer is '' where no member of the request is to blame.
 */
export const refusalProblem = ({ name, facts }: Rejection): ItemProblem => {
  const code = refusalCode(name);
  const details = Object.entries(facts)
    .filter(([fact]) => fact !== 'pointer')
    .map(([fact, value]) => `${fact} ${quoted(value)}`);
  const sentence = code.replaceAll('-', ' ');
  const { pointer } = facts;
  return {
    code,
    pointer: typeof pointer === 'string' ? pointer : '',
    message: details.length === 0 ? sentence : `${sentence}: ${details.join(', ')}`,
  };
};

const SHOWN_MAX = 64;

/** A value that came from outside, for a message: escaped, and at most 64 characters of it. */
export const quoted = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const cut = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 1)}…` : text;
  return JSON.stringify(cut).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
};
