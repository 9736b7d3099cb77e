import type { ItemProblem } from '../contract/usage/usage-event.js';

/** Why usage that a person asked to retry or to discard was not. `code` is stable. */
export class DeskRefusal extends Error {
  constructor(
    readonly code:
      'usage-recorded' | 'usage-discarded' | 'not-retryable' | 'unrecordable' | 'overloaded',
    message: string,
    readonly problems: readonly ItemProblem[] = [],
  ) {
    super(message);
    this.name = 'DeskRefusal';
  }
}

/** One usage event by its identity, or one refusal that was found by its number. */
export type NamedUsage<Refused> =
  { readonly source: string; readonly id: string } | { readonly refused: Refused };
