import type { Termination } from '../../domain/commitment/commitment.js';
import type { CommitmentEvent } from '../../domain/commitment/events.js';
import { obligationState } from '../../domain/commitment/obligation/periods.js';
import {
  releasedAmount,
  remainingObligation,
} from '../../domain/commitment/obligation/remaining.js';
import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import type { Instant } from '../../domain/decider.js';
import { unitsOf } from '../../domain/money.js';
import type { Folded } from '../engine/projection.js';
import { factTable, insertFact, type FactRow } from '../engine/table.js';

/** The terms of commitments as they were pledged, amended and ended. `terms` is the event's own JSON. */
export const commitmentFacts = factTable(
  'commitment',
  {
    agreementId: 'text',
    commitmentId: 'text',
    change: 'text',
    terms: 'text?',
    obligation: 'text?',
  },
  [['commitmentId']],
);
export type CommitmentFact = FactRow<(typeof commitmentFacts)['shape']>;

export const commitments: Folded = {
  tables: [commitmentFacts],
  handles: [
    'CommitmentPledged',
    'CommitmentAmended',
    'CommitmentTerminated',
  ] satisfies readonly CommitmentEvent['type'][],
  fold(entry, rows) {
    const { event } = entry;
    switch (event.type) {
      case 'CommitmentPledged':
      case 'CommitmentAmended': {
        const { agreementId, commitmentId, from, terms } = event.body;
        return insertFact(rows, commitmentFacts, entry, from, {
          agreementId,
          commitmentId,
          change: event.type === 'CommitmentPledged' ? 'pledged' : 'amended',
          terms: JSON.stringify(terms),
          obligation: null,
        });
      }
      case 'CommitmentTerminated': {
        const { agreementId, commitmentId, terminatedAt, obligation } = event.body;
        return insertFact(rows, commitmentFacts, entry, terminatedAt, {
          ...{ agreementId, commitmentId, obligation },
          change: 'terminated',
          terms: null,
        });
      }
      default:
        return;
    }
  },
};

export interface CommitmentAsOf {
  readonly agreementId: string;
  readonly commitmentId: string;
  readonly terms: CommitmentTerms;
  /** From when these terms hold. */
  readonly from: Instant;
  readonly currency: string;
  /** C, in units of 10^-12. */
  readonly total: bigint;
  readonly termination: Termination | null;
}

/**
 * `rows` in ledger order, of what is effective: the terms that hold the latest, and of two that hold from the same
 * moment those recorded later, as the decisions have them. What would hold only after a termination never does.
 */
export const commitmentsAsOf = (rows: readonly CommitmentFact[]): Map<string, CommitmentAsOf> => {
  const terminations = new Map<string, Termination>();
  for (const { commitmentId, terms, effectiveAt, obligation } of rows) {
    if (terms !== null) continue;
    const ends = obligation as Termination['obligation'];
    terminations.set(commitmentId, { at: effectiveAt, obligation: ends });
  }
  const inForce = new Map<string, CommitmentFact>();
  for (const row of rows) {
    if (row.terms === null) continue;
    const before = inForce.get(row.commitmentId);
    if (holds(row, before, terminations.get(row.commitmentId))) inForce.set(row.commitmentId, row);
  }
  return new Map([...inForce].map(([id, row]) => [id, asOf(row, terminations.get(id) ?? null)]));
};

const holds = (
  { change, effectiveAt }: CommitmentFact,
  before: CommitmentFact | undefined,
  termination: Termination | undefined,
): boolean => {
  // An amendment is passed over while the pledge itself is not yet effective.
  if (before === undefined) return change === 'pledged';
  if (termination !== undefined && effectiveAt >= termination.at) return false;
  // An amendment cannot hold before the pledge: dated before it, it holds from it on.
  return before.change === 'pledged' || effectiveAt >= before.effectiveAt;
};

const asOf = (row: CommitmentFact, termination: Termination | null): CommitmentAsOf => {
  const terms = JSON.parse(row.terms!) as CommitmentTerms;
  return {
    agreementId: row.agreementId,
    commitmentId: row.commitmentId,
    terms,
    from: row.effectiveAt,
    currency: terms.total.currency,
    total: unitsOf(terms.total.amount),
    termination,
  };
};

export const remainingOf = ({ total, termination }: CommitmentAsOf, applied: bigint): bigint =>
  remainingObligation(total, applied, obligationState(termination));

/** What a termination let go of. */
export const releasedOf = ({ total, termination }: CommitmentAsOf, applied: bigint): bigint =>
  releasedAmount(total, applied, obligationState(termination));

/** What the commitment binds to: its total, less what was released. */
export const committedOf = (commitment: CommitmentAsOf, applied: bigint): bigint =>
  commitment.total - releasedOf(commitment, applied);
