import type { InvestmentEvent } from '../../domain/investment/events.js';
import { unitsOf } from '../../domain/money.js';
import type { Folded } from '../engine/projection.js';
import { factTable, insertFact, type FactRow } from '../engine/table.js';

/** Investments as agreed. */
export const investmentFacts = factTable(
  'investment',
  {
    agreementId: 'text',
    investmentId: 'text',
    investorId: 'text',
    recipientId: 'text',
    instrument: 'text',
    currency: 'text',
    total: 'amount',
    contingent: 'amount?',
  },
  [['investmentId']],
);
export type InvestmentFact = FactRow<(typeof investmentFacts)['shape']>;

/** Each payment made; it counts from its value date. */
export const fundingFacts = factTable(
  'funding',
  {
    investmentId: 'text',
    trancheId: 'text',
    currency: 'text',
    amount: 'amount',
    reference: 'text',
  },
  [['investmentId']],
);

export const investments: Folded = {
  tables: [investmentFacts, fundingFacts],
  handles: ['InvestmentAgreed', 'TrancheFunded'] satisfies readonly InvestmentEvent['type'][],
  fold(entry, rows) {
    const { event } = entry;
    switch (event.type) {
      case 'InvestmentAgreed': {
        const { total, contingent, ...body } = event.body;
        return insertFact(rows, investmentFacts, entry, entry.effectiveAt, {
          ...body,
          currency: total.currency,
          total: unitsOf(total.amount),
          contingent: contingent === null ? null : unitsOf(contingent.amount),
        });
      }
      case 'TrancheFunded': {
        const { investmentId, trancheId, amount, valueAt, reference } = event.body;
        return insertFact(rows, fundingFacts, entry, valueAt, {
          investmentId,
          trancheId,
          currency: amount.currency,
          amount: unitsOf(amount.amount),
          reference,
        });
      }
      default:
        return;
    }
  },
};
