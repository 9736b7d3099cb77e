import type { Instant } from '../../domain/decider.js';
import type { InvestmentEvent } from '../../domain/investment/events.js';
import { unitsOf } from '../../domain/money.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Projection, RowChanges } from '../engine/projection.js';
import {
  foldFunding,
  FUNDING_FACT_EVENTS,
  fundingFacts,
  investmentFacts,
} from '../facts/investments.js';
import { factTable, insertFact } from '../engine/table.js';

/** What capital has come, what can be called, and what still waits for which milestone. */
export const pipelineInvestments = investmentFacts('pipeline_investment');
export const pipelineFundings = fundingFacts('pipeline_funding');

/** `change`: agreed, called, cancelled or lapsed. `gate` is the event's own JSON. */
export const pipelineTranches = factTable(
  'pipeline_tranche',
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
export const pipelineMilestones = factTable(
  'pipeline_milestone',
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
    insertFact(rows, pipelineTranches, entry, effectiveAt, {
      ...NO_TERMS,
      investmentId: body.investmentId,
      trancheId: body.trancheId,
      change,
    });
  switch (event.type) {
    case 'TrancheAgreed': {
      const { body } = event;
      return insertFact(rows, pipelineTranches, entry, entry.effectiveAt, {
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
    insertFact(rows, pipelineMilestones, entry, entry.effectiveAt, {
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

export const tranchePipelineProjection: Projection = {
  name: 'tranche-pipeline',
  version: 1,
  tables: [pipelineInvestments, pipelineFundings, pipelineTranches, pipelineMilestones],
  handles: [...FUNDING_FACT_EVENTS, ...TRANCHE_EVENTS, ...MILESTONE_EVENTS],
  fold(entry: RecordedEntry, rows: RowChanges): void {
    foldFunding({ investments: pipelineInvestments, fundings: pipelineFundings }, entry, rows);
    foldTranche(entry, rows);
    foldMilestone(entry, rows);
  },
};
