import { reject, type Rejection } from './decider.js';

export interface Refusal {
  readonly outcome: 'rejected';
  readonly rejection: Rejection;
}

/**
 * A `reject` that knows the names of one aggregate and the facts each carries: `Facts` maps a rejection's name to its
 * facts. A name that is not in the map, or a fact that is missing, does not compile.
 */
export const refusals =
  <Facts extends Record<keyof Facts, Readonly<Record<string, unknown>>>>() =>
  <Name extends keyof Facts & string>(name: Name, facts: Facts[Name]): Refusal =>
    reject(name, facts);
