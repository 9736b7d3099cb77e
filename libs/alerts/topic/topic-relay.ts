import type { Pool } from 'pg';
import { toAlertRecord } from '../../contract/messages/alert-messages.js';
import type { OutgoingRecord } from '../../contract/messages/records.js';
import { backOff } from '../../waiting/back-off.js';
import { pause, Wakeup } from '../../waiting/wakeup.js';
import type { Lease } from '../record/lease.js';
import { messagesAfter, notePublished, publishedTo } from './unpublished.js';

/** Places where a test can end a process that publishes. */
export type RelayFaultPoint = 'alerter:before-publish' | 'alerter:after-publish';

/** The topic `ledger.alerts`. */
export interface AlertTopic {
  /** Makes it, where it is missing. Throws when no broker answers. */
  prepare(): Promise<void>;
  /** Sends records in order, and comes back when all in-sync replicas have them. */
  publish(records: readonly OutgoingRecord[]): Promise<unknown>;
}

export interface TopicRelayOptions {
  readonly pool: Pool;
  readonly topic: AlertTopic;
  readonly ledgerId: string;
  /** Null: another process has it, and publishes. */
  readonly lease: () => Lease | null;
  readonly onTrouble: (what: string) => void;
  /** How often messages of other processes are looked for, in ms. Default 1,000. */
  readonly pollMs?: number;
  readonly at?: ((point: RelayFaultPoint) => void | Promise<void>) | undefined;
}

const AT_ONCE = 500;

/**
 * Carries messages into the topic, in the order of their numbers, each at least once: what was sent and not noted when a process
 * died is sent again, with the same id. Whoever holds the lease of the evaluator does it.
 */
export class TopicRelay {
  private readonly closing = new AbortController();
  private readonly news = new Wakeup();
  private readonly work: Promise<void>;
  private isPrepared = false;
  private lastTrouble: string | null = null;

  constructor(private readonly options: TopicRelayOptions) {
    this.work = this.run();
  }

  /** Why nothing goes into the topic; null: all does. */
  trouble(): string | null {
    return this.lastTrouble;
  }

  /** There may be something to publish. */
  wake(): void {
    this.news.wake();
  }

  /** What is being sent is finished. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.work;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    const { pollMs = 1_000 } = this.options;
    let failures = 0;
    while (!signal.aborted) {
      const seen = this.news.count;
      try {
        const isMore = await this.publishSome();
        failures = 0;
        this.lastTrouble = null;
        if (!isMore) await this.news.wait(seen, { ms: pollMs, signal });
      } catch (error) {
        failures += 1;
        this.tell(`alerts are not in the topic: ${String(error)}`);
        await pause(backOff(failures), signal);
      }
    }
  }

  /** Answers whether there may be more. */
  private async publishSome(): Promise<boolean> {
    const { pool, topic, ledgerId, at } = this.options;
    const lease = this.options.lease();
    if (lease === null) return false;
    if (!this.isPrepared) await topic.prepare();
    this.isPrepared = true;
    const from = await publishedTo(pool);
    const messages = await messagesAfter(pool, from, AT_ONCE);
    const last = messages.at(-1);
    if (last === undefined) return false;
    await at?.('alerter:before-publish');
    await topic.publish(messages.map((message) => toAlertRecord(message, ledgerId)));
    await at?.('alerter:after-publish');
    return notePublished(pool, lease, from, last.number);
  }

  private tell(trouble: string): void {
    if (trouble !== this.lastTrouble) this.options.onTrouble(trouble);
    this.lastTrouble = trouble;
  }
}
