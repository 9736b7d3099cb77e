import { deciders } from '../../libs/domain/aggregates.js';
import type { AnyDecider, Deciders } from '../../libs/ledger/ledger.js';

/** In this process, or in the server: no text of PostgreSQL's can hold a NUL. */
export const LEDGER_FAULTS = ['a bug', 'a row that the server refuses'] as const;
export type LedgerFault = (typeof LEDGER_FAULTS)[number];

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

/** All deciders, of which that of commitments fails on drawdowns with `bad` in their name. */
export const failingOnBadUsage = (fault: LedgerFault): Deciders => ({
  ...deciders,
  commitment: failingOn(
    deciders.commitment,
    ({ drawdownId }: { readonly drawdownId?: string }) => drawdownId?.includes('bad') === true,
    fault,
  ),
});
