import type { AllocationLine, CommitmentEvent } from '../../domain/commitment/events.js';
import { unitsOf } from '../../domain/money.js';
import type { RecordedEntry } from '../../ledger/ledger.js';

export const DRAWDOWN_EVENTS = [
  'DrawdownRecorded',
  'DrawdownReversed',
] as const satisfies readonly CommitmentEvent['type'][];

type DrawdownEvent = Extract<CommitmentEvent, { type: (typeof DRAWDOWN_EVENTS)[number] }>;

/** One line of a drawdown or reversal, in units: how much of a commitment's period and class moved. */
export interface Posting {
  readonly commitmentId: string;
  readonly period: number;
  readonly class: string;
  readonly currency: string;
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

/** Of the last entry: every projection asks the same of an entry before the next one comes, and amounts are read once. */
let last: { readonly entry: RecordedEntry; readonly drawdown: Drawdown } | null = null;

const drawdownOf = (entry: RecordedEntry): Drawdown => {
  const { event } = entry;
  if (event.type !== 'DrawdownRecorded' && event.type !== 'DrawdownReversed') return NONE;
  if (last?.entry !== entry) last = { entry, drawdown: read(event) };
  return last.drawdown;
};

const read = (event: DrawdownEvent): Drawdown => {
  const { agreementId, split, lines } = event.body;
  const currency =
    event.type === 'DrawdownRecorded' ? event.body.charge.currency : event.body.currency;
  return {
    // From the split, not the lines: a charge that two stackable commitments take is spent once.
    spend: { agreementId, currency, gross: unitsOf(split.gross) },
    postings: lines.map((line) => postingOf(line, currency)),
  };
};

const postingOf = (line: AllocationLine, currency: string): Posting => ({
  commitmentId: line.commitmentId,
  period: line.period,
  class: line.class,
  currency,
  applied: unitsOf(line.applied),
  overage: unitsOf(line.overage),
  ineligible: unitsOf(line.ineligible),
});

export const postingsOf = (entry: RecordedEntry): readonly Posting[] => drawdownOf(entry).postings;

export const spendOf = (entry: RecordedEntry): Spend | null => drawdownOf(entry).spend;
