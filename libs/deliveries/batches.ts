import { hash } from 'node:crypto';
import type { CommandBus } from '@nestjs/cqrs';
import { backOff, type BackOff } from '../waiting/back-off.js';
import { pause } from '../waiting/wakeup.js';
import type { Principal } from '../access/principal.js';
import type { RefusalRecord } from '../application/inbox/refusals.js';
import { RecordRefusals } from '../application/record-refusals.js';
import { RecordUsage } from '../application/record-usage.js';
import {
  mayPass,
  type ItemProblem,
  type ItemResult,
  type UsageEvent,
} from '../contract/usage/usage-event.js';
import { present } from '../domain/present.js';

/** What is known of a row that could not become an event. */
export interface RefusedItem {
  readonly source?: string | null;
  readonly id?: string | null;
  readonly agreement?: string | null;
  readonly problems?: readonly ItemProblem[];
  /** The row as it came; `isCut`: how it begins. */
  readonly payload?: string | Uint8Array | null;
  readonly isCut?: boolean;
}

export interface BatchOptions {
  /** Events handed to the ledger together. */
  readonly size: number;
  /** Batches under way at once: enough to keep the ledger busy while rows are read, and memory stays flat. */
  readonly inFlight: number;
  /** How often an item that the ledger could not take (overloaded, connection lost) is sent again. */
  readonly retries: number;
  readonly backOff: BackOff;
}

export const BATCHES: BatchOptions = {
  size: 250,
  inFlight: 4,
  retries: 6,
  backOff: { firstMs: 250, maxMs: 8_000 },
};

/**
 * Posts items in batches, several under way at once, and hands every result to `settle` exactly once. An item that
 * the ledger asks to retry is sent again with the same identity, so it can never count twice.
 */
export class BatchPoster<Item extends { readonly event: UsageEvent }> {
  private batch: Item[] = [];
  private readonly unread: RefusalRecord[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly commands: CommandBus,
    private readonly principal: Principal,
    private readonly settle: (item: Item, result: ItemResult) => void,
    private readonly options: BatchOptions = BATCHES,
  ) {}

  /** Waits while too many batches are under way. */
  async add(item: Item): Promise<void> {
    this.batch.push(item);
    if (this.batch.length >= this.options.size) await this.send();
  }

  /** A row that could not become an event: on record with the others of its batch, with as much of it as was kept. */
  async refuse(problem: ItemProblem, row: RefusedItem = {}): Promise<void> {
    const { payload = null, isCut = false } = row;
    this.unread.push({
      tenant: this.principal.tenant,
      source: row.source ?? null,
      id: row.id ?? null,
      problem,
      problems: row.problems,
      digest: payload === null || isCut ? null : hash('sha256', payload, 'hex'),
      agreement: row.agreement,
      actor: this.principal.name,
      payload,
      isCut,
    });
    if (this.unread.length >= this.options.size) await this.recordUnread();
  }

  private recordUnread(): Promise<void> {
    return this.commands.execute(new RecordRefusals(this.unread.splice(0), 'file'));
  }

  /** Posts what is left and waits for all of it. */
  async finish(): Promise<void> {
    await this.send();
    await Promise.all(this.underWay);
    await this.recordUnread();
    this.throwFailure();
  }

  private async send(): Promise<void> {
    this.throwFailure();
    const batch = this.batch;
    this.batch = [];
    if (batch.length === 0) return;
    while (this.underWay.size >= this.options.inFlight) await Promise.race(this.underWay);
    this.throwFailure();
    const sending = this.post(batch)
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.underWay.delete(sending));
    this.underWay.add(sending);
  }

  private async post(batch: readonly Item[], attempt = 0): Promise<void> {
    const results = await this.commands.execute(new RecordUsage(batch, this.principal, 'file'));
    const again: Item[] = [];
    for (const [index, item] of batch.entries()) {
      const result = present(results[index], 'result of a posted item');
      if (mayPass(result) && attempt < this.options.retries) again.push(item);
      else this.settle(item, result);
    }
    if (again.length === 0) return;
    await pause(backOff(attempt + 1, this.options.backOff));
    await this.post(again, attempt + 1);
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure.error;
  }
}
