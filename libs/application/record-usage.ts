import type { Ledger, Submission } from '../ledger/ledger.js';
import { isDatabaseFault } from './database-fault.js';
import type { Principal } from '../access/principal.js';
import type { Refusal } from './inbox/refusals.js';
import { settleTwice } from './settle-twice.js';
import { refusalOf } from './inbox/refusal-of.js';
import type { ParkedFilter, ParkedItem, UsageInbox } from './inbox/usage-inbox.js';
import { toRecordDrawdown } from './usage-command.js';
import type {
  ItemProblem,
  ItemResult,
  UsageChannel,
  UsageEvent,
} from '../contract/usage/usage-event.js';
import { IDENTITY_REUSED, isNotInForceYet, refused, retry, toResult } from './usage-result.js';

/** Submissions handed to the ledger at once: enough to fill its batches, little enough to keep memory flat. */
const WINDOW = 2_000;

export interface RecordOptions {
  /** All or none. Every item must name the same agreement (refused with `atomic-spans-agreements` otherwise). */
  readonly atomic?: boolean;
  /** Of what came as Kafka messages: one for each event. */
  readonly letters?: readonly LetterOrigin[];
}

export interface LetterOrigin {
  /** Of the message, hexadecimal; asked for where it is refused or a retry. */
  digest(): string;
  /** A dead letter that was sent again: no new arrival, where its refusal is on record. */
  readonly isRetry: boolean;
}

export type RetryTotals = Record<'recorded' | 'parked' | 'refused', number>;

export interface RecorderHooks {
  readonly count?: (channel: UsageChannel, outcome: ItemResult['outcome'], count: number) => void;
  /** Codes of what was refused, one each. */
  readonly refused?: (channel: UsageChannel, codes: readonly string[]) => void;
  /** The ledger fails on this event, and it is no error of the database's. */
  readonly onFault?: (error: unknown, event: Pick<UsageEvent, 'source' | 'id'>) => void;
  /** A parked row is not what was parked: it was not recorded but refused. `differs`: the columns. */
  readonly onAltered?: (
    item: Pick<UsageEvent, 'source' | 'id'> & { readonly differs: readonly string[] },
  ) => void;
}

/**
 * The one way into the ledger for usage, whatever the channel. Takes validated events; every item gets exactly one
 * result, in order. Parked and refused items are on record before their result is given.
 */
export class UsageRecorder {
  constructor(
    private readonly ledger: Ledger,
    private readonly inbox: UsageInbox,
    private readonly hooks: RecorderHooks = {},
  ) {}

  async record(
    events: readonly UsageEvent[],
    principal: Principal,
    channel: UsageChannel,
    options: RecordOptions = {},
  ): Promise<readonly ItemResult[]> {
    const results = options.atomic
      ? await this.recordTogether(events, principal)
      : await this.recordEach(events, principal);
    return this.keepRecord(events, results, principal, channel, options.letters);
  }

  /** Asks the ledger for what was refused before. Puts nothing on record but the event itself: that is the caller's. */
  async attempt(event: UsageEvent, principal: Principal): Promise<ItemResult> {
    return toResult(event, await this.ledger.submit(toRecordDrawdown(event, principal)));
  }

  /** What was counted until now can be read by others. */
  async countsWritten(): Promise<void> {
    await this.inbox.counter.settled();
  }

  /** What an edge refused before it was an event: on record and counted, like everything that comes in. */
  async refuseUnread(refusals: readonly Refusal[], channel: UsageChannel): Promise<void> {
    if (refusals.length === 0) return;
    await this.inbox.refuse(channel, refusals);
    this.hooks.count?.(channel, 'refused', refusals.length);
    this.hooks.refused?.(
      channel,
      refusals.map(({ problem }) => problem.code),
    );
  }

  /** Tries parked usage again: what is due, of one agreement when it has appeared, or one that `actor` asks for. */
  async retryParked(filter: ParkedFilter, actor: string | null = null): Promise<RetryTotals> {
    const totals: RetryTotals = { recorded: 0, parked: 0, refused: 0 };
    let after: string | null = null;
    for (;;) {
      const items = await this.inbox.parked(filter, after, WINDOW);
      if (items.length === 0) return totals;
      after = items[items.length - 1]!.cursor;
      const fates = await Promise.all(items.map((item) => this.tryParked(item)));
      for (const [index, fate] of fates.entries()) {
        const became = await this.settleParked(items[index]!, fate, filter, actor);
        if (became !== null) totals[became] += 1;
      }
    }
  }

