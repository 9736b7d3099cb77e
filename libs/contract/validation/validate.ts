import type { ItemProblem } from '../usage/usage-event.js';
import { isSurelyRight } from './compiled-check.js';
import { explain } from './explain.js';
import type { Class } from './members.js';
import { isObject } from './rules.js';

/** The most problems listed of one body: with more, somebody sent something else than they think. */
const PROBLEMS_MAX = 50;

/**
 * Everything that is wrong with a body, in the order of its members; empty: it is a `Body`. The class and its
 * class-validator metadata are the contract. Most bodies are right, so a check compiled from that metadata goes
 * first, and class-validator itself judges what that check does not accept.
 */
export const validateBody = (type: Class, value: unknown): readonly ItemProblem[] => {
  if (!isObject(value))
    return [{ code: 'not-an-object', pointer: '', message: 'must be an object' }];
  return isSurelyRight(type, value) ? [] : explain(type, value).slice(0, PROBLEMS_MAX);
};
