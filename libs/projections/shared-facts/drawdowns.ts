import type { AllocationLine, CommitmentEvent, Split } from '../../domain/commitment/events.js';
import { unitsOf } from '../../domain/money.js';
import type { RecordedEntry } from '../../ledger/ledger.js';

export const DRAWDOWN_EVENTS = [
  'DrawdownRecorded',
  'DrawdownReversed',
] as const satisfies readonly CommitmentEvent['type'][];

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
  readonly agreementId: string;
  readonly currency: string;
  readonly split: Split;
  readonly lines: readonly AllocationLine[];
}

const drawdownOf = (entry: RecordedEntry): Drawdown | null => {
  const { event } = entry;
  switch (event.type) {
    case 'DrawdownRecorded':
      return { ...event.body, currency: event.body.charge.currency };
    case 'DrawdownReversed':
      return event.body;
    default:
      return null;
  }
};

export const postingsOf = (entry: RecordedEntry): Posting[] => {
  const drawdown = drawdownOf(entry);
  if (!drawdown) return [];
  return drawdown.lines.map((line) => ({
    commitmentId: line.commitmentId,
    period: line.period,
    class: line.class,
    currency: drawdown.currency,
    applied: unitsOf(line.applied),
    overage: unitsOf(line.overage),
    ineligible: unitsOf(line.ineligible),
  }));
};

/** From the split, not the lines: a charge that two stackable commitments take is spent once. */
export const spendOf = (entry: RecordedEntry): Spend | null => {
  const drawdown = drawdownOf(entry);
  if (!drawdown) return null;
  const { agreementId, currency } = drawdown;
  return { agreementId, currency, gross: unitsOf(drawdown.split.gross) };
};