  /** One that the ledger fails on waits on, and holds up nobody behind it; a database that fails ends the sweep. */
  private async tryParked({
    event,
    principal,
    altered,
  }: ParkedItem): Promise<ItemResult | 'waits' | 'altered'> {
    if (altered !== null) return 'altered';
    try {
      const outcome = await this.ledger.submit(toRecordDrawdown(event, principal));
      return isNotInForceYet(outcome) ? 'waits' : toResult(event, outcome);
    } catch (error) {
      if (isDatabaseFault(error)) throw error;
      this.hooks.onFault?.(error, event);
      return 'waits';
    }
  }

  /** What it counts as. Null: somebody else has settled it. */
  private async settleParked(
    item: ParkedItem,
    fate: ItemResult | 'waits' | 'altered',
    filter: ParkedFilter,
    actor: string | null,
  ): Promise<keyof RetryTotals | null> {
    const { event, principal } = item;
    const { tenant } = principal;
    if (fate === 'altered') return (await this.expel(item)) ? 'refused' : null;
    if (fate === 'waits' || fate.outcome === 'parked') {
      await this.inbox.postpone(tenant, event, fate === 'waits' ? null : fate.reason);
      return 'parked';
    }
    if (fate.outcome === 'retry') {
      // The ledger is busy, the agreement may be there: not later but with the next sweep. What is due stays due.
      if (filter !== 'due') await this.inbox.makeDue(tenant, event);
      return 'parked';
    }
    if (fate.outcome === 'refused')
      return (await this.inbox.refuseParked(item, fate.problems)) ? 'refused' : null;
    await this.inbox.settle(tenant, event, fate.outcome, actor);
    return 'recorded';
  }

  /** A row that is not what was parked. False: somebody else has done it. */
  private async expel({ event: { source, id }, altered }: ParkedItem): Promise<boolean> {
    if (altered === null || !(await this.inbox.refuseAltered(altered))) return false;
    this.hooks.onAltered?.({ source, id, differs: altered.differs });
    return true;
  }

  private async recordEach(
    events: readonly UsageEvent[],
    principal: Principal,
  ): Promise<readonly ItemResult[]> {
    const results: ItemResult[] = [];
    for (let start = 0; start < events.length; start += WINDOW) {
      const window = events.slice(start, start + WINDOW);
      const settled = await settleTwice(window, async (event) =>
        toResult(event, await this.ledger.submit(toRecordDrawdown(event, principal))),
      );
      for (const [index, one] of settled.entries()) {
        const event = window[index]!;
        if (one.status === 'fulfilled') results.push(one.value);
        else {
          this.hooks.onFault?.(one.reason, event);
          results.push(retry(event, 'unrecordable'));
        }
      }
    }
    return results;
  }

  private async recordTogether(
    events: readonly UsageEvent[],
    principal: Principal,
  ): Promise<readonly ItemResult[]> {
    const agreement = events[0]?.agreement;
    const elsewhere = events.findIndex((event) => event.agreement !== agreement);
    if (elsewhere >= 0) {
      const problem: ItemProblem = {
        code: 'atomic-spans-agreements',
        pointer: '/agreement',
        message: 'an all-or-nothing batch must name one agreement only',
      };
      return events.map((event, index) =>
        index === elsewhere ? refused(event, [problem]) : retry(event, 'abandoned'),
      );
    }
    const submissions: Submission[] = events.map((event) => toRecordDrawdown(event, principal));
    const outcomes = await this.ledger.submitTogether(submissions);
    // In an all-or-nothing batch nothing is parked either: a part of it waiting would be half a batch.
    return outcomes.map((outcome, index) => {
      const result = toResult(events[index]!, outcome);
      return result.outcome === 'parked'
        ? refused(events[index]!, [
            { code: result.reason, pointer: '/agreement', message: result.reason },
          ])
        : result;
    });
  }

