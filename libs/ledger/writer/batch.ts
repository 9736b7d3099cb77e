import type { Group } from './admission.js';
import { keyOf } from '../format/entry.js';
import type { Outcome } from '../ledger.js';
import type { KnownKey } from './identities.js';
import type { Plan } from './plan.js';
import { LedgerUnreadable } from '../postgres/unreadable.js';

/** Refusals by a shard's head that nobody moved: after so many the shard is damaged. */
const STALLS_MAX = 50;

export const OVERLOADED: Outcome = { outcome: 'overloaded' };
const UNKNOWN: Outcome = { outcome: 'unknown' };

/** How far a batch has come. */
export type BatchState =
  /** No entry of the batch can be in the database, or come there. */
  | { readonly name: 'to-decide' }
  /** The plan was sent, and its answer has not come. */
  | { readonly name: 'in-flight'; readonly plan: Plan }
  /** The answer was lost: under these keys the plan may stand, or come to stand until the epoch is raised. */
  | { readonly name: 'in-doubt'; readonly keys: readonly string[] };

const TO_DECIDE: BatchState = { name: 'to-decide' };

/** Groups that are decided and written together, and what was found out about them so far. */
export class Batch {
  state: BatchState = TO_DECIDE;
  readonly known = new Map<string, KnownKey>();
  readonly looked = new Set<string>();
  losses = 0;
  private stalls = 0;
  /** Hashes of the entries of plans that were in doubt: found later, they are this batch's own. */
  private readonly own = new Set<string>();

  /** Submissions. */
  readonly size: number;

  constructor(readonly groups: readonly Group[]) {
    this.size = groups.reduce((sum, { submissions }) => sum + submissions.length, 0);
  }

  firstKeys(): string[] {
    return this.groups.flatMap(({ submissions }) => submissions.map(keyOf));
  }

  sent(plan: Plan): void {
    this.state = { name: 'in-flight', plan };
  }

  /** The server has taken nothing, or it was found out what it has taken. */
  decideAgain(): void {
    this.state = TO_DECIDE;
  }

  /** The head refused the plan although nobody moved it: once is a writer that gave up, always is a damaged shard. */
  stalled(): void {
    this.stalls += 1;
    if (this.stalls > STALLS_MAX)
      throw new LedgerUnreadable('the head of the shard disagrees with its events');
  }

  connectionLost(): void {
    this.losses += 1;
    if (this.state.name !== 'in-flight') return;
    const { entries } = this.state.plan;
    for (const { recorded } of entries) this.own.add(recorded.hash);
    this.state = { name: 'in-doubt', keys: entries.map(({ key }) => key) };
  }

  answer(plan: Plan): void {
    for (const [index, group] of this.groups.entries())
      if (plan.faults.has(index)) group.fail(plan.faults.get(index));
      else group.answer(this.asOwn(plan.outcomes[index] ?? []));
  }

  /** What an attempt of this very batch recorded, whose answer was lost, is no repeat of something earlier. */
  private asOwn(outcomes: readonly Outcome[]): readonly Outcome[] {
    if (this.own.size === 0) return outcomes;
    return outcomes.map((outcome) => {
      if (outcome.outcome !== 'already-appended') return outcome;
      const { entries } = outcome;
      return this.own.has(entries[0]?.hash ?? '') ? { outcome: 'appended', entries } : outcome;
    });
  }

  giveUp(): void {
    const inDoubt = new Set(this.state.name === 'in-doubt' ? this.state.keys : []);
    for (const group of this.groups) {
      const isUnknown = group.submissions.some((each) => inDoubt.has(keyOf(each)));
      group.answer(group.submissions.map(() => (isUnknown ? UNKNOWN : OVERLOADED)));
    }
  }
}
