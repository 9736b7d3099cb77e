import type { Ledger, Outcome, RecordedEntry, Submission } from '../ledger/ledger.js';
import { isDatabaseFault } from './database-fault.js';
import type { Principal } from './principal.js';
import { refusalCode } from './refusal-code.js';
import type { Refusal } from './refusals.js';
import { settleTwice } from './settle-twice.js';
import { refusalOf, type ParkedFilter, type ParkedItem, type UsageInbox } from './usage-inbox.js';
import { toRecordDrawdown } from './usage-command.js';
import type { ItemProblem, ItemResult, UsageChannel, UsageEvent } from './usage-event.js';

/** Submissions handed to the ledger at once: enough to fill its batches, little enough to keep memory flat. */
const WINDOW = 2_000;

/** Refusals that time may cure: the usage already happened, so it waits for its agreement instead of being lost. */
const PARKING_REASONS: ReadonlySet<string> = new Set(['AgreementUnknown', 'NoCommitmentYet']);

export interface RecordOptions {
  /** All or none. Every item must name the same agreement (refused with `atomic-spans-agreements` otherwise). */
  readonly atomic?: boolean;
}

export type RetryTotals = Record<'recorded' | 'parked' | 'refused', number>;

export interface RecorderHooks {
  readonly count?: (channel: UsageChannel, outcome: ItemResult['outcome'], count: number) => void;
  /** Codes of what was refused, one each. */
  readonly refused?: (channel: UsageChannel, codes: readonly string[]) => void;
  /** The ledger fails on this event, and it is no error of the database's. */
  readonly onFault?: (error: unknown, event: Pick<UsageEvent, 'source' | 'id'>) => void;
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
    return this.keepRecord(events, results, principal, channel);
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

  /** Tries parked usage again: of one agreement when it has appeared, or whatever is due. */
  async retryParked(filter: ParkedFilter): Promise<RetryTotals> {
    const totals: RetryTotals = { recorded: 0, parked: 0, refused: 0 };
    let after: string | null = null;
    for (;;) {
      const items = await this.inbox.parked(filter, after, WINDOW);
      if (items.length === 0) return totals;
      after = items[items.length - 1]!.cursor;
      const fates = await Promise.all(items.map((item) => this.tryParked(item)));
      for (const [index, fate] of fates.entries()) {
        const became = await this.settleParked(items[index]!, fate, filter);
        if (became !== null) totals[became] += 1;
      }
    }
  }

  /** One that the ledger fails on waits on, and holds up nobody behind it; a database that fails ends the sweep. */
  private async tryParked({ event, principal }: ParkedItem): Promise<ItemResult | 'waits'> {
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
    { event, principal: { tenant } }: ParkedItem,
    fate: ItemResult | 'waits',
    filter: ParkedFilter,
  ): Promise<keyof RetryTotals | null> {
    if (fate === 'waits' || fate.outcome === 'parked') {
      await this.inbox.postpone(tenant, event);
      return 'parked';
    }
    if (fate.outcome === 'retry') {
      // The ledger is busy, the agreement may be there: not later but with the next sweep. What is due stays due.
      if (filter !== 'due') await this.inbox.makeDue(tenant, event);
      return 'parked';
    }
    if (fate.outcome === 'refused')
      return (await this.inbox.refuseParked(tenant, event, fate.problems)) ? 'refused' : null;
    await this.inbox.settle(tenant, event);
    return 'recorded';
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
  ): Promise<readonly ItemResult[]> {
    const settled = await this.park(events, results, principal);
    const refusals = settled.flatMap((result, index) =>
      result.outcome === 'refused'
        ? [refusalOf(principal.tenant, events[index]!, result.problems)]
        : [],
    );
    if (refusals.length > 0) {
      await this.inbox.refuse(channel, refusals);
      this.hooks.refused?.(
        channel,
        refusals.map(({ problem }) => problem.code),
      );
    }
    const counts = new Map<ItemResult['outcome'], number>();
    for (const { outcome } of settled) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    for (const [outcome, count] of counts) this.hooks.count?.(channel, outcome, count);
    return settled;
  }