  /** Parked and refused items are on record before the answer; the counters see what the caller sees. */
  private async keepRecord(
    events: readonly UsageEvent[],
    results: readonly ItemResult[],
    principal: Principal,
    channel: UsageChannel,
    letters: RecordOptions['letters'],
  ): Promise<readonly ItemResult[]> {
    const settled = await this.park(events, results, principal, channel);
    const counts = new Map<ItemResult['outcome'], number>();
    for (const { outcome } of settled) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    const isKnown = await this.settleLetters(events, settled, principal, letters);
    const refusals: Refusal[] = [];
    const counted = { recorded: 0, duplicate: 0 };
    for (const [index, result] of settled.entries()) {
      if (isKnown.has(index)) continue;
      if (result.outcome === 'recorded' || result.outcome === 'duplicate')
        counted[result.outcome] += 1;
      if (result.outcome === 'refused')
        refusals.push({
          ...refusalOf(principal.tenant, events[index]!, result.problems, principal.name),
          letterDigest: letters?.[index]?.digest(),
        });
    }
    if (refusals.length > 0) await this.inbox.refuse(channel, refusals);
    for (const outcome of ['recorded', 'duplicate'] as const)
      if (counted[outcome] > 0)
        this.inbox.counter.count(principal.tenant, channel, outcome, counted[outcome]);
    for (const [outcome, count] of counts) this.hooks.count?.(channel, outcome, count);
    const codes = settled.flatMap((result) =>
      result.outcome === 'refused' ? [result.problems[0]?.code ?? 'refused'] : [],
    );
    if (codes.length > 0) this.hooks.refused?.(channel, codes);
    return settled;
  }

  /** Indexes of those whose refusal was on record and is settled, or is there still: they did not come anew. */
  private async settleLetters(
    events: readonly UsageEvent[],
    results: readonly ItemResult[],
    { tenant, name }: Principal,
    letters: RecordOptions['letters'],
  ): Promise<ReadonlySet<number>> {
    const retried = [...results.entries()].flatMap(([index, result]) => {
      const origin = letters?.[index];
      if (origin?.isRetry !== true || result.outcome === 'retry' || result.outcome === 'parked')
        return [];
      const { source, id } = events[index]!;
      const became =
        result.outcome === 'refused'
          ? {
              outcome: result.outcome,
              refusal: refusalOf(tenant, events[index]!, result.problems, name),
            }
          : { outcome: result.outcome };
      return [
        {
          index,
          letter: { tenant, source, id, letterDigest: origin.digest(), became },
        },
      ];
    });
    if (retried.length === 0) return new Set();
    const known = await this.inbox.settleLetters(retried.map(({ letter }) => letter));
    return new Set(retried.flatMap(({ index }, at) => (known[at] === true ? [index] : [])));
  }

  private async park(
    events: readonly UsageEvent[],
    results: readonly ItemResult[],
    principal: Principal,
    channel: UsageChannel,
  ): Promise<readonly ItemResult[]> {
    const waiting = results.flatMap((result, index) =>
      result.outcome === 'parked' ? [{ event: events[index]!, reason: result.reason, index }] : [],
    );
    if (waiting.length === 0) return results;
    const conflicting = await this.inbox.park(principal, waiting, channel);
    const others = [...conflicting].map((at) => waiting[at]!);
    const held = await this.parkBehindAltered(others, principal, channel);
    const reused = new Set(held.map(({ index }) => index));
    return results.map((result, index) =>
      reused.has(index) ? refused(events[index]!, [IDENTITY_REUSED]) : result,
    );
  }

  /** What waits with other content may be a falsehood: that must not keep out the truth. Answers what stays out. */
  private async parkBehindAltered<
    Item extends { readonly event: UsageEvent; readonly reason: string },
  >(items: readonly Item[], principal: Principal, channel: UsageChannel): Promise<readonly Item[]> {
    const { tenant } = principal;
    const [held, freed]: [Item[], Item[]] = [[], []];
    for (const item of items) {
      const { source, id } = item.event;
      const [there] = await this.inbox.parked({ tenant, source, id }, null, 1);
      const isFree = there === undefined || (await this.expel(there));
      (isFree ? freed : held).push(item);
    }
    if (freed.length === 0) return held;
    const conflicting = await this.inbox.park(principal, freed, channel);
    return [...held, ...[...conflicting].map((at) => freed[at]!)];
  }
}
