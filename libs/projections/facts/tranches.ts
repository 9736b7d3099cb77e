import type { Instant } from '../../domain/decider.js';
import type { InvestmentEvent } from '../../domain/investment/events.js';
import { unitsOf } from '../../domain/money.js';
import type { Folded } from '../engine/projection.js';
import { factTable, insertFact, type FactRow } from '../engine/table.js';

/** `change`: agreed, called, cancelled or lapsed. `gate` is the event's own JSON. */
export const trancheFacts = factTable(
  'tranche',
  {
    investmentId: 'text',
    trancheId: 'text',
    change: 'text',
    number: 'integer',
    currency: 'text?',
    amount: 'amount?',
    firmness: 'text?',
    gate: 'text?',
    plannedAt: 'instant?',
    longStopAt: 'instant?',
  },
  [['investmentId']],
);

export type TrancheFact = FactRow<(typeof trancheFacts)['shape']>;

const NO_TERMS = {
  number: 0,
  currency: null,
  amount: null,
  firmness: null,
  gate: null,
  plannedAt: null,
  longStopAt: null,
} as const;

/** Parts of an investment. */
export const tranches: Folded = {
  tables: [trancheFacts],
  handles: [
    'TrancheAgreed',
    'TrancheCalled',
    'TrancheCancelled',
    'TrancheLapsed',
  ] satisfies readonly InvestmentEvent['type'][],
  fold(entry, rows) {
    const { event } = entry;
    const status = (
      change: string,
      body: { readonly investmentId: string; readonly trancheId: string },
      effectiveAt: Instant = entry.effectiveAt,
    ): void =>
      insertFact(rows, trancheFacts, entry, effectiveAt, {
        ...NO_TERMS,
        investmentId: body.investmentId,
        trancheId: body.trancheId,
        change,
      });
    switch (event.type) {
      case 'TrancheAgreed': {
        const { body } = event;
        return insertFact(rows, trancheFacts, entry, entry.effectiveAt, {
          investmentId: body.investmentId,
          trancheId: body.trancheId,
          change: 'agreed',
          number: body.number,
          currency: body.amount.currency,
          amount: unitsOf(body.amount.amount),
          firmness: body.contingent ? 'contingent' : 'firm',
          gate: JSON.stringify(body.gate),
          plannedAt: body.plannedAt,
          longStopAt: body.longStopAt,
        });
      }
      case 'TrancheCalled':
        return status('called', event.body, event.body.calledAt);
      case 'TrancheCancelled':
        return status('cancelled', event.body);
      case 'TrancheLapsed':
        return status('lapsed', event.body);
      default:
        return;
    }
  },
};
