import { Body, Controller, Headers, Inject, Post, Res, StreamableFile } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { Principal } from '../../../libs/access/principal.js';
import { RecordUsage, type UsageItem } from '../../../libs/application/record-usage.js';
import type { UsageBatchAnswer } from '../../../libs/contract/usage/answers.js';
import {
  mayPass,
  type ItemProblem,
  type ItemResult,
} from '../../../libs/contract/usage/usage-event.js';
import { Allow, Who } from '../http/access.js';
import { invalid, Problem, retryLater } from '../../../libs/contract/problem.js';
import { refusedProblem } from '../http/refusal-status.js';
import { WireQuery } from '../http/wire.js';
import { fromHeaders } from './binary-cloud-event.js';
import type { Logger } from '../../../libs/host/logger.js';
import { LOGGER } from '../../../libs/host/tokens.js';
import { answerExceptions, answerLines, countsOf, type RecordItems } from './answer-lines.js';
import { readUsageItem } from './read-usage-item.js';
import { recordUnread } from './unread-bodies.js';
import { BATCH_ITEMS_MAX, UsageBatchRoute, UsageEventRoute } from './documented-usage.js';
import { BatchQuery } from './batch-query.js';

const NOT_A_LIST: ItemProblem = {
  code: 'not-a-list',
  pointer: '',
  message: 'must be a JSON array',
};

@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1/usage-events')
export class UsageController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post()
  @Allow('poster')
  @UsageEventRoute()
  async postUsageEvent(
    @Who() principal: Principal,
    @Headers() headers: Readonly<Record<string, string | undefined>>,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ItemResult> {
    const item = readUsageItem(await this.unwrapped(headers, body, principal), principal);
    const [result] = await this.commands.execute(new RecordUsage([item], principal, 'http'));
    if (result === undefined) throw new Error('a usage event without a result');
    return answerOne(result, reply);
  }

  @Post('batch')
  @Allow('poster')
  @UsageBatchRoute()
  async postUsageBatch(
    @Who() principal: Principal,
    @WireQuery(BatchQuery) query: BatchQuery,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsageBatchAnswer | StreamableFile> {
    const atomic = query.atomic === 'true';
    if (body instanceof Readable) {
      if (atomic) throw new Problem(400, 'atomic-needs-array', 'all or none needs a JSON array');
      return this.stream(body, principal, query.answer);
    }
    const items = (await this.itemsOf(body, principal)).map((item) =>
      readUsageItem(item, principal),
    );
    const results =
      items.length === 0
        ? []
        : await this.commands.execute(new RecordUsage(items, principal, 'http', atomic));
    if (atomic) refuseWhole(items, results);
    const counts = countsOf(results);
    if (results.some(mayPass)) void reply.status(503).header('retry-after', '1');
    else if (counts.retry > 0) void reply.status(500);
    return { counts, results };
  }

  private async unwrapped(
    headers: Readonly<Record<string, string | undefined>>,
    body: unknown,
    principal: Principal,
  ): Promise<unknown> {
    try {
      return fromHeaders(headers, body);
    } catch (error) {
      if (error instanceof Problem)
        await this.recordUnread(principal, body, {
          code: error.code,
          pointer: '',
          message: error.detail,
        });
      throw error;
    }
  }

  private async itemsOf(body: unknown, principal: Principal): Promise<readonly unknown[]> {
    if (!Array.isArray(body)) {
      await this.recordUnread(principal, body, NOT_A_LIST);
      throw invalid([NOT_A_LIST]);
    }
    if (body.length > BATCH_ITEMS_MAX)
      throw new Problem(
        413,
        'too-many-items',
        `a batch has at most ${BATCH_ITEMS_MAX} items; send more as NDJSON`,
      );
    return body;
  }

  private recordUnread(principal: Principal, body: unknown, problem: ItemProblem): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(body) ?? '');
    return recordUnread(this.commands, principal, bytes, problem);
  }

  private async stream(
    body: Readable,
    principal: Principal,
    answer: BatchQuery['answer'],
  ): Promise<StreamableFile> {
    const record: RecordItems = (items) =>
      this.commands.execute(new RecordUsage(items, principal, 'http'));
    const lines =
      answer === 'all'
        ? // In the middle of an answer an error can only break it off, so it is told here.
          answerLines(body, record, principal, (err) =>
            this.logger.error({ err }, 'a stream of usage broke off'),
          )
        : await answerExceptions(body, record, principal);
    return new StreamableFile(Readable.from(lines, { objectMode: false }), {
      type: 'application/x-ndjson',
    });
  }
}

/** One refused item refuses an all-or-nothing batch; what cannot be read has the status of its code. */
const refuseWhole = (items: readonly UsageItem[], results: readonly ItemResult[]): void => {
  const problems = results.flatMap((result, index) =>
    result.outcome === 'refused' ? at(index, result.problems) : [],
  );
  if (problems.length > 0)
    throw items.some((item) => 'refusal' in item) ? refusedProblem(problems) : invalid(problems);
};

const at = <Item extends { readonly pointer: string }>(index: number, problems: readonly Item[]) =>
  problems.map((problem) => ({ ...problem, pointer: `/${index}${problem.pointer}` }));

const answerOne = (result: ItemResult, reply: FastifyReply): ItemResult => {
  switch (result.outcome) {
    case 'recorded':
      return result;
    case 'duplicate':
      void reply.status(200).header('idempotent-replayed', 'true');
      return result;
    case 'parked':
      void reply.status(202);
      return result;
    case 'refused':
      throw refusedProblem(result.problems);
    case 'retry':
      if (result.reason === 'unrecordable')
        throw new Problem(500, 'unrecordable', 'the ledger fails on it; that was logged');
      throw retryLater(result.reason, 'nothing is known to be recorded: send it again as it is');
  }
};
