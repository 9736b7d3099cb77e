/**
 * The one shape every aggregate has. A decider is pure: no clock, no random, no I/O. Whatever a decision needs
 * (time, ids, facts read elsewhere) arrives in its arguments, because a clock inside replay changes history.
 */

/** What a decision is told about the request besides the command itself. */
export interface DecisionContext {
  /** When the ledger decides: the present, for "not more than a day ahead" rules. Never used by `evolve`. */
  readonly now: Instant;
  /** When the command's subject took effect in business. */
  readonly effectiveAt: Instant;
  /** The person who asks. Needed where two different people must act (milestone attestation and approval). */
  readonly actor: string;
}

/** A refusal is a value with a name of the trade and its facts; tests and callers go by `name`, never by text. */
export interface Rejection {
  readonly name: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Accepted with zero or more events (zero: nothing to do), or refused. */
export type Decision<Event> =
  | { readonly outcome: 'accepted'; readonly events: readonly Event[] }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection };

export interface Decider<Command, Event, State, Alongside = undefined> {
  readonly initial: State;
  /** `alongside`: read-only state of a neighbouring stream of the same shard (the agreement, for its commitments). */
  decide(
    command: Command,
    state: State,
    context: DecisionContext,
    alongside: Alongside,
  ): Decision<Event>;
  /**
   * The version of the terms that a command is about, for whoever changes only what they have seen: 1, 2, 3 … with each
   * event that changes what was agreed, never with usage, payments, notes or documents (terms-version.ts). 0: what the
   * command is about is not there.
   */
  termsVersion(command: Command, state: State, alongside: Alongside): number;
  /** Copies facts into state. No checks, no clock: a stored event has happened. */
  evolve(state: State, event: Event): State;
  /** JSON text of the state, so that a stream's fold can be resumed. Changes cost, never meaning. */
  encode(state: State): string;
  /** Null: written in a format that is not read any more; then the stream is folded from its events. */
  decode(text: string): State | null;
}

export const accept = <Event>(...events: Event[]): Decision<Event> => ({
  outcome: 'accepted',
  events,
});

export const reject = (
  name: string,
  facts: Readonly<Record<string, unknown>> = {},
): { readonly outcome: 'rejected'; readonly rejection: Rejection } => ({
  outcome: 'rejected',
  rejection: { name, facts },
});

/**
 * An instant in UTC as text with exactly six decimals, `2026-11-21T10:18:00.000000Z`: fixed width, so that plain
 * string comparison is chronological, and microseconds, because that is what the ledger stores. See instant.ts.
 */
export type Instant = string;
