import {
  Inject,
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { ApiKeys } from '../../../libs/access/api-keys.js';
import { principalOf, READERS } from '../../../libs/access/credential.js';
import { Sessions } from '../../../libs/access/sessions.js';
import type { Principal } from '../../../libs/access/principal.js';
import { VIEWS } from '../../../libs/application/tokens.js';
import { Problem, retryLater } from '../../../libs/contract/problem.js';
import type { Logger } from '../../../libs/host/logger.js';
import { LOGGER } from '../../../libs/host/tokens.js';
import { LiveFeed, type Listener, type LiveLedger } from '../../../libs/live/feed.js';
import type { Interest } from '../../../libs/live/interest.js';
import { NoSuchPlace } from '../../../libs/live/place.js';
import { projections } from '../../../libs/projections/all.js';
import type { Views } from '../../../libs/projections/asking/read-view.js';
import { BoundedStream } from './bounded-stream.js';

/** How much streams may take, and how soon what is noticed. */
export interface StreamLimits {
  /** Readers at a time: of a process, and of a tenant of it. */
  readonly readers: number;
  readonly readersOfTenant: number;
  /** What waits for a reader that does not take it. */
  readonly waitingBytes: number;
  readonly beatMs: number;
  /** How often keys are looked at again, in ms; an answer of `ApiKeys` is two seconds old at most. */
  readonly keysMs: number;
}

/** Nest's injection token of `StreamLimits`: for tests. */
export const STREAM_LIMITS = Symbol('StreamLimits');

const LIMITS: StreamLimits = {
  readers: 1_000,
  readersOfTenant: 600,
  waitingBytes: 2 * 1024 * 1024,
  beatMs: 15_000,
  keysMs: 5_000,
};

/** What may wait for all readers together before those who come back are told what they missed. */
const WAITING_BYTES_OF_ALL = 64 * 1024 * 1024;

type Credential = Pick<IncomingMessage, 'headers' | 'rawHeaders'>;

interface Reader extends Listener {
  readonly stream: BoundedStream;
  readonly credential: Credential;
}

/** Who reads the stream, and how many may; one feed of this process serves them all, for as long as anybody does. */
@Injectable()
export class LiveStreams implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly readers = new Set<Reader>();
  private readonly feed: LiveFeed;
  private timers: NodeJS.Timeout[] = [];
  private isStopping = false;

  constructor(
    @Inject(VIEWS) { pool, reader }: Views & { readonly reader: LiveLedger },
    private readonly keys: ApiKeys,
    private readonly sessions: Sessions,
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() @Inject(STREAM_LIMITS) private readonly limits: StreamLimits = LIMITS,
  ) {
    this.feed = new LiveFeed({
      ...{ pool, ledger: reader, projections },
      isFull: () => this.waiting() > WAITING_BYTES_OF_ALL,
      onFault: (error) => logger.warn({ error: String(error) }, 'the stream cannot look for news'),
    });
  }

  /** @throws Problem 422 for a place that is none, 429 and 503 where there are too many. */
  async open(
    interest: Interest,
    at: string | null,
    credential: Credential,
  ): Promise<BoundedStream> {
    this.refuseTooMany(interest.tenant);
    const stream = new BoundedStream(this.limits.waitingBytes, () =>
      this.logger.warn({ tenant: interest.tenant }, 'a reader of the stream is too slow: cut off'),
    );
    const reader: Reader = {
      ...{ interest, stream, credential },
      send: (bytes) => stream.send(bytes),
      end: (bytes) => stream.finish(bytes),
    };
    this.add(reader);
    stream.once('close', () => this.remove(reader));
    try {
      await this.feed.join(reader, at);
      return stream;
    } catch (error) {
      stream.destroy();
      if (error instanceof NoSuchPlace) throw new Problem(422, 'position-unknown', error.message);
      throw error;
    }
  }

  /** Streams end before HTTP closes, which would wait for them. */
  onModuleDestroy(): void {
    this.isStopping = true;
    void this.feed.stop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.feed.stop();
  }

  private refuseTooMany(tenant: string): void {
    const { readers, readersOfTenant } = this.limits;
    if (this.isStopping) throw retryLater('stopping', 'this server stops: ask another one', 1);
    if (this.readers.size >= readers)
      throw retryLater('streams-full', `this server has ${readers} readers already`, 30);
    const own = [...this.readers].filter(({ interest }) => interest.tenant === tenant).length;
    if (own >= readersOfTenant)
      throw new Problem(
        429,
        'too-many-streams',
        `${readersOfTenant} of yours are open: end some of them`,
        { headers: { 'retry-after': '30' } },
      );
  }

  private waiting(): number {
    return [...this.readers].reduce((sum, { stream }) => sum + stream.readableLength, 0);
  }

  private add(reader: Reader): void {
    this.readers.add(reader);
    if (this.timers.length > 0) return;
    this.timers = [
      setInterval(() => this.beat(), this.limits.beatMs).unref(),
      setInterval(() => void this.lookAtKeys(), this.limits.keysMs).unref(),
    ];
  }

  private remove(reader: Reader): void {
    this.readers.delete(reader);
    this.feed.leave(reader);
    if (this.readers.size > 0) return;
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }

  private beat(): void {
    for (const { stream } of [...this.readers]) stream.look();
    this.feed.beat();
  }

  private async lookAtKeys(): Promise<void> {
    await Promise.all(
      [...this.readers].map(async (reader) => {
        if (!(await this.mayRead(reader))) this.feed.end(reader, 'key-revoked');
      }),
    );
  }

  /** A database that is away closes nothing: nothing is told then either. */
  private async mayRead({ credential, interest }: Reader): Promise<boolean> {
    try {
      const principal = await principalOf(credential, this.keys, this.sessions);
      return principal.tenant === interest.tenant && isReader(principal);
    } catch (error) {
      return !(error instanceof Problem);
    }
  }
}

const isReader = ({ role }: Principal): boolean => role === 'admin' || READERS.includes(role);
