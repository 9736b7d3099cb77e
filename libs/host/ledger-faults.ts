import { deciders } from '../domain/aggregates.js';
import type { AnyDecider, Deciders } from '../ledger/ledger.js';
import type { BatchReport } from '../ledger/writer/shard-writer.js';
import { faultPoints } from './fault-points.js';

export interface LedgerParts {
  readonly deciders: Deciders;
  readonly onBatch: (report: BatchReport) => void;
}

/**
 * What the ledger of a process is given. Two places where a test can end a process that writes: `ledger:after-decide`
 * (decided, nothing sent) and `ledger:after-commit` (recorded, nobody answered). What lies between them, a statement
 * that waits for its COMMIT, is in the database's hands, and so tests stop it there.
 */
export const ledgerParts = (
  onBatch: (report: BatchReport) => void,
  env: NodeJS.ProcessEnv = process.env,
): LedgerParts => {
  if (!env['LEDGER_FAULT']?.startsWith('ledger:')) return { deciders, onBatch };
  const at = faultPoints(env);
  const failing = (decider: AnyDecider): AnyDecider => ({
    ...decider,
    decide: (...given) => {
      const decision = decider.decide(...given);
      // Does not come back when it kills: a process ends before a signal to itself returns.
      void at('ledger:after-decide');
      return decision;
    },
  });
  return {
    deciders: {
      party: failing(deciders.party),
      agreement: failing(deciders.agreement),
      commitment: failing(deciders.commitment),
      investment: failing(deciders.investment),
      access: failing(deciders.access),
      projection: failing(deciders.projection),
      'alert-rules': failing(deciders['alert-rules']),
    },
    onBatch: (report) => {
      void at('ledger:after-commit');
      onBatch(report);
    },
  };
};
