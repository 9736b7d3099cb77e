import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shardOf } from '../../libs/ledger/format/shard.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import type { IncomingRecord, OutgoingRecord } from '../../libs/contract/messages/records.js';
import { DEALS, TENANT, type World } from './world.js';

/** A usage event as a finance system has it. */
export interface Item {
  readonly id: string;
  readonly agreement: string;
  readonly amount: string;
}

/** One line of the journal: what was promised to the sender. Position and hash are null when it came by Kafka. */
export interface Acknowledged {
  readonly id: string;
  readonly position: number | null;
  readonly hash: string | null;
}

const SOURCE = 'billing';
const HTTP_MS_MAX = 3_000;
const PUBLISH_MS_MAX = 15_000;
/** Between two sends of a lane: a machine of two cores has the processes to start as well. */
const PACE_MS = { http: 40, kafka: 120 } as const;
const GIVE_UP_MS = 90_000;

/** Amounts that are worth having in every run, before random ones. */
const LITERAL = ['0.01', '1.00', '0.005', '999.99', '0.000000001', '1234.5'];

/** mulberry32: the same numbers for the same seed. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Print it: it says what is sent, not who is first. */
export const newSeed = (): number => Math.floor(Math.random() * 2 ** 31);

/**
 * Finance systems that post usage over HTTP and Kafka. Each item is sent until it is acknowledged, always under the
 * same identity; some are sent again although they were. Every acknowledgement is on disk (fdatasync) before the next
 * item is sent, as a sender that deletes what it was thanked for would have it.
 */
