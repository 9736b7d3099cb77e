import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Principal } from '../access/principal.js';
import type {
  ItemProblem,
  ItemResult,
  UsageChannel,
  UsageEvent,
} from '../contract/usage/usage-event.js';
import type { Ledger } from '../ledger/ledger.js';
import { refusedUsage } from './inbox/refused-usage.js';
import type { RefusalRecord } from './inbox/refusals.js';
import { UsageInbox } from './inbox/usage-inbox.js';
import type { Observer } from './observer.js';
import { tryTwice } from './try-twice.js';
import { LEDGER, OBSERVER } from './tokens.js';
import { toRecordDrawdown } from './usage-command.js';
import { IDENTITY_REUSED, refused, refusedItem, retry, toResult, waiting } from './usage-result.js';

/** Submissions handed to the ledger at once: enough to fill its batches, little enough to keep memory flat. */
const WINDOW = 2_000;

/** A usage event as an edge has read and validated it, or the refusal of what it could not read. */
export type UsageItem = EventItem | { readonly refusal: RefusalRecord };

export interface EventItem {
  readonly event: UsageEvent;
  /** The Kafka message that the usage came as. */
  readonly letter?: LetterOrigin;
}

export interface LetterOrigin {
  /** The digest of the message, hexadecimal; asked for where it is refused or a retry. */
  digest(): string;
  /** A dead letter that was sent again: no new arrival, where its refusal is on record. */
  readonly isRetry: boolean;
}

/**
 * Usage of one principal that came together, by whatever channel. Every item gets exactly one result, in order. Parked and
 * refused items are on record before their result is given.
 */
export class RecordUsage extends Command<readonly ItemResult[]> {
  constructor(
    readonly items: readonly UsageItem[],
    readonly principal: Principal,
    readonly channel: UsageChannel,
    /** All or none. Every item must name the same agreement (refused with `atomic-spans-agreements` otherwise). */
    readonly atomic = false,
  ) {
    super();
  }
}

@CommandHandler(RecordUsage)
export class RecordUsageHandler implements ICommandHandler<RecordUsage> {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly inbox: UsageInbox,
    @Inject(OBSERVER) private readonly observer: Observer,
  ) {}

  async execute(command: RecordUsage): Promise<readonly ItemResult[]> {
    const decided = command.atomic ? await this.together(command) : await this.each(command);
    const results = await this.park(command, decided);
    await this.account(command, results);
    return results;
  }

  private async each({ items, principal }: RecordUsage): Promise<readonly ItemResult[]> {
    const results: ItemResult[] = [];
    for (let start = 0; start < items.length; start += WINDOW) {
      const window = items.slice(start, start + WINDOW);
      const settled = await tryTwice(window, async (item) =>
        'event' in item
          ? toResult(item.event, await this.ledger.submit(toRecordDrawdown(item.event, principal)))
          : refusedItem(item.refusal),
      );
      for (const [index, one] of settled.entries())
        results.push(
          one.status === 'fulfilled' ? one.value : this.failedOn(window[index], one.reason),
        );
    }
    return results;
  }

  private failedOn(item: UsageItem | undefined, error: unknown): ItemResult {
    if (item === undefined || !('event' in item)) throw error;
    this.observer.onFault?.(error, item.event);
    return retry(item.event, 'unrecordable');
  }

  /** An all-or-nothing batch parks nothing either: a part of it waiting would be half a batch. */
  private async together({ items, principal }: RecordUsage): Promise<readonly ItemResult[]> {
    const events = items.flatMap((item) => ('event' in item ? [item.event] : []));
    if (events.length < items.length)
      return items.map((item) =>
        'event' in item ? retry(item.event, 'abandoned') : refusedItem(item.refusal),
      );
    const elsewhere = events.findIndex(({ agreement }) => agreement !== events[0]?.agreement);
    if (elsewhere >= 0)
      return events.map((event, index) =>
        index === elsewhere ? refused(event, [SPANS_AGREEMENTS]) : retry(event, 'abandoned'),
      );
    const outcomes = await this.ledger.submitTogether(
      events.map((event) => toRecordDrawdown(event, principal)),
    );
    return events.map((event, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) throw new Error('the ledger answers every submission');
      const result = toResult(event, outcome);
      return result.outcome === 'parked' ? refused(event, [waiting(result.reason)]) : result;
    });
  }

  /** What waits with other content under the same identity keeps a new one out. */
  private async park(
    { items, principal, channel }: RecordUsage,
    results: readonly ItemResult[],
  ): Promise<readonly ItemResult[]> {
    const waiting = results.flatMap((result, index) => {
      const item = items[index];
      return result.outcome === 'parked' && item !== undefined && 'event' in item
        ? [{ event: item.event, reason: result.reason, index }]
        : [];
    });
    if (waiting.length === 0) return results;
    const held = await this.inbox.park(principal, waiting, channel);
    const reused = new Map(held.map(({ event, index }) => [index, event]));
    return results.map((result, index) => {
      const event = reused.get(index);
      return event === undefined ? result : refused(event, [IDENTITY_REUSED]);
    });
  }

  /** What is refused is on record, and all is counted, before it is answered. */
  private async account(
    { items, principal, channel }: RecordUsage,
    results: readonly ItemResult[],
  ): Promise<void> {
    const refusals: RefusalRecord[] = [];
    const came = { recorded: 0, duplicate: 0 };
    const counts = new Map<ItemResult['outcome'], number>();
    for (const [index, item] of items.entries()) {
      const result = results[index];
      if (result === undefined) throw new Error('an item without a result');
      const { outcome } = result;
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (outcome === 'refused')
        refusals.push('event' in item ? refusalIn(item, result.problems, principal) : item.refusal);
      else if (outcome === 'recorded' || outcome === 'duplicate')
        if (!(await this.wasRefused(item, principal, outcome))) came[outcome] += 1;
    }
    await this.inbox.refuse(channel, refusals);
    for (const outcome of ['recorded', 'duplicate'] as const)
      if (came[outcome] > 0)
        this.inbox.counter.count(principal.tenant, channel, outcome, came[outcome]);
    for (const [outcome, count] of counts) this.observer.count?.(channel, outcome, count);
    if (refusals.length > 0)
      this.observer.refused?.(
        channel,
        refusals.map(({ problem }) => problem.code),
      );
  }

  /** A dead letter that was sent again did not come anew where its refusal is on record: that becomes what it became. */
  private async wasRefused(
    item: UsageItem,
    { tenant }: Principal,
    outcome: 'recorded' | 'duplicate',
  ): Promise<boolean> {
    if (!('event' in item) || item.letter?.isRetry !== true) return false;
    const { source, id } = item.event;
    const letterDigest = item.letter.digest();
    return this.inbox.settleLetter({ tenant, source, id, letterDigest }, outcome);
  }
}

const SPANS_AGREEMENTS: ItemProblem = {
  code: 'atomic-spans-agreements',
  pointer: '/agreement',
  message: 'an all-or-nothing batch must name one agreement only',
};

const refusalIn = (
  { event, letter }: EventItem,
  problems: readonly ItemProblem[],
  { tenant, name }: Principal,
): RefusalRecord => {
  const refusal = refusedUsage(tenant, event, problems, name);
  return letter === undefined
    ? refusal
    : { ...refusal, letterDigest: letter.digest(), isRetriedLetter: letter.isRetry };
};
