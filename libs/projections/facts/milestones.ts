import type { Instant } from '../../domain/decider.js';
import type { InvestmentEvent } from '../../domain/investment/events.js';
import type { Folded } from '../engine/projection.js';
import { factTable, insertFact, type FactRow } from '../engine/table.js';

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

export type MilestoneFact = FactRow<(typeof milestoneFacts)['shape']>;

/** What tranches wait for. */
export const milestones: Folded = {
  tables: [milestoneFacts],
  handles: [
    'MilestoneDefined',
    'MilestoneAttested',
    'MilestoneMet',
    'MilestoneMissed',
    'MilestoneAttestationDeclined',
    'MilestoneWaived',
    'MilestoneExtended',
  ] satisfies readonly InvestmentEvent['type'][],
  fold(entry, rows) {
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
  },
};

/** What is only claimed changes nobody's terms, nor does a claim that is declined. */
export const changesTerms = ({ change }: Pick<MilestoneFact, 'change'>): boolean =>
  change !== 'attested' && change !== 'declined';

export interface MilestoneAsOf {
  readonly milestoneId: string;
  readonly definition: string;
  readonly status: 'pending' | 'attested' | 'met' | 'missed' | 'waived';
  /** While attested: what is claimed and still to be approved. */
  readonly claimed: string | null;
  readonly by: string | null;
  readonly dueAt: Instant | null;
}

/** `rows` in ledger order, of one investment. In the order the milestones were defined. */
export const milestonesAsOf = (rows: readonly MilestoneFact[]): readonly MilestoneAsOf[] => {
  const found = new Map<string, MilestoneAsOf>();
  for (const row of rows) {
    const { milestoneId, definition, dueAt } = row;
    const before = found.get(milestoneId);
    if (definition !== null) {
      const undecided = { status: 'pending', claimed: null, by: null, dueAt } as const;
      found.set(milestoneId, { milestoneId, definition, ...undecided });
    } else if (before) {
      found.set(milestoneId, { ...before, ...changed(row) });
    }
  }
  return [...found.values()];
};

const changed = (row: MilestoneFact): Partial<MilestoneAsOf> => {
  switch (row.change) {
    case 'attested':
      return { status: 'attested', claimed: row.outcome, by: row.by };
    case 'met':
    case 'missed':
    case 'waived':
      return { status: row.change, claimed: null, by: row.by };
    case 'declined':
      return { status: 'pending', claimed: null, by: row.by };
    case 'extended':
      // With a new date it is open again, whatever it was.
      return { status: 'pending', claimed: null, by: null, dueAt: row.dueAt };
    default:
      throw new Error(`unknown change of a milestone: ${row.change}`);
  }
};
