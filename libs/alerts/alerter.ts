import { backOff } from '../waiting/back-off.js';
import { pause } from '../waiting/wakeup.js';
import { Forecasts } from './evaluation/forecasts.js';
import {
  evaluateAll,
  headsOf,
  type EvaluatorFaultPoint,
  type EvaluatorParts,
  type Trouble,
} from './evaluator.js';
import { EvaluatorLease, LeaseLost, type Lease } from './record/lease.js';
import { TopicRelay, type AlertTopic, type RelayFaultPoint } from './topic/topic-relay.js';
import { Deliverer, type DelivererFaultPoint } from './webhooks/deliverer.js';
import type { WebhookPolicy } from './webhooks/endpoint-url.js';

export type AlerterFaultPoint = EvaluatorFaultPoint | DelivererFaultPoint | RelayFaultPoint;

export interface AlerterOptions extends Omit<EvaluatorParts, 'at' | 'forecasts'> {
  readonly policy: WebhookPolicy;
  /** Where everything is told besides; absent: nowhere, there is no Kafka. */
  readonly topic?: AlertTopic | undefined;
  /** Names this process among those that could evaluate; no two may share it. */
  readonly owner: string;
  /** An evaluator that is not heard of for so long is not the evaluator any more. */
  readonly leaseMs: number;
  readonly onTrouble: (what: string) => void;
  /** How often the ledger is looked at, in ms. Default 500. */
  readonly pollMs?: number;
  /** How often rules are evaluated when nothing moves, in ms: some are about time. Default a minute. */
  readonly timeMs?: number;
  /** How long a forecast is good for whose commitment is used meanwhile, in ms. Default ten minutes. */
  readonly forecastMs?: number;
  readonly at?: (point: AlerterFaultPoint) => void | Promise<void>;
}

export interface AlerterStatus {
  /** Evaluates, or stands by while another does. */
  readonly ready: boolean;
  /** Why not, or null. */
  readonly reason: string | null;
  readonly state: 'evaluating' | 'standing-by';
  /** Rules that are not evaluated because a view that they need stands still or is behind. */
  readonly waitingRules: number;
  /** The first of them, and why. */
  readonly waitingLike: string | null;
}

const isOfView = ({ because }: Trouble): boolean =>
  because === 'view-stopped' || because === 'view-behind';

/** At most a quarter of the time is spent on evaluating, however much moves. */
const REST = 3;

/** Rules are evaluated by one process at a time, and what they find is delivered by all of them. */
export class Alerter {
  private readonly closing = new AbortController();
  private readonly leases: EvaluatorLease;
  private readonly deliverer: Deliverer;
  private readonly relay: TopicRelay | null;
  private lease: Lease | null = null;
  private trouble: string | null = null;
  private waiting: readonly Trouble[] = [];
  private readonly forecasts: Forecasts;
  /** The ledger as it was evaluated last, and when. */
  private seen = '';
  private seenAt = -Infinity;
  private readonly work: Promise<unknown>;

  constructor(private readonly options: AlerterOptions) {
    const { pool, owner, leaseMs, policy, topic, onTrouble, at } = options;
    this.leases = new EvaluatorLease(pool, owner, leaseMs);
    this.forecasts = new Forecasts(options.forecastMs);
    this.deliverer = new Deliverer({
      ...{ pool, policy },
      onTrouble: (error) => onTrouble(`delivering failed: ${String(error)}`),
      ...(at === undefined ? {} : { at }),
    });
    const ledgerId = options.reader.ledgerId;
    const lease = (): Lease | null => this.lease;
    this.relay =
      topic === undefined ? null : new TopicRelay({ pool, topic, ledgerId, lease, onTrouble, at });
    this.work = Promise.all([this.hold(), this.run()]);
  }

  status(): AlerterStatus {
    const { lease, waiting } = this;
    const trouble = this.trouble ?? this.relay?.trouble() ?? null;
    return {
      ready: trouble === null,
      reason: trouble,
      state: lease === null ? 'standing-by' : 'evaluating',
      waitingRules: waiting.length,
      waitingLike: waiting[0]?.text ?? null,
    };
  }

  /** What is being evaluated and sent is finished, and the lease given back. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([this.work, this.deliverer.close(), this.relay?.close()]);
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
        const failed = this.lease === null ? [] : await this.look(this.lease);
        failures = failed.length === 0 ? 0 : failures + 1;
        const [first] = failed;
        if (first === undefined) this.trouble = null;
        else this.tell(`${failed.length} rules could not be evaluated, like ${first.text}`);
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

  /** Evaluates when the ledger has moved, or when it is time. Answers what failed. */
  private async look(lease: Lease): Promise<readonly Trouble[]> {
    const { timeMs = 60_000 } = this.options;
    const heads = await headsOf(this.options.reader);
    const text = JSON.stringify(heads);
    if (text === this.seen && performance.now() - this.seenAt < timeMs) return [];
    const parts = { ...this.options, forecasts: this.forecasts };
    const waits = this.waiting.every(({ because }) => because !== 'view-behind');
    const { messages, troubles } = await evaluateAll(parts, lease, heads, waits);
    if (messages.length > 0) {
      this.deliverer.wake();
      this.relay?.wake();
    }
    this.wait(troubles.filter(isOfView));
    // A view that stands still is waited for like the time: everything else is evaluated as ever.
    if (troubles.every(({ because }) => because === 'view-stopped')) {
      this.seen = text;
      this.seenAt = performance.now();
    }
    return troubles.filter(({ because }) => because === 'failed');
  }

  private wait(waiting: readonly Trouble[]): void {
    const [before] = this.waiting;
    const [first] = waiting;
    if (first !== undefined && first.text !== before?.text)
      this.options.onTrouble(`${waiting.length} rules wait for a view, like ${first.text}`);
    this.waiting = waiting;
  }

  private tell(trouble: string): void {
    if (trouble !== this.trouble) this.options.onTrouble(trouble);
    this.trouble = trouble;
  }
}
