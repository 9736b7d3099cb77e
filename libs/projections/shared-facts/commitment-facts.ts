import type { CommitmentEvent } from '../../domain/commitment/events.js';
import type { CommitmentTerms } from '../../domain/commitment/terms.js';
import type { Instant } from '../../domain/decider.js';
import { unitsOf } from '../../domain/money.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { RowChanges } from '../projection.js';
import { factTable, insertFact, type FactRow, type FactTable } from '../table.js';

/** The terms of commitments as they were pledged, amended and ended. `terms` is the event's own JSON. */
const shape = {
  agreementId: 'text',
  commitmentId: 'text',
  change: 'text',
  terms: 'text?',
  released: 'amount?',
} as const;

export type CommitmentFacts = FactTable<typeof shape>;
export type CommitmentFact = FactRow<typeof shape>;

export const commitmentFacts = (name: string): CommitmentFacts =>
  factTable(name, shape, [['commitmentId']]);

export const COMMITMENT_FACT_EVENTS = [
  'CommitmentPledged',
  'CommitmentAmended',
  'CommitmentTerminated',
] as const satisfies readonly CommitmentEvent['type'][];

export const foldCommitment = (
  table: CommitmentFacts,
  entry: RecordedEntry,
  rows: RowChanges,
): void => {
  const { event } = entry;
  switch (event.type) {
    case 'CommitmentPledged': {
      const { agreementId, commitmentId, terms } = event.body;
      // A commitment exists from its start at the latest, also when it was entered long after.
      const effectiveAt = terms.startsAt < entry.effectiveAt ? terms.startsAt : entry.effectiveAt;
      return insertFact(rows, table, entry, effectiveAt, {
        agreementId,
        commitmentId,
        change: 'pledged',
        terms: JSON.stringify(terms),
        released: null,
      });
    }
    case 'CommitmentAmended':
      return insertFact(rows, table, entry, entry.effectiveAt, {
        agreementId: event.body.agreementId,
        commitmentId: event.body.commitmentId,
        change: 'amended',
        terms: JSON.stringify(event.body.terms),
        released: null,
      });
    case 'CommitmentTerminated':
      return insertFact(rows, table, entry, event.body.terminatedAt, {
        agreementId: event.body.agreementId,
        commitmentId: event.body.commitmentId,
        change: 'terminated',
        terms: null,
        released: unitsOf(event.body.released),
      });
    default:
      return;
  }
};

export interface CommitmentAsOf {
  readonly agreementId: string;
  readonly commitmentId: string;
  readonly terms: CommitmentTerms;
  readonly currency: string;
  /** C, in units of 10^-12. */
  readonly total: bigint;
  /** The obligation that ended with a termination, in units. */
  readonly released: bigint;
  readonly terminatedAt: Instant | null;
}

/** `rows` in ledger order: the later record wins. */
export const commitmentsAsOf = (rows: readonly CommitmentFact[]): Map<string, CommitmentAsOf> => {
  const commitments = new Map<string, CommitmentAsOf>();
  for (const row of rows) {
    const before = commitments.get(row.commitmentId);
    if (row.terms === null) {
      if (!before) continue;
      commitments.set(row.commitmentId, {
        ...before,
        released: before.released + row.released!,
        terminatedAt: row.effectiveAt,
      });
      continue;
    }
    // An amendment is passed over while the pledge itself is not yet effective.
    if (!before && row.change !== 'pledged') continue;
    const terms = JSON.parse(row.terms) as CommitmentTerms;
    commitments.set(row.commitmentId, {
      agreementId: row.agreementId,
      commitmentId: row.commitmentId,
      terms,
      currency: terms.total.currency,
      total: unitsOf(terms.total.amount),
      released: before?.released ?? 0n,
      terminatedAt: before?.terminatedAt ?? null,
    });
  }
  return commitments;
};
