import type { ChainPoint, EntryEnvelope, LedgerReader } from '../../libs/ledger/ledger.js';
import type { Publisher, TopicAdmin } from '../../libs/messaging/ports.js';
import type { Logger } from '../../libs/host/logger.js';
import { backOff } from '../../libs/waiting/back-off.js';
import { pause, Wakeup } from '../../libs/waiting/wakeup.js';
import { checkChain, LedgerBroken } from './chain.js';
import type { Lease, RelayLeases } from './lease.js';
import { inSends, type Send } from './sends.js';
import { checkTail } from './tail-check.js';

/** Places where a test can kill or pause a publisher. */
export type PublisherFaultPoint =
  'publisher:before-send' | 'publisher:after-send' | 'publisher:after-checkpoint';

export interface RelayParts {
  readonly leases: RelayLeases;
  readonly reader: LedgerReader;
  readonly publisher: Publisher;
  readonly admin: Pick<TopicAdmin, 'readTail' | 'endOffsets'>;
  readonly topic: string;
  readonly logger: Logger;
  /** Entries read from the ledger and sent at once. */
  readonly limit: number;
  readonly at: (point: PublisherFaultPoint) => void | Promise<void>;
}

export interface RelayStatus {
  readonly shard: number;
  readonly epoch: number;
  /** `forked`: the topic and the ledger disagree; nothing is published until a person has looked. */
  readonly state: 'checking' | 'publishing' | 'failing' | 'forked' | 'ended';
  readonly position: number;
  readonly head: number;
  readonly reason: string | null;
}

class LeaseLost extends Error {}

/** A fork is for a person to look into; when it is mended nobody needs to start the process again. */
const LOOK_AGAIN_MS = 30_000;

/**
 * Publishes one shard for as long as its lease is ours.
 *
 * Why a publisher that was paused past its lease cannot harm: a send that begins with position p + 1 is made only when
 * p is in the topic (it was acknowledged to us, or we read it at the tail). So at whatever moment the late send of a
 * zombie arrives, everything before its first record is in the partition already: it repeats, or it appends what comes
 * next, and never leaves a gap. What it repeats is the same bytes, because a message is a function of the entry alone
 * and entries never change. Reordering needs two sends in flight: within a process each waits for the one before it,
 * and between processes the argument above holds for each. So first occurrences are contiguous (I8 of `tests/faults/README.md`); what
 * the lease saves is work, not order.
 */
export class ShardRelay {
  private at: ChainPoint;
  private state: RelayStatus['state'] = 'checking';
  private reason: string | null = null;
  private head = 0;
  private lost = false;
  private stopping = false;
  /** The lease is lost, or the publisher stops. */
  private readonly ending = new AbortController();
  /** The head of the shard has moved past what is published. */
  private readonly appended = new Wakeup();
  readonly done: Promise<void>;

  constructor(
    private readonly parts: RelayParts,
    readonly lease: Lease,
    after: Promise<unknown>,
  ) {
    this.at = lease.checkpoint;
    this.done = after.then(() => this.run());
  }

  status(): RelayStatus {
    const { shard, epoch } = this.lease;
    const { state, head, reason } = this;
    return { shard, epoch, state, position: this.at.position, head, reason };
  }

  /** The head of the shard, as somebody saw it. */
  ledgerIsAt(position: number): void {
    this.head = Math.max(this.head, position);
    if (this.head > this.at.position) this.appended.wake();
  }

  /** The lease is somebody else's: nothing more is sent. */
  lose(): void {
    this.lost = true;
    this.ending.abort();
  }

  get leaving(): boolean {
    return this.stopping;
  }

