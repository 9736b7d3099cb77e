import type { AllocationTrace } from '../../domain/commitment/events.js';
import { heldOf } from '../../domain/commitment/terms/timeline.js';
import type { Instant } from '../../domain/decider.js';
import { dayOf } from '../../domain/instant.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { UpTo } from '../asking/snapshot.js';
import type { CommitmentFact } from '../facts/commitments.js';
import type { Decided } from './explained.js';

type Line = { readonly period: number; readonly when: string };

/**
 * The rule and the terms that decided what an entry moved of a commitment. A charge names its rule in its trace; what it
 * moves on other days or in other periods is of charges before it, whose place in the limits it has taken.
 */
export const decidedByBook =
  (said: readonly CommitmentFact[], commitmentId: string) =>
  (entry: RecordedEntry, line: Line): Decided => {
    const { event, position } = entry;
    switch (event.type) {
      case 'DrawdownRecorded': {
        const { effectiveAt, trace } = event.body;
        const placed = placedBy(trace, commitmentId, line);
        if (placed === undefined || dayOf(effectiveAt) !== line.when) return MOVED;
        return { because: 'used', ...placed, terms: termsAt(said, effectiveAt, position) };
      }
      case 'DrawdownReversed': {
        const { original, trace } = event.body;
        const placed = placedBy(trace, commitmentId, line);
        if (placed === undefined || original === null) return { ...MOVED, because: 'taken-back' };
        const terms = termsAt(said, original.effectiveAt, position);
        return { because: 'taken-back', ...placed, terms };
      }
      case 'CommitmentPledged':
      case 'CommitmentAmended':
      case 'CommitmentTerminated': {
        return { ...MOVED, because: 'terms', terms: versionOf(said, entry) };
      }
      default:
        return MOVED;
    }
  };

const MOVED: Decided = { because: 'moved', rule: null, class: null, terms: null };

const placedBy = (
  trace: readonly AllocationTrace[],
  commitmentId: string,
  { period }: Line,
): Pick<Decided, 'rule' | 'class'> | undefined => {
  const found = trace.find((each) => each.commitmentId === commitmentId && each.period === period);
  return found && { rule: found.rule, class: found.class };
};

/** The statement in force at `at`, of those that were recorded by then. Null: there was none. */
const termsAt = (
  said: readonly CommitmentFact[],
  at: Instant,
  position: number,
): Decided['terms'] => {
  const known = said.filter((fact) => fact.position <= position && fact.effectiveAt <= at);
  const ended = known.find(({ terms }) => terms === null)?.effectiveAt ?? null;
  const statements = known.flatMap((fact) =>
    fact.terms === null
      ? []
      : [
          {
            kind: fact.change === 'pledged' ? ('pledge' as const) : ('amendment' as const),
            dated: fact.effectiveAt,
            place: { shard: fact.shard, position: fact.position },
          },
        ],
  );
  const held = heldOf(statements, ended);
  return held && versionOf(said, held.place);
};

/** Which statement about the terms an entry is: the pledge is the first. */
export const versionOf = (
  said: readonly CommitmentFact[],
  { shard, position }: UpTo,
): Decided['terms'] => {
  const at = said.findIndex((fact) => fact.position === position);
  return at < 0 ? null : { version: at + 1, place: { shard, position } };
};

const NO_RULE = { rule: null, class: null, terms: null } as const;

/** Spend is spend, whatever commitments took of it. */
export const spentBy = ({ event }: RecordedEntry): Decided => ({
  because: event.type === 'DrawdownReversed' ? 'taken-back' : 'used',
  ...NO_RULE,
});

/** A payment. */
export const PAID = (): Decided => ({ because: 'paid', ...NO_RULE });

/** As it was agreed. */
export const STATED = (): Decided => ({ because: 'stated', ...NO_RULE });