export class Load {
  /** Everything that was ever sent, by id: also what nobody has acknowledged yet. */
  readonly sent = new Map<string, Item>();
  /** Sent over Kafka and no usage event: belongs to the dead letters. */
  readonly malformed = new Set<string>();
  /** Answers that must not be: the sender was right, and was told otherwise. */
  readonly wrong: string[] = [];
  acknowledgements = 0;
  retries = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), 'ledger-faults-'));
  private readonly journal = openSync(join(this.folder, 'journal'), 'a');
  private readonly publisher: KafkaPublisher;
  /** Acknowledgements by lane, for the lanes that run. */
  private readonly flowing = new Map<string, number>();
  private round = 0;
  private sending = false;
  private lanes: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly world: World,
    readonly seed: number,
  ) {
    this.publisher = new KafkaPublisher(
      { brokers: world.ground.brokers, clientId: 'load' },
      { deliveryMsMax: PUBLISH_MS_MAX },
    );
  }

  /** Two lanes over HTTP and one over Kafka, unless told otherwise. */
  start(channels: readonly ('http' | 'kafka')[] = ['http', 'kafka']): void {
    if (this.sending) throw new Error('the load runs already');
    this.sending = true;
    const round = (this.round += 1);
    this.flowing.clear();
    this.lanes = Promise.all([
      ...(channels.includes('http')
        ? ['a', 'b'].map((lane) => this.overHttp(`h${round}${lane}`))
        : []),
      ...(channels.includes('kafka') ? [this.overKafka(`k${round}`)] : []),
    ]);
  }

  /** Begins nothing more, and waits until all that was begun is acknowledged. */
  async stop(): Promise<void> {
    this.sending = false;
    await this.lanes;
  }

  /** Until `count` more acknowledgements were given: the system works. */
  async flows(count = 20): Promise<void> {
    const goal = this.acknowledgements + count;
    const deadline = Date.now() + GIVE_UP_MS;
    while (this.acknowledgements < goal && this.wrong.length === 0) {
      if (Date.now() > deadline) throw new Error(`nothing is acknowledged (seed ${this.seed})`);
      await sleep(20);
    }
  }

  /** Until every lane was given one more acknowledgement: all that was killed is back, by itself. */
  async everyLaneFlows(): Promise<void> {
    const before = new Map(this.flowing);
    const deadline = Date.now() + GIVE_UP_MS;
    const still = (): string[] =>
      [...before].flatMap(([lane, count]) => (this.flowing.get(lane)! > count ? [] : [lane]));
    while (still().length > 0 && this.wrong.length === 0) {
      if (Date.now() > deadline)
        throw new Error(`nothing is acknowledged to ${still().join()} (seed ${this.seed})`);
      await sleep(20);
    }
  }

  /** What is on disk. */
  acknowledged(): readonly Acknowledged[] {
    const lines = readFileSync(join(this.folder, 'journal'), 'utf8').trim().split('\n');
    return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Acknowledged]));
  }

  /** The very records once more: nothing of it is new. */
  async again(topic: string, partition: number, records: readonly IncomingRecord[]): Promise<void> {
    if (records.length === 0) return;
    const copies = records.map(({ key, value, headers }): OutgoingRecord => ({
      key: key?.toString() ?? null,
      value,
      headers,
    }));
    await this.publisher.publish(topic, partition, copies);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.publisher.close();
    closeSync(this.journal);
    rmSync(this.folder, { recursive: true });
  }

  private async overHttp(lane: string): Promise<void> {
    const random = randomOf(this.seed + hashOf(lane));
    this.flowing.set(lane, 0);
    for (let count = 0; this.sending; count += 1) {
      const item = this.next(`${lane}-${count}`, count, random);
      const first = await this.post(item, random);
      if (first === null) return;
      this.note(lane, [first]);
      await sleep(PACE_MS.http);
      if (random() >= 0.1) continue;
      const again = await this.post(item, random);
      if (again !== null && (again.hash !== first.hash || again.position !== first.position))
        this.wrong.push(`${item.id}: two answers, ${JSON.stringify([first, again])}`);
    }
  }

  /** Until it is recorded, or a duplicate of what was. Null: it was refused, or this takes too long. */
  private async post(item: Item, random: () => number): Promise<Acknowledged | null> {
    const deadline = Date.now() + GIVE_UP_MS;
    const heard = new Map<string, number>();
    for (; ; this.retries += 1) {
      const url = this.world.apiUrl(random());
      const answer = url === null ? null : await this.ask(url, item);
      const word = url === null ? 'no api serves' : (answer?.text ?? 'no answer');
      heard.set(word, (heard.get(word) ?? 0) + 1);
      if (answer !== null && answer.status < 300) {
        const { outcome, position, hash } = JSON.parse(answer.text) as Record<string, string>;
        if (outcome === 'recorded' || outcome === 'duplicate')
          return { id: item.id, position: Number(position), hash: hash! };
      }
      if (answer !== null && ![429, 503].includes(answer.status)) {
        this.wrong.push(`${item.id}: ${answer.status} ${answer.text}`);
        return null;
      }
      if (Date.now() > deadline) {
        const tries = JSON.stringify(Object.fromEntries(heard));
        this.wrong.push(`${item.id}: not settled in ${GIVE_UP_MS} ms: ${tries}`);
        return null;
      }
      await sleep(50);
    }
  }

  private async ask(url: string, item: Item): Promise<{ status: number; text: string } | null> {
    try {
      const answer = await fetch(`${url}/v1/usage-events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.world.apiKey}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(bodyOf(item)),
        signal: AbortSignal.timeout(HTTP_MS_MAX),
      });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return null;
    }
  }

  private async overKafka(lane: string): Promise<void> {
    const random = randomOf(this.seed + hashOf(lane));
    this.flowing.set(lane, 0);
    for (let count = 0; this.sending;) {
      const size = 1 + Math.floor(random() * 12);
      const items: Item[] = [];
      for (let each = 0; each < size; each += 1, count += 1)
        items.push(this.next(`${lane}-${count}`, count, random));
      const twice = items.filter(() => random() < 0.1);
      const poison = random() < 0.2 ? [this.poison(`${lane}-bad-${count}`, random)] : [];
      const before = [...this.sent.values()];
      // Whatever came over HTTP may come over Kafka too.
      const over = random() < 0.2 ? [before[Math.floor(random() * before.length)]!] : [];
      const sent = await this.publish([...items, ...twice, ...poison, ...over]);
      if (!sent) return;
      this.note(
        lane,
        items.map(({ id }) => ({ id, position: null, hash: null })),
      );
      await sleep(PACE_MS.kafka);
    }
  }

  private async publish(items: readonly Item[]): Promise<boolean> {
    const sends = new Map<number, OutgoingRecord[]>();
    for (const item of items) {
      const stream = { tenant: TENANT, kind: 'commitment', key: item.agreement } as const;
      const partition = shardOf(stream, this.world.ledger.shardCount);
      sends.set(partition, [...(sends.get(partition) ?? []), recordOf(item)]);
    }
    for (const [partition, records] of sends) {
      const deadline = Date.now() + GIVE_UP_MS;
      for (;;) {
        try {
          await this.publisher.publish(this.world.topics.usageIngest, partition, records);
          break;
        } catch (error) {
          this.retries += 1;
          if (Date.now() < deadline) continue;
          this.wrong.push(`not published: ${String(error)}`);
          return false;
        }
      }
    }
    return true;
  }

  private next(id: string, count: number, random: () => number): Item {
    const cents = 1 + Math.floor(random() * 50_000);
    const drawn = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
    const amount = LITERAL[count] ?? drawn;
    const item = { id, agreement: DEALS[Math.floor(random() * DEALS.length)]!, amount };
    this.sent.set(id, item);
    return item;
  }

  private poison(id: string, random: () => number): Item {
    this.malformed.add(id);
    return { id, agreement: DEALS[Math.floor(random() * DEALS.length)]!, amount: '1e3' };
  }

  private note(lane: string, given: readonly Acknowledged[]): void {
    writeSync(this.journal, given.map((each) => `${JSON.stringify(each)}\n`).join(''));
    fdatasyncSync(this.journal);
    this.acknowledgements += given.length;
    this.flowing.set(lane, this.flowing.get(lane)! + given.length);
  }
}

const bodyOf = ({ id, agreement, amount }: Item) => ({
  ...{ source: SOURCE, id, agreement, amount, currency: 'USD' },
  effectiveAt: '2026-03-15T00:00:00Z',
});

const recordOf = (item: Item): OutgoingRecord => ({
  key: `${TENANT}/${item.agreement}`,
  value: JSON.stringify(bodyOf(item)),
  headers: { 'content-type': 'application/json' },
});

const hashOf = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
