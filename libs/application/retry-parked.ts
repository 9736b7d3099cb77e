import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ItemResult } from '../contract/usage/usage-event.js';
import type { Ledger } from '../ledger/ledger.js';
import { isDatabaseFault } from './database-fault.js';
import { UsageInbox, type ParkedFilter, type ParkedItem } from './inbox/usage-inbox.js';
import type { Observer } from './observer.js';
import { LEDGER, OBSERVER } from './tokens.js';
import { toRecordDrawdown } from './usage-command.js';
import { isNotInForceYet, toResult } from './usage-result.js';

/** Parked usage that is read, and handed to the ledger, at once. */
const PAGE = 2_000;

export type RetryTotals = Record<'recorded' | 'parked' | 'refused', number>;

/** Tries parked usage again: what is due, of one agreement when it has appeared, or one that `actor` asks for. */
export class RetryParked extends Command<RetryTotals> {
  constructor(
    readonly filter: ParkedFilter,
    readonly actor: string | null = null,
  ) {
    super();
  }
}

@CommandHandler(RetryParked)
export class RetryParkedHandler implements ICommandHandler<RetryParked> {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly inbox: UsageInbox,
    @Inject(OBSERVER) private readonly observer: Observer,
  ) {}

  async execute({ filter, actor }: RetryParked): Promise<RetryTotals> {
    const totals: RetryTotals = { recorded: 0, parked: 0, refused: 0 };
    let after: string | null = null;
    for (;;) {
      const items: readonly ParkedItem[] = await this.inbox.parked(filter, after, PAGE);
      const last = items.at(-1);
      if (last === undefined) return totals;
      after = last.cursor;
      const tried = await Promise.all(
        items.map(async (item) => ({ item, result: await this.attempt(item) })),
      );
      for (const { item, result } of tried) {
        const became = await this.settle(item, result, filter, actor);
        if (became !== null) totals[became] += 1;
      }
    }
  }

  /** One that the ledger fails on waits on, and holds up nobody behind it; a database that fails ends the sweep. */
  private async attempt({
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
      this.observer.onFault?.(error, event);
      return 'waits';
    }
  }

  /** What it counts as. Null: somebody else has settled it. */
  private async settle(
    item: ParkedItem,
    result: ItemResult | 'waits' | 'altered',
    filter: ParkedFilter,
    actor: string | null,
  ): Promise<keyof RetryTotals | null> {
    const { event, principal } = item;
    const { tenant } = principal;
    if (result === 'altered') return (await this.inbox.refuseAltered(item)) ? 'refused' : null;
    if (result === 'waits' || result.outcome === 'parked') {
      await this.inbox.postpone(tenant, event, result === 'waits' ? null : result.reason);
      return 'parked';
    }
    if (result.outcome === 'retry') {
      // The ledger is busy, the agreement may be there: not later but with the next sweep. What is due stays due.
      if (filter !== 'due') await this.inbox.makeDue(tenant, event);
      return 'parked';
    }
    if (result.outcome === 'refused')
      return (await this.inbox.refuseParked(item, result.problems)) ? 'refused' : null;
    await this.inbox.settle(tenant, event, result.outcome, actor);
    return 'recorded';
  }
}
