import { expect } from '@jest/globals';
import type { Decider, DecisionContext } from '../decider.js';
import { CONTEXT } from './context.js';

interface When<Command, Event> {
  readonly at: (context: Partial<DecisionContext>) => When<Command, Event>;
  readonly when: (command: Command) => {
    readonly then: (...events: readonly Event[]) => void;
    readonly thenRefused: (name: string, facts?: Readonly<Record<string, unknown>>) => void;
    readonly events: () => readonly Event[];
  };
}

/** given(past events).when(command).then(new events), or .thenRefused(name, facts): names and facts, never text. */
export const given =
  <Command, Event, State, Alongside>(
    decider: Decider<Command, Event, State, Alongside>,
    alongside: Alongside,
    context: DecisionContext = CONTEXT,
  ) =>
  (...past: readonly Event[]): When<Command, Event> => {
    const folded = past.reduce(decider.evolve, decider.initial);
    // Every test also goes through the stored form of the state: it must decide the same.
    const state = decider.decode(decider.encode(folded))!;
    return {
      at: (changed) => given(decider, alongside, { ...context, ...changed })(...past),
      when: (command) => {
        const decision = decider.decide(command, state, context, alongside);
        return {
          then: (...events) => expect(decision).toEqual({ outcome: 'accepted', events }),
          thenRefused: (name, facts) =>
            expect(decision).toMatchObject({
              outcome: 'rejected',
              rejection: facts ? { name, facts } : { name },
            }),
          events: () => {
            if (decision.outcome === 'rejected') throw new Error(decision.rejection.name);
            return decision.events;
          },
        };
      },
    };
  };
