import type { Termination } from '../../domain/commitment/commitment.js';
import type { CommitmentEvent } from '../../domain/commitment/events.js';
import { obligationState } from '../../domain/commitment/obligation/periods.js';
import {
  committedAmount,
  releasedAmount,
  stillOwed,
} from '../../domain/commitment/obligation/remaining.js';
import type { TermState } from '../../domain/commitment/obligation/risk.js';
import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import { heldOf, type StatedTerms } from '../../domain/commitment/terms/timeline.js';
import type { Instant } from '../../domain/decider.js';
import type { LedgerEvent } from '../../domain/events.js';
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
    const said = saidOf(entry.event);
    if (said !== null) insertFact(rows, commitmentFacts, entry, said.effectiveAt, said.values);
  },
};

type Said = Pick<
  CommitmentFact,
  'agreementId' | 'commitmentId' | 'change' | 'terms' | 'obligation'
>;

/** What an event says of a commitment's terms, and from when on. Null: nothing. */
export const saidOf = (
  event: LedgerEvent,
): { readonly effectiveAt: Instant; readonly values: Said } | null => {
  switch (event.type) {
    case 'CommitmentPledged':
    case 'CommitmentAmended': {
      const { agreementId, commitmentId, from, terms } = event.body;
      const change = event.type === 'CommitmentPledged' ? 'pledged' : 'amended';
      return {
        effectiveAt: from,
        values: {
          agreementId,
          commitmentId,
          change,
          terms: JSON.stringify(terms),
          obligation: null,
        },
      };
    }
    case 'CommitmentTerminated': {
      const { agreementId, commitmentId, terminatedAt, obligation } = event.body;
      return {
        effectiveAt: terminatedAt,
        values: { agreementId, commitmentId, change: 'terminated', terms: null, obligation },
      };
    }
    default:
      return null;
  }
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
  /** The entry that says these terms. */
  readonly saidIn: { readonly shard: number; readonly position: number };
}

/** `rows` in ledger order, of what is effective by then: the terms that hold, per commitment that is pledged. */
export const commitmentsAsOf = (rows: readonly CommitmentFact[]): Map<string, CommitmentAsOf> => {
  const terminations = new Map<string, Termination>();
  const stated = new Map<string, Stated[]>();
  for (const row of rows) {
    const { commitmentId, change, terms, effectiveAt, obligation } = row;
    if (terms === null) {
      const ends = obligation as Termination['obligation'];
      terminations.set(commitmentId, { at: effectiveAt, obligation: ends });
      continue;
    }
    const kind = change === 'pledged' ? 'pledge' : 'amendment';
    const ofCommitment = stated.get(commitmentId) ?? [];
    ofCommitment.push({ kind, dated: effectiveAt, row, terms });
    stated.set(commitmentId, ofCommitment);
  }
  const result = new Map<string, CommitmentAsOf>();
  for (const [commitmentId, statements] of stated) {
    const termination = terminations.get(commitmentId) ?? null;
    const held = heldOf(statements, termination?.at ?? null);
    if (held !== null) result.set(commitmentId, asOf(held, termination));
  }
  return result;
};

interface Stated extends StatedTerms {
  readonly row: CommitmentFact;
  /** As the row has them. */
  readonly terms: string;
}

const asOf = ({ row, terms: text }: Stated, termination: Termination | null): CommitmentAsOf => {
  const terms = JSON.parse(text) as CommitmentTerms;
  return {
    agreementId: row.agreementId,
    commitmentId: row.commitmentId,
    terms,
    from: row.effectiveAt,
    currency: terms.total.currency,
    total: unitsOf(terms.total.amount),
    termination,
    saidIn: { shard: row.shard, position: row.position },
  };
};

/** Where its term stands at that instant, which is excluded. */
export const stateOf = (
  { terms, termination }: Pick<CommitmentAsOf, 'terms' | 'termination'>,
  before: Instant,
): TermState => {
  if (termination !== null) return 'terminated';
  if (terms.startsAt >= before) return 'ahead';
  return hasEnded({ terms }, before) ? 'ended' : 'running';
};

/** Whether its term is over by that instant, which is excluded, as the end of a term is. */
export const hasEnded = (
  { terms: { endsAt } }: Pick<CommitmentAsOf, 'terms'>,
  before: Instant,
): boolean => endsAt !== null && endsAt <= before;

export const remainingOf = ({ total, termination }: CommitmentAsOf, applied: bigint): bigint =>
  stillOwed(total, applied, obligationState(termination));

/** What a termination let go of. */
export const releasedOf = ({ total, termination }: CommitmentAsOf, applied: bigint): bigint =>
  releasedAmount(total, applied, obligationState(termination));

/** What the commitment binds to. */
export const committedOf = ({ total, termination }: CommitmentAsOf, applied: bigint): bigint =>
  committedAmount(total, applied, obligationState(termination));
