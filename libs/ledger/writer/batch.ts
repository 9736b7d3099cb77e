import type { Group } from './admission.js';
import type { Draft } from './draft.js';
import { keyOf } from '../format/entry.js';
import type { Outcome } from '../ledger.js';
import type { KnownKey, Plan } from './plan.js';
import { COPY_MIN } from '../postgres/shard-session.js';
import { LedgerUnreadable } from '../postgres/unreadable.js';

/** Refused by the head so often although nobody moved it: the shard is damaged. */
const STALLS_MAX = 50;

export const OVERLOADED: Outcome = { outcome: 'overloaded' };
const UNKNOWN: Outcome = { outcome: 'unknown' };

/** A batch on its way: what was found out about it so far. */
export class Batch {
  readonly known = new Map<string, KnownKey>();
  readonly looked = new Set<string>();
  /** The plan whose write was sent and not answered yet. */
  inFlight: Plan | null = null;
  /** Rows are sent while others are decided, the first time: then everything goes well, nearly always. */
  mayFlow: boolean;
  /** Groups whose answer the plan does not know: to be decided once more. */
  again: readonly Group[] = [];
  /** Keys of plans that may or may not stand. */
  uncertain: readonly string[] = [];
  losses = 0;
  private stalls = 0;
  /** Hashes of entries that such a plan would have written: found later, they are ours. */
  private readonly mine = new Set<string>();

  constructor(
    readonly groups: readonly Group[],
    /** Made ahead; tried once. */
    public draft: Draft | null,
  ) {
    const size = groups.reduce((sum, { submissions }) => sum + submissions.length, 0);
    this.mayFlow = size >= COPY_MIN;
  }

  firstKeys(): string[] {
    return this.groups.flatMap(({ submissions }) => submissions.map(keyOf));
  }

  /** Refused although nobody moved the head: once is a writer that gave up, always is a damaged shard. */
  stalled(): void {
    this.stalls += 1;
    if (this.stalls > STALLS_MAX)
      throw new LedgerUnreadable('the head of the shard disagrees with its events');
  }

  lost(): void {
    this.losses += 1;
    if (this.inFlight === null) return;
    this.uncertain = [...new Set([...this.uncertain, ...keysOf(this.inFlight)])];
    for (const { recorded } of this.inFlight.entries) this.mine.add(recorded.hash);
    this.inFlight = null;
  }

  answer(plan: Plan): void {
    for (const [index, group] of this.groups.entries()) {
      if (this.again.includes(group)) continue;
      const fault = plan.faults.get(index);
      if (plan.faults.has(index)) group.fail(fault);
      else if (this.mine.size === 0) group.answer(plan.outcomes[index]!);
      else group.answer(plan.outcomes[index]!.map((outcome) => this.asOurs(outcome)));
    }
  }

  /** Recorded by an attempt of this very batch, whose answer was lost. */
  private asOurs(outcome: Outcome): Outcome {
    if (outcome.outcome !== 'already-appended') return outcome;
    const { entries } = outcome;
    return this.mine.has(entries[0]!.hash) ? { outcome: 'appended', entries } : outcome;
  }

  giveUp(): void {
    const uncertain = new Set(this.uncertain);
    for (const group of this.groups) {
      const { submissions } = group;
      const isUncertain = submissions.some((each) => uncertain.has(keyOf(each)));
      const outcome = isUncertain ? UNKNOWN : OVERLOADED;
      group.answer(submissions.map(() => outcome));
    }
  }
}

export const keysOf = (plan: Plan): string[] => plan.entries.map(({ key }) => key);
