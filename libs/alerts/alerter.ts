import { backOff } from '../waiting/back-off.js';
import { pause } from '../waiting/wakeup.js';
import {
  evaluateAll,
  headsOf,
  type EvaluatorFaultPoint,
  type EvaluatorParts,
} from './evaluator.js';
import { EvaluatorLease, LeaseLost, type Lease } from './record/lease.js';
import { Deliverer, type DelivererFaultPoint } from './webhooks/deliverer.js';
import type { WebhookPolicy } from './webhooks/endpoint-url.js';

export type AlerterFaultPoint = EvaluatorFaultPoint | DelivererFaultPoint;

export interface AlerterOptions extends Omit<EvaluatorParts, 'at'> {
  readonly policy: WebhookPolicy;
  /** Names this process among those that could evaluate; no two may share it. */
  readonly owner: string;
  /** An evaluator that is not heard of for so long is not the evaluator any more. */
  readonly leaseMs: number;
  readonly onTrouble: (what: string) => void;
  /** How often the ledger is looked at, in ms. Default 500. */
  readonly pollMs?: number;
  /** How often rules are evaluated when nothing moves, in ms: some are about time. Default a minute. */
  readonly timeMs?: number;
  readonly at?: (point: AlerterFaultPoint) => void | Promise<void>;
}

export interface AlerterStatus {
  /** Evaluates, or stands by while another does. */
  readonly ready: boolean;
  /** Why not, or null. */
  readonly reason: string | null;
  readonly state: 'evaluating' | 'standing-by';
}

/** At most a quarter of the time is spent on evaluating, however much moves. */
const REST = 3;

/** Rules are evaluated by one process at a time, and what they find is delivered by all of them. */
export class Alerter {
  private readonly closing = new AbortController();
  private readonly leases: EvaluatorLease;
  private readonly deliverer: Deliverer;
  private lease: Lease | null = null;
  private trouble: string | null = null;
  /** The ledger as it was evaluated last, and when. */
  private seen = '';
  private seenAt = -Infinity;
  private readonly work: Promise<unknown>;

  constructor(private readonly options: AlerterOptions) {
    const { pool, owner, leaseMs, policy, onTrouble, at } = options;
    this.leases = new EvaluatorLease(pool, owner, leaseMs);
    this.deliverer = new Deliverer({
      ...{ pool, policy },
      onTrouble: (error) => onTrouble(`delivering failed: ${String(error)}`),
      ...(at === undefined ? {} : { at }),
    });
    this.work = Promise.all([this.hold(), this.run()]);
  }

  status(): AlerterStatus {
    const { lease, trouble } = this;
    return {
      ready: trouble === null,
      reason: trouble,
      state: lease === null ? 'standing-by' : 'evaluating',
    };
  }

  /** What is being evaluated and sent is finished, and the lease given back. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([this.work, this.deliverer.close()]);
    if (this.lease !== null) await this.leases.release(this.lease).catch(() => undefined);
  }

  /** Takes the lease where it is free, and keeps it. */
  private async hold(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        if (this.lease === null) this.lease = await this.leases.take();
        else if (!(await this.leases.renew(this.lease))) this.lease = null;
      } catch (error) {
        this.tell(`the lease could not be renewed: ${String(error)}`);
      }
      await pause(this.options.leaseMs / 3, signal);
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    const pollMs = this.options.pollMs ?? 500;
    let failures = 0;
    while (!signal.aborted) {
      const began = performance.now();
      try {
        const troubles = this.lease === null ? [] : await this.look(this.lease);
        failures = troubles.length === 0 ? 0 : failures + 1;
        const [first] = troubles;
        if (first === undefined) this.trouble = null;
        else this.tell(`${troubles.length} rules could not be evaluated, like ${first}`);
      } catch (error) {
        if (error instanceof LeaseLost) this.lease = null;
        else {
          failures += 1;
          this.tell(`rules could not be evaluated: ${String(error)}`);
        }
      }
      const rest = Math.max(pollMs, REST * (performance.now() - began));
      await pause(failures === 0 ? rest : Math.max(rest, backOff(failures)), signal);
    }
  }

  /** Evaluates when the ledger has moved, or when it is time. Answers what could not be evaluated. */
  private async look(lease: Lease): Promise<readonly string[]> {
    const { timeMs = 60_000 } = this.options;
    const heads = await headsOf(this.options.reader);
    const text = JSON.stringify(heads);
    if (text === this.seen && performance.now() - this.seenAt < timeMs) return [];
    const { messages, troubles } = await evaluateAll(this.options, lease, heads);
    if (messages.length > 0) this.deliverer.wake();
    if (troubles.length === 0) {
      this.seen = text;
      this.seenAt = performance.now();
    }
    return troubles;
  }

  private tell(trouble: string): void {
    if (trouble !== this.trouble) this.options.onTrouble(trouble);
    this.trouble = trouble;
  }
}