  private async park(
    events: readonly UsageEvent[],
    results: readonly ItemResult[],
    principal: Principal,
  ): Promise<readonly ItemResult[]> {
    const waiting = results.flatMap((result, index) =>
      result.outcome === 'parked' ? [{ event: events[index]!, reason: result.reason, index }] : [],
    );
    if (waiting.length === 0) return results;
    const conflicting = await this.inbox.park(principal, waiting);
    const reused = new Set([...conflicting].map((at) => waiting[at]!.index));
    return results.map((result, index) =>
      reused.has(index) ? refused(events[index]!, [IDENTITY_REUSED]) : result,
    );
  }
}

/** Commitments may be pledged before the agreement is activated: usage that waits was promised its chance then too. */
const isNotInForceYet = (outcome: Outcome): boolean =>
  outcome.outcome === 'rejected' &&
  outcome.rejection.name === 'AgreementNotActive' &&
  outcome.rejection.facts['status'] === 'proposed';

const IDENTITY_REUSED: ItemProblem = {
  code: 'identity-reused',
  pointer: '/id',
  message: 'this source and id came before with other content; nothing was changed',
};

const refused = (event: UsageEvent, problems: readonly ItemProblem[]): ItemResult => ({
  outcome: 'refused',
  source: event.source,
  id: event.id,
  problems,
});

const retry = (
  event: UsageEvent,
  reason: Extract<ItemResult, { outcome: 'retry' }>['reason'],
): ItemResult => ({
  outcome: 'retry',
  source: event.source,
  id: event.id,
  reason,
});

const settled = (
  outcome: 'recorded' | 'duplicate',
  event: UsageEvent,
  entry: RecordedEntry,
): ItemResult => {
  if (entry.event.type !== 'DrawdownRecorded')
    throw new Error(`${event.source} ${event.id} is a ${entry.event.type}, not a drawdown`);
  const { split, charge } = entry.event.body;
  return {
    outcome,
    source: event.source,
    id: event.id,
    shard: entry.shard,
    position: entry.position,
    hash: entry.hash,
    gross: split.gross,
    applied: split.applied,
    overage: split.overage,
    ineligible: split.ineligible,
    currency: charge.currency,
  };
};

/** One outcome of the ledger in the words of the usage channels. */
const toResult = (event: UsageEvent, outcome: Outcome): ItemResult => {
  switch (outcome.outcome) {
    case 'appended':
      return settled('recorded', event, outcome.entries[0]!);
    case 'already-appended':
      return settled('duplicate', event, outcome.entries[0]!);
    case 'conflict':
      return refused(event, [IDENTITY_REUSED]);
    case 'rejected': {
      const { name, facts } = outcome.rejection;
      if (PARKING_REASONS.has(name))
        return { outcome: 'parked', source: event.source, id: event.id, reason: refusalCode(name) };
      const pointer = typeof facts['pointer'] === 'string' ? facts['pointer'] : '';
      return refused(event, [{ code: refusalCode(name), pointer, message: describe(name, facts) }]);
    }
    case 'overloaded':
    case 'unknown':
    case 'abandoned':
      return retry(event, outcome.outcome);
    case 'stale':
    case 'unchanged':
      throw new Error(`a drawdown cannot be ${outcome.outcome}`);
  }
};

/** `UsageOutsideTerm {startsAt: …}` -> `usage outside term (startsAt 2026-…)`. */
export const describe = (name: string, facts: Readonly<Record<string, unknown>>): string => {
  const sentence = refusalCode(name).replaceAll('-', ' ');
  const details = Object.entries(facts)
    .filter(([key]) => key !== 'pointer')
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return details.length === 0 ? sentence : `${sentence} (${details.join(', ')})`;
};
