import type { AllocationLine, CommitmentEvent } from '../events.js';

type Moving = Exclude<CommitmentEvent, { type: 'DrawdownsReallocated' }>;

/**
 * Characters of one event's body. An entry is at most 32 KiB, and what an event says besides its lines (terms with 240
 * periods, a charge with all its tags) can be most of that: then its lines follow.
 */
const BODY_CHARS_MAX = 24_000;

/** The event, and as many more as it takes to say all its lines. Nearly always it has one line. */
export const allOf = (currency: string, event: Moving): readonly CommitmentEvent[] => {
  const { lines, agreementId } = event.body;
  if (lines.length === 0 || (lines.length === 1 && event.type === 'DrawdownRecorded'))
    return [event];
  const besides = JSON.stringify({ ...event.body, lines: [] }).length;
  const own = fitting(lines, BODY_CHARS_MAX - besides);
  if (own.length === lines.length) return [event];
  const events: CommitmentEvent[] = [
    { ...event, body: { ...event.body, lines: own } } as CommitmentEvent,
  ];
  for (let from = own.length; from < lines.length;) {
    const more = fitting(lines.slice(from), BODY_CHARS_MAX);
    events.push({ type: 'DrawdownsReallocated', body: { agreementId, currency, lines: more } });
    from += more.length;
  }
  return events;
};

const fitting = (lines: readonly AllocationLine[], charsMax: number): readonly AllocationLine[] => {
  let chars = 0;
  const over = lines.findIndex((line) => (chars += JSON.stringify(line).length) > charsMax);
  return over < 0 ? lines : lines.slice(0, over);
};
