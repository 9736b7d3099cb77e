import type { AnyDecider } from '../../libs/ledger/ledger.js';

/** In this process, or in the server: no text of PostgreSQL's can hold a NUL. */
export type LedgerFault = 'a bug' | 'a row that the server refuses';
export const LEDGER_FAULTS = ['a bug', 'a row that the server refuses'] as const;

/** Decides as `decider` does, and makes the ledger fail on what it accepts of the commands that `isBad` names. */
export const failingOn = <Command>(
  decider: unknown,
  isBad: (command: Command) => boolean,
  fault: LedgerFault,
): AnyDecider => {
  const sound = decider as AnyDecider;
  return {
    ...sound,
    decide: (command: Command, ...rest) => {
      const decision = sound.decide(command as never, ...rest);
      if (!isBad(command) || decision.outcome === 'rejected') return decision;
      if (fault === 'a bug') throw new Error(fault);
      const events = (decision.events as object[]).map((each) => ({ ...each, type: 'N\0' }));
      return { outcome: 'accepted', events };
    },
    evolve: (state, event: { readonly type: string }) =>
      event.type === 'N\0' ? state : sound.evolve(state, event as never),
  };
};
