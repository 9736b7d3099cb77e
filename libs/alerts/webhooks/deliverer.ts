import type { Pool } from 'pg';
import { backOff } from '../../waiting/back-off.js';
import { pause, Wakeup } from '../../waiting/wakeup.js';
import { claimDue, noteResult, type Claimed } from './deliveries.js';
import type { WebhookPolicy } from './endpoint-url.js';
import { send } from './send.js';

/** Places where a test can end a process that delivers. */
export type DelivererFaultPoint = 'alerter:before-send' | 'alerter:after-send';

export interface DelivererOptions {
  readonly pool: Pool;
  readonly policy: WebhookPolicy;
  readonly onTrouble: (error: unknown) => void;
  /** How often what is due is looked for, in ms. Default 1,000. */
  readonly pollMs?: number;
  readonly at?: (point: DelivererFaultPoint) => void | Promise<void>;
}

const AT_ONCE = 20;

/**
 * Sends what is due, at least once. Any number of processes may do it: each delivery is one's at a time, and one whose
 * process died is taken by another.
 */
export class Deliverer {
  private readonly closing = new AbortController();
  private readonly news = new Wakeup();
  private readonly work: Promise<void>;

  constructor(private readonly options: DelivererOptions) {
    this.work = this.run();
  }

  /** There may be something to send. */
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
    let failures = 0;
    while (!signal.aborted) {
      const seen = this.news.count;
      try {
        const claimed = await claimDue(this.options.pool, AT_ONCE);
        await Promise.all(claimed.map((each) => this.deliver(each)));
        failures = 0;
        if (claimed.length === 0)
          await this.news.wait(seen, { ms: this.options.pollMs ?? 1_000, signal });
      } catch (error) {
        failures += 1;
        this.options.onTrouble(error);
        await pause(backOff(failures), signal);
      }
    }
  }

  private async deliver(claimed: Claimed): Promise<void> {
    const { pool, policy, at } = this.options;
    await at?.('alerter:before-send');
    const result = await send(claimed, policy);
    await at?.('alerter:after-send');
    await noteResult(pool, claimed, result);
  }
}
