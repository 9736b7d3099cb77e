import type { AllocationLine, CommitmentEvent } from '../../domain/commitment/events.js';
import type { Instant } from '../../domain/decider.js';
import { startOfDay } from '../../domain/instant.js';
import { unitsOf } from '../../domain/money.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Projection } from '../engine/projection.js';
import { addSums, sumTable } from '../engine/table.js';
import { factsProjection } from '../facts/facts.js';

/** How much of a commitment is used up, by period and day. */
export const burnDownDays = sumTable(
  'burn_down_day',
  { commitmentId: 'text', period: 'integer', currency: 'text' },
  ['applied', 'overage', 'ineligible'],
  { subject: 'commitmentId' },
);

/** Every event of a book says what it moves. */
export const BOOK_EVENTS = [
  'DrawdownRecorded',
  'DrawdownReversed',
  'DrawdownsReallocated',
  'CommitmentPledged',
  'CommitmentAmended',
  'CommitmentTerminated',
] as const satisfies readonly CommitmentEvent['type'][];

export const burnDownProjection: Projection = {
  name: 'burn-down',
  version: 3,
  tables: [burnDownDays],
  handles: BOOK_EVENTS,
  fold(entry, rows) {
    for (const posting of postingsOf(entry)) {
      addSums(rows, burnDownDays, entry, posting.effectiveAt, posting, posting);
    }
  },
};

/** What questions about commitments and their use read. */
export const burnDownReads: readonly Projection[] = [factsProjection, burnDownProjection];

/** One line of an entry, in units: how much of a commitment's period moved, and on which day it takes effect. */
export interface DayPosting {
  readonly commitmentId: string;
  readonly period: number;
  readonly currency: string;
  readonly effectiveAt: Instant;
  readonly applied: bigint;
  readonly overage: bigint;
  readonly ineligible: bigint;
}

export const postingsOf = ({ event }: RecordedEntry): readonly DayPosting[] => {
  switch (event.type) {
    case 'DrawdownRecorded':
      return postings(event.body.lines, event.body.charge.currency);
    case 'CommitmentPledged':
    case 'CommitmentAmended':
      return postings(event.body.lines, event.body.terms.total.currency);
    case 'DrawdownReversed':
    case 'CommitmentTerminated':
    case 'DrawdownsReallocated':
      return postings(event.body.lines, event.body.currency);
    default:
      return [];
  }
};

/** `currency`: null where nothing moved. */
const postings = (
  lines: readonly AllocationLine[],
  currency: string | null,
): readonly DayPosting[] =>
  lines.map((line) => {
    if (currency === null) throw new Error('amounts moved, and nobody said in which currency');
    return {
      commitmentId: line.commitmentId,
      period: line.period,
      currency,
      effectiveAt: startOfDay(line.day),
      applied: unitsOf(line.applied),
      overage: unitsOf(line.overage),
      ineligible: unitsOf(line.ineligible),
    };
  });
