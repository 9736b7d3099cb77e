import type { InvestmentEvent } from '../../domain/investment/events.js';
import { unitsOf } from '../../domain/money.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { RowChanges } from '../engine/projection.js';
import { factTable, insertFact, type FactRow, type FactTable } from '../engine/table.js';

/** Investments as agreed and each payment made. A payment counts from its value date. */
const investmentShape = {
  agreementId: 'text',
  investmentId: 'text',
  investorId: 'text',
  recipientId: 'text',
  instrument: 'text',
  currency: 'text',
  total: 'amount',
  contingent: 'amount?',
} as const;

const fundingShape = {
  investmentId: 'text',
  trancheId: 'text',
  currency: 'text',
  amount: 'amount',
  reference: 'text',
} as const;

export type InvestmentFacts = FactTable<typeof investmentShape>;
export type InvestmentFact = FactRow<typeof investmentShape>;
export type FundingFacts = FactTable<typeof fundingShape>;

export const investmentFacts = (name: string): InvestmentFacts =>
  factTable(name, investmentShape, [['investmentId']]);
export const fundingFacts = (name: string): FundingFacts =>
  factTable(name, fundingShape, [['investmentId']]);

export const FUNDING_FACT_EVENTS = [
  'InvestmentAgreed',
  'TrancheFunded',
] as const satisfies readonly InvestmentEvent['type'][];

export const foldFunding = (
  tables: { readonly investments: InvestmentFacts; readonly fundings: FundingFacts },
  entry: RecordedEntry,
  rows: RowChanges,
): void => {
  const { event } = entry;
  switch (event.type) {
    case 'InvestmentAgreed': {
      const { total, contingent, ...body } = event.body;
      return insertFact(rows, tables.investments, entry, entry.effectiveAt, {
        ...body,
        currency: total.currency,
        total: unitsOf(total.amount),
        contingent: contingent === null ? null : unitsOf(contingent.amount),
      });
    }
    case 'TrancheFunded': {
      const { investmentId, trancheId, amount, valueAt, reference } = event.body;
      return insertFact(rows, tables.fundings, entry, valueAt, {
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
};
