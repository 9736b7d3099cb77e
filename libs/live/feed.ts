import type { AppendSignals, LedgerReader, MovedReader } from '../ledger/ledger.js';
import { liveStanding } from '../projections/engine/live-standing.js';
import type { Projection } from '../projections/engine/projection.js';
import type { Views } from '../projections/asking/read-view.js';
import { backOff } from '../waiting/back-off.js';
import { pause, Wakeup } from '../waiting/wakeup.js';
import { beatFrame, endFrame, openingFrame, placeFrame, toldFrame } from './frames.js';
import { interestText, type Interest } from './interest.js';
import type { EndNews } from './news.js';
import { isSamePlace, placeIn, type Place } from './place.js';
import { tell } from './tell.js';
import type { Limits, Told } from './told.js';

export type LiveLedger = LedgerReader & MovedReader & Partial<AppendSignals>;

/** Somebody who is told. What is sent is never waited for: a listener that cannot take it is gone by itself. */
export interface Listener {
  readonly interest: Interest;
  send(bytes: Buffer): void;
  end(bytes: Buffer): void;
}

export interface FeedOptions {
  readonly ledger: LiveLedger;
  readonly pool: Views['pool'];
  readonly projections: readonly Projection[];
  readonly onFault: (error: unknown) => void;
  /** True: so much waits for listeners that nobody is told what they missed, for the moment. */
  readonly isFull?: () => boolean;
  /** Between two looks, and at most between a commit and its being told, in ms. Default 250. */
  readonly everyMs?: number;
}

interface Member {
  readonly listener: Listener;
  /** Where it is, while that is behind all others; null: with them. */
  place: Place | null;
}

interface Joining {
  readonly listener: Listener;
  readonly at: string | null;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** For all who are up to date; a page shows no more, and the ledger's own pages have all of it. */
const LIVE: Limits = { entries: 1_000, deliveries: 5_000, positions: 100_000, subjects: 100 };
/** For one who comes back. */
const CATCHING_UP: Limits = {
  ...{ entries: 2_000, deliveries: 2_000, positions: 250_000, subjects: 500 },
};
/** So long at a time those who come back are told what they missed, before it is the turn of all others again. */
const CATCHING_UP_MS = 200;

/**
 * Reads what is new in the ledger and its views once for all who listen, and only while somebody does. One loop: looking,
 * telling those who are up to date, letting in those who come. So nothing happens between what somebody who comes back is
 * told last and what they are told first with the others.
 */
export class LiveFeed {
  private readonly members = new Map<Listener, Member>();
  private joining: Joining[] = [];
  private readonly news = new Wakeup();
  private readonly arrivals = new Wakeup();
  private readonly stopped = new AbortController();
  /** Up to where those are told who are up to date; null: nobody listens. */
  private place: Place | null = null;
  private running: Promise<void> | null = null;

  constructor(private readonly options: FeedOptions) {}

  /**
   * Begins at `at` (a text of the form of `PLACE`), or at present. Resolves when the listener was told where it is.
   * @throws NoSuchPlace, and errors of the database.
   */
  join(listener: Listener, at: string | null): Promise<void> {
    return new Promise((done, failed) => {
      this.joining.push({ listener, at, done, failed });
      this.arrivals.wake();
      this.news.wake();
      this.running ??= this.run();
    });
  }

  leave(listener: Listener): void {
    this.members.delete(listener);
  }

  /** Says to all that nothing has happened, and where they are. */
  beat(): void {
    if (this.place === null) return;
    const bytes = Buffer.from(beatFrame(this.place));
    for (const { listener, place } of [...this.members.values()])
      if (place === null) listener.send(bytes);
  }

  end(listener: Listener, reason: EndNews['reason']): void {
    const member = this.members.get(listener);
    if (member === undefined) return;
    this.members.delete(listener);
    listener.end(Buffer.from(endFrame(reason, member.place ?? this.place)));
  }

  /** Ends all streams, and the loop. */
  async stop(): Promise<void> {
    this.endAll('stopping');
    this.stopped.abort();
    await this.running;
  }

  private endAll(reason: EndNews['reason']): void {
    for (const listener of [...this.members.keys()]) this.end(listener, reason);
  }

  private async run(): Promise<void> {
    const { everyMs = 250, ledger, onFault } = this.options;
    const { signal } = this.stopped;
    const unsubscribe = ledger.onAppended?.(() => this.news.wake());
    let failures = 0;
    while (!signal.aborted && this.members.size + this.joining.length > 0) {
      const [seen, arrived, started] = [this.news.count, this.arrivals.count, performance.now()];
      try {
        const isDone = await this.round();
        failures = 0;
        if (!isDone) continue;
        await this.news.wait(seen, { ms: everyMs, signal });
        const ms = started + everyMs - performance.now();
        // What is appended meanwhile is told together; those who come need not wait for it.
        if (ms > 0) await this.arrivals.wait(arrived, { ms, signal });
      } catch (error) {
        failures += 1;
        onFault(error);
        for (const { failed } of this.joining.splice(0)) failed(error);
        await pause(backOff(failures), signal);
      }
    }
    unsubscribe?.();
    this.place = null;
    this.running = null;
    for (const { failed } of this.joining.splice(0)) failed(new Error('the feed was stopped'));
  }

