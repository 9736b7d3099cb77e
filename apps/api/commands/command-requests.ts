import { createParamDecorator, Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalText, digestOf } from '../../../libs/contract/json/digest.js';
import { DecideCommand } from '../../../libs/application/decide-command.js';
import { RetryParked } from '../../../libs/application/retry-parked.js';
import type { Principal } from '../../../libs/access/principal.js';
import { termsVersionLeft } from '../../../libs/application/terms-version.js';
import { COMMAND_SOURCE } from '../../../libs/contract/validation/rules.js';
import type { Instant } from '../../../libs/domain/decider.js';
import type { DomainCommand } from '../../../libs/domain/events.js';
import { displayInstant, parseInstant } from '../../../libs/domain/instant.js';
import type {
  LedgerReader,
  Outcome,
  RecordedEntry,
  StreamReader,
} from '../../../libs/ledger/ledger.js';
import { etagOf } from '../http/shows-terms.js';
import { Problem, retryLater } from '../../../libs/contract/problem.js';
import { rejectionProblem } from '../http/refusal-status.js';
import type { Logger } from '../../../libs/host/logger.js';
import { LOGGER } from '../../../libs/host/tokens.js';
import { LEDGER } from '../../../libs/application/tokens.js';
import type { CommandAnswer, RecordedEventAnswer } from '../../../libs/contract/command-answer.js';
import { idempotencyKeyOf, ifMatchOf, type IfMatch } from './preconditions.js';
import { present } from '../../../libs/domain/present.js';

/** One command request: who asks, under which identity, and the reply whose headers the outcome sets. */
export interface CommandRequest {
  readonly principal: Principal;
  readonly key: string;
  /** SHA-256 of method, route, ids of the path and body: the same key with another digest is another request. */
  readonly digest: string;
  /** Null: none was sent. */
  readonly ifMatch: IfMatch | null;
  readonly reply: FastifyReply;
}

/** The request as `CommandRequests.run` takes it; refuses it when the key is missing or malformed. */
export const CurrentRequest = createParamDecorator(
  (_: unknown, context: ExecutionContext): CommandRequest => {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { principal } = request;
    if (!principal) throw new Error('a command route without a principal');
    return {
      principal,
      key: idempotencyKeyOf(request),
      digest: digestOf([request.method, request.routeOptions.url, request.params, request.body]),
      ifMatch: ifMatchOf(request),
      reply: context.switchToHttp().getResponse<FastifyReply>(),
    };
  },
);

export interface RunOptions {
  /** When the command took effect, where the body says so. */
  readonly effectiveAt?: string | undefined;
  /** Two people changing terms at once would lose one change: If-Match is required. */
  readonly versioned?: boolean;
  /** The command makes something that stands by itself: there is no version of terms to match yet. */
  readonly isNew?: boolean;
  /** Usage may be waiting for this agreement. */
  readonly opens?: string;
}

/** Sends commands to the ledger and puts the outcome into an answer. */
@Injectable()
export class CommandRequests {
  private readonly inFlight = new Set<string>();
  private readonly retries = new Set<Promise<unknown>>();

