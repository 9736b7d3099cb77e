import type { AllocationLine, CommitmentEvent } from '../../domain/commitment/events.js';
import type { Instant } from '../../domain/decider.js';
import { startOfDay } from '../../domain/instant.js';
import { unitsOf } from '../../domain/money.js';
import type { RecordedEntry } from '../../ledger/ledger.js';

/** Every event of a book says what it moves. */
export const DRAWDOWN_EVENTS = [
  'DrawdownRecorded',
  'DrawdownReversed',
  'DrawdownsReallocated',
  'CommitmentPledged',
  'CommitmentAmended',
  'CommitmentTerminated',
] as const satisfies readonly CommitmentEvent['type'][];

type MovingEvent = Extract<CommitmentEvent, { type: (typeof DRAWDOWN_EVENTS)[number] }>;

/** One line of an entry, in units: how much of a commitment's period and class moved, and on which day it takes effect. */
export interface Posting {
  readonly commitmentId: string;
  readonly period: number;
  readonly class: string;
  readonly currency: string;
  readonly effectiveAt: Instant;
  readonly applied: bigint;
  readonly overage: bigint;
  readonly ineligible: bigint;
}

/** What the customer's usage of the vendor came to, whichever commitments it was put against; refunds are negative. */
export interface Spend {
  readonly agreementId: string;
  readonly currency: string;
  readonly gross: bigint;
}

interface Drawdown {
  readonly spend: Spend | null;
  readonly postings: readonly Posting[];
}

const NONE: Drawdown = { spend: null, postings: [] };

const isMoving = (event: RecordedEntry['event']): event is MovingEvent =>
  (DRAWDOWN_EVENTS as readonly string[]).includes(event.type);

/** Of the last entry: every projection asks the same of an entry before the next one comes, and amounts are read once. */
let last: { readonly entry: RecordedEntry; readonly drawdown: Drawdown } | null = null;

const drawdownOf = (entry: RecordedEntry): Drawdown => {
  const { event } = entry;
  if (!isMoving(event)) return NONE;
  if (last?.entry !== entry) last = { entry, drawdown: read(event) };
  return last.drawdown;
};

const read = (event: MovingEvent): Drawdown => {
  const { lines } = event.body;
  switch (event.type) {
    case 'DrawdownRecorded':
    case 'DrawdownReversed': {
      const { agreementId, split } = event.body;
      const isRecord = event.type === 'DrawdownRecorded';
      const currency = isRecord ? event.body.charge.currency : event.body.currency;
      return {
        // From the split, not the lines: a charge that two stackable commitments take is spent once.
        spend: { agreementId, currency, gross: unitsOf(split.gross) },
        postings: lines.map((line) => postingOf(line, currency)),
      };
    }
    case 'CommitmentPledged':
    case 'CommitmentAmended':
      return movedBy(lines, event.body.terms.total.currency);
    case 'CommitmentTerminated':
    case 'DrawdownsReallocated':
      return movedBy(lines, event.body.currency);
  }
};

const movedBy = (lines: readonly AllocationLine[], currency: string | null): Drawdown =>
  lines.length === 0
    ? NONE
    : { spend: null, postings: lines.map((line) => postingOf(line, currency!)) };

const postingOf = (line: AllocationLine, currency: string): Posting => ({
  commitmentId: line.commitmentId,
  period: line.period,
  class: line.class,
  currency,
  effectiveAt: startOfDay(line.day),
  applied: unitsOf(line.applied),
  overage: unitsOf(line.overage),
  ineligible: unitsOf(line.ineligible),
});

export const postingsOf = (entry: RecordedEntry): readonly Posting[] => drawdownOf(entry).postings;

export const spendOf = (entry: RecordedEntry): Spend | null => drawdownOf(entry).spend;