  /** False: not all who came back were told what they missed. */
  private async round(): Promise<boolean> {
    const present = await this.present();
    const before = this.place ?? present;
    if (before.ledger.some((position, shard) => position > (present.ledger[shard] ?? 0)))
      this.endAll('ledger-put-back');
    else await this.tellAll(before, present);
    this.place = present;
    this.letIn(present);
    return this.catchUp(present);
  }

  /** Heads first: what is committed by then is there to be read, and nothing before it can still come. */
  private async present(): Promise<Place> {
    const { ledger, pool, projections } = this.options;
    const heads = Array.from({ length: ledger.shardCount }, () => 0);
    for (const { shard, position } of await ledger.heads()) heads[shard] = position;
    const stands = new Map(
      (await liveStanding(pool, projections)).map(({ name, shard, position }) => [
        `${name} ${shard}`,
        position,
      ]),
    );
    const views = projections.map(({ name }) => [
      name,
      heads.map((head, shard) => Math.min(head, stands.get(`${name} ${shard}`) ?? 0)),
    ]);
    return { ledger: heads, views: Object.fromEntries(views) as Place['views'] };
  }

  private async tellAll(from: Place, to: Place): Promise<void> {
    const { ledger, projections } = this.options;
    const groups = this.groups();
    const audiences = groups.map(({ interest, listeners }) => ({
      ...{ interest, readers: listeners.length },
    }));
    const span = { from, to, reason: 'too-many-at-once' as const, limits: LIVE };
    const told = framed(await tell(ledger, projections, audiences, span));
    for (const { interest, listeners } of groups) {
      const bytes = bytesFor(interest, told, to);
      // The same bytes for all of them: each costs a write, and no more.
      if (bytes !== null) for (const listener of listeners) this.send(listener, bytes);
    }
  }

  /** Those who are up to date, by what they want to be told. */
  private groups(): readonly { interest: Interest; listeners: Listener[] }[] {
    const groups = new Map<string, { interest: Interest; listeners: Listener[] }>();
    for (const { listener, place } of this.members.values()) {
      if (place !== null) continue;
      const name = interestText(listener.interest);
      const group = groups.get(name) ?? { interest: listener.interest, listeners: [] };
      groups.set(name, group);
      group.listeners.push(listener);
    }
    return [...groups.values()];
  }

  private letIn(present: Place): void {
    for (const { listener, at, done, failed } of this.joining.splice(0)) {
      try {
        const place = at === null ? present : placeIn(at, present);
        this.members.set(listener, { listener, place: isSamePlace(place, present) ? null : place });
        listener.send(Buffer.from(openingFrame(place)));
        done();
      } catch (error) {
        failed(error);
      }
    }
  }

  private async catchUp(present: Place): Promise<boolean> {
    const until = performance.now() + CATCHING_UP_MS;
    for (const member of [...this.members.values()]) {
      const { listener, place } = member;
      if (place === null) continue;
      if (this.options.isFull?.()) return true;
      if (performance.now() > until) return false;
      const { ledger, projections } = this.options;
      const { interest } = listener;
      const told = await tell(ledger, projections, [{ interest, readers: 1 }], {
        ...{ from: place, to: present, reason: 'too-far-behind', limits: CATCHING_UP },
      });
      member.place = null;
      this.send(
        listener,
        bytesFor(interest, framed(told), present) ?? Buffer.from(placeFrame(present)),
      );
    }
    return true;
  }

  /** Unless it went away in the meantime. */
  private send(listener: Listener, bytes: Buffer): void {
    if (this.members.has(listener)) listener.send(bytes);
  }
}

interface Framed {
  readonly told: Told;
  /** Made when somebody is told it, once. */
  text(): string;
}

const framed = (all: readonly Told[]): readonly Framed[] =>
  all.map((told) => {
    let text: string | null = null;
    return { told, text: () => (text ??= toldFrame(told)) };
  });

/** Null: nothing of it is for them. */
const bytesFor = (interest: Interest, all: readonly Framed[], place: Place): Buffer | null => {
  const own = all.filter(({ told }) => told.tenant === interest.tenant && told.isFor(interest));
  if (own.length === 0) return null;
  return Buffer.from(own.map(({ text }) => text()).join('') + placeFrame(place));
};