  constructor(
    private readonly bus: CommandBus,
    @Inject(LEDGER) private readonly reader: LedgerReader & StreamReader,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(
    request: CommandRequest,
    id: string,
    command: DomainCommand,
    options: RunOptions = {},
  ): Promise<CommandAnswer> {
    if (options.versioned && request.ifMatch === null)
      throw new Problem(
        428,
        'version-required',
        'send If-Match with the ETag of the terms you have seen: each GET of it answers one',
      );
    if (options.isNew && request.ifMatch !== null)
      throw new Problem(
        400,
        'if-match-not-taken',
        'this makes something new, of which there is no version to match: leave If-Match out',
      );
    const mine = `${request.principal.tenant} ${request.key}`;
    if (this.inFlight.has(mine))
      throw new Problem(
        409,
        'idempotency-key-in-flight',
        'the first request with this key is still running',
        {
          headers: { 'retry-after': '1' },
        },
      );
    this.inFlight.add(mine);
    try {
      const outcome = await this.bus.execute(
        new DecideCommand({
          tenant: request.principal.tenant,
          actor: request.principal.name,
          person: request.principal.person,
          source: COMMAND_SOURCE,
          id: request.key,
          digest: request.digest,
          effectiveAt: parseInstant(options.effectiveAt ?? new Date().toISOString()) as Instant,
          expectedVersion: request.ifMatch?.expected ?? null,
          command,
        }),
      );
      const answer = await this.answerTo(outcome, id, request);
      if (options.opens !== undefined) this.retryParked(request.principal.tenant, options.opens);
      return answer;
    } finally {
      this.inFlight.delete(mine);
    }
  }

  private async answerTo(
    outcome: Outcome,
    id: string,
    { reply, ifMatch }: CommandRequest,
  ): Promise<CommandAnswer> {
    switch (outcome.outcome) {
      case 'appended':
        return this.recorded(id, outcome.entries, reply);
      case 'already-appended':
        void reply.header('idempotent-replayed', 'true');
        return this.recorded(id, outcome.entries, reply);
      case 'unchanged': {
        const { version } = outcome;
        return { id, version, termsVersion: null, shard: null, position: null, events: [] };
      }
      case 'rejected':
        throw rejectionProblem(outcome.rejection);
      case 'conflict':
        throw new Problem(
          422,
          'idempotency-key-reused',
          'this key came before with another request',
        );
      case 'stale':
        throw staleProblem(outcome.version, ifMatch?.isWeak === true);
      case 'overloaded':
        throw retryLater('overloaded', 'too much is waiting to be written; nothing was recorded');
      case 'unknown':
        throw retryLater('outcome-unknown', 'send the same request again with the same key');
      case 'abandoned':
        throw new Error('a single command cannot be abandoned');
    }
  }

  private async recorded(
    id: string,
    entries: readonly RecordedEntry[],
    reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const last = present(entries.at(-1), 'entry of a command that is recorded');
    const termsVersion = await termsVersionLeft(this.reader, entries);
    void reply.header('etag', etagOf(termsVersion));
    return {
      id,
      version: last.version,
      termsVersion,
      shard: last.shard,
      position: last.position,
      events: entries.map(toAnswer),
    };
  }

  /**
   * Waits for what was started in the background, so that nothing outlives the database. Here and not in
   * onModuleDestroy, which Nest calls before it drains HTTP: the requests of that time begin retries too.
   */
  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.retries);
  }

  /** Parked usage is tried again in the background: the command is done, and that usage is answered elsewhere. */
  private retryParked(tenant: string, agreement: string): void {
    const retry: Promise<unknown> = this.bus
      .execute(new RetryParked({ tenant, agreement }))
      .catch((error: unknown) =>
        this.logger.warn({ err: error, agreement }, 'parked usage stays parked'),
      )
      .finally(() => this.retries.delete(retry));
    this.retries.add(retry);
  }
}

const staleProblem = (version: number, isWeak: boolean): Problem =>
  new Problem(
    412,
    isWeak ? 'if-match-weak' : 'version-stale',
    isWeak
      ? 'a weak ETag (W/) never matches: send it as it was answered'
      : `its terms are at version ${version} now: read them again`,
    { headers: { etag: etagOf(version) } },
  );

const toAnswer = (entry: RecordedEntry): RecordedEventAnswer => ({
  type: entry.event.type,
  version: entry.version,
  shard: entry.shard,
  position: entry.position,
  hash: entry.hash,
  recordedAt: displayInstant(entry.recordedAt),
  effectiveAt: displayInstant(entry.effectiveAt),
  // Members in one order, so that a replay reads the same to the byte.
  body: JSON.parse(canonicalText(entry.event.body)) as object,
});
