import type { Instant } from '../../domain/decider.js';
import type { InvestmentEvent } from '../../domain/investment/events.js';
import { unitsOf } from '../../domain/money.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Folded, RowChanges } from '../engine/projection.js';
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

/** `change`: defined, attested, met, missed, declined, waived or extended; `by` is who did it. */
export const milestoneFacts = factTable(
  'milestone',
  {
    investmentId: 'text',
    milestoneId: 'text',
    change: 'text',
    definition: 'text?',
    dueAt: 'instant?',
    outcome: 'text?',
    by: 'text?',
  },
  [['investmentId']],
);

export type TrancheFact = FactRow<(typeof trancheFacts)['shape']>;
export type MilestoneFact = FactRow<(typeof milestoneFacts)['shape']>;

const TRANCHE_EVENTS = [
  'TrancheAgreed',
  'TrancheCalled',
  'TrancheCancelled',
  'TrancheLapsed',
] as const satisfies readonly InvestmentEvent['type'][];

const MILESTONE_EVENTS = [
  'MilestoneDefined',
  'MilestoneAttested',
  'MilestoneMet',
  'MilestoneMissed',
  'MilestoneAttestationDeclined',
  'MilestoneWaived',
  'MilestoneExtended',
] as const satisfies readonly InvestmentEvent['type'][];

const NO_TERMS = {
  number: 0,
  currency: null,
  amount: null,
  firmness: null,
  gate: null,
  plannedAt: null,
  longStopAt: null,
} as const;

const foldTranche = (entry: RecordedEntry, rows: RowChanges): void => {
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
};

const foldMilestone = (entry: RecordedEntry, rows: RowChanges): void => {
  const { event } = entry;
  const change = (
    name: string,
    body: { readonly investmentId: string; readonly milestoneId: string },
    more: {
      readonly definition?: string;
      readonly dueAt?: Instant | null;
      readonly outcome?: string;
      readonly by?: string;
    },
  ): void =>
    insertFact(rows, milestoneFacts, entry, entry.effectiveAt, {
      investmentId: body.investmentId,
      milestoneId: body.milestoneId,
      change: name,
      definition: more.definition ?? null,
      dueAt: more.dueAt ?? null,
      outcome: more.outcome ?? null,
      by: more.by ?? null,
    });
  switch (event.type) {
    case 'MilestoneDefined':
      return change('defined', event.body, {
        definition: event.body.definition,
        dueAt: event.body.dueAt,
      });
    case 'MilestoneAttested':
      return change('attested', event.body, {
        outcome: event.body.outcome,
        by: event.body.attestedBy,
      });
    case 'MilestoneMet':
      return change('met', event.body, { by: event.body.approvedBy });
    case 'MilestoneMissed':
      return change('missed', event.body, { by: event.body.approvedBy });
    case 'MilestoneAttestationDeclined':
      return change('declined', event.body, { by: event.body.declinedBy });
    case 'MilestoneWaived':
      return change('waived', event.body, { by: event.body.waivedBy });
    case 'MilestoneExtended':
      return change('extended', event.body, { dueAt: event.body.dueAt });
    default:
      return;
  }
};

/** Parts of an investment, and what they wait for. */
export const tranches: Folded = {
  tables: [trancheFacts, milestoneFacts],
  handles: [...TRANCHE_EVENTS, ...MILESTONE_EVENTS],
  fold(entry, rows) {
    foldTranche(entry, rows);
    foldMilestone(entry, rows);
  },
};