  /** Ends after the send in flight and gives the lease back. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.ending.abort();
    await this.done;
    if (!this.lost) await this.parts.leases.release(this.lease);
  }

  private get over(): boolean {
    return this.lost || this.stopping;
  }

  private async run(): Promise<void> {
    const { signal } = this.ending;
    let failures = 0;
    while (!this.over) {
      try {
        const nextOffset = await this.begin();
        if (nextOffset === 'forked') await pause(LOOK_AGAIN_MS, signal);
        else await this.publishAll(nextOffset, () => (failures = 0));
      } catch (error) {
        if (error instanceof LeaseLost) this.lost = true;
        else if (error instanceof LedgerBroken) {
          this.refuse(error.message);
          await pause(LOOK_AGAIN_MS, signal);
        } else {
          this.fail(error);
          failures += 1;
          await pause(backOff(failures), signal);
        }
      }
    }
    this.state = 'ended';
  }

  /** Asks the topic how far it is: after a start, a takeover, and whenever the outcome of a send is not known. */
  private async begin(): Promise<number | null | 'forked'> {
    const { admin, reader, topic, logger } = this.parts;
    const { shard } = this.lease;
    this.state = 'checking';
    const tail = await checkTail(admin, reader, topic, shard, this.at);
    if (tail.verdict === 'forked') {
      this.refuse(tail.reason);
      return 'forked';
    }
    const facts = { shard, topic, checkpoint: this.at.position, tail: tail.at.position };
    if (tail.strangers > 0)
      logger.error({ ...facts, strangers: tail.strangers }, 'strange records in the topic');
    if (tail.at.position < this.at.position)
      logger.warn(facts, 'the topic is behind the checkpoint: publishing again from its tail');
    if (tail.at.position !== this.at.position) await this.moveTo(tail.at);
    this.state = 'publishing';
    this.reason = null;
    return tail.nextOffset;
  }

  private async publishAll(nextOffset: number | null, worked: () => void): Promise<void> {
    const { reader, limit } = this.parts;
    const { shard } = this.lease;
    let expected = nextOffset;
    // While one chunk is sent the next is read, as long as there is a backlog.
    let ahead: Promise<readonly EntryEnvelope[]> | null = null;
    while (!this.over) {
      const seen = this.appended.count;
      const told = ahead === null ? this.head : null;
      const entries = await (ahead ?? reader.readEnvelopes(shard, this.at.position, limit));
      ahead = null;
      const last = entries.at(-1);
      if (last === undefined) {
        // Read ahead, perhaps before what was appended since: only a reading of now says that there is nothing.
        if (told === null) continue;
        // The head was told of entries that the ledger lacks: a fail-over lost them. To wait for them would be to read for ever.
        if (told === this.head) this.head = this.at.position;
        await this.appended.wait(seen, { signal: this.ending.signal });
        continue;
      }
      checkChain(shard, this.at, entries);
      if (entries.length === limit) {
        ahead = reader.readEnvelopes(shard, last.position, limit);
        ahead.catch(() => undefined);
      }
      for (const send of inSends(entries, reader.ledgerId)) {
        if (this.over) return;
        const offset = await this.send(send);
        const missing = offset < 0 || expected === null ? 0 : Math.max(0, expected - offset);
        expected = offset < 0 ? null : offset + send.entries.length;
        if (missing > 0) {
          await this.goBack(this.at.position - missing, missing);
          ahead = null;
          break;
        }
        await this.moveTo(send.entries.at(-1) ?? this.at);
        await this.parts.at('publisher:after-checkpoint');
        worked();
      }
    }
  }

  private async send({ messages }: Send): Promise<number> {
    const { publisher, topic } = this.parts;
    await this.parts.at('publisher:before-send');
    if (this.lost) throw new LeaseLost();
    const offset = await publisher.publish(topic, this.lease.shard, messages);
    await this.parts.at('publisher:after-send');
    return offset;
  }

  /** Records got offsets that acknowledged ones had: the broker lost those. They are sent again. */
  private async goBack(position: number, missing: number): Promise<void> {
    const { reader, logger } = this.parts;
    const { shard } = this.lease;
    const from = Math.max(0, position);
    logger.error({ shard, missing, from }, 'the broker lost acknowledged records: sent again');
    const [entry] = from === 0 ? [] : await reader.read(shard, from - 1, 1);
    await this.moveTo({ position: from, hash: entry?.hash ?? reader.genesisHash });
  }

  private async moveTo(to: ChainPoint): Promise<void> {
    if (!(await this.parts.leases.move(this.lease, this.at, to))) throw new LeaseLost();
    this.at = { position: to.position, hash: to.hash };
  }

  private refuse(reason: string): void {
    const { shard } = this.lease;
    this.state = 'forked';
    this.reason = reason;
    this.parts.logger.fatal({ shard, topic: this.parts.topic, reason }, 'fork: not published');
  }

  private fail(error: unknown): void {
    const { shard } = this.lease;
    this.state = 'failing';
    this.reason = error instanceof Error ? error.message : String(error);
    this.parts.logger.warn({ shard, reason: this.reason }, 'publishing failed, trying again');
  }
}
