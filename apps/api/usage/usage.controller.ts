import { Body, Controller, Headers, Inject, Post, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { Principal } from '../../../libs/access/principal.js';
import {
  mayPass,
  type ItemProblem,
  type ItemResult,
} from '../../../libs/contract/usage/usage-event.js';
import { Allow, Who } from '../http/access.js';
import { invalid, Problem, retryLater } from '../http/problem.js';
import { statusOfCode } from '../http/refusal-status.js';
import { WireQuery } from '../http/wire.js';
import { fromHeaders } from './binary-cloud-event.js';
import { answerExceptions, answerLines } from './answer-lines.js';
import { checkUsage, countsOf, TakeUsage } from './take-usage.js';
import { BATCH_ITEMS_MAX, UsageBatchRoute, UsageEventRoute } from './documented-usage.js';
import type { UsageBatchAnswer, UsageResultAnswer } from './usage-answer.js';
import { BatchQuery } from './batch-query.js';

@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1/usage-events')
export class UsageController {
  constructor(@Inject(TakeUsage) private readonly usage: TakeUsage) {}

  @Post()
  @Allow('poster')
  @UsageEventRoute()
  async postUsageEvent(
    @Who() principal: Principal,
    @Headers() headers: Readonly<Record<string, string | undefined>>,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ItemResult> {
    const item = checkUsage(fromHeaders(headers, body), principal);
    const [result] = await this.usage.each([item], principal);
    if ('problems' in item) throw refusedFor(item.problems);
    return answerOne(result!, reply);
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
    if (body instanceof Readable) {
      if (query.atomic === 'true')
        throw new Problem(400, 'atomic-needs-array', 'all or none needs a JSON array');
      const lines =
        query.answer === 'all'
          ? answerLines(body, this.usage, principal)
          : await answerExceptions(body, this.usage, principal);
      return new StreamableFile(Readable.from(lines, { objectMode: false }), {
        type: 'application/x-ndjson',
      });
    }
    const items = itemsOf(body).map((item) => checkUsage(item, principal));
    const results =
      query.atomic === 'true'
        ? await this.allOrNone(items, principal)
        : await this.usage.each(items, principal);
    const counts = countsOf(results);
    if (results.some(mayPass)) void reply.status(503).header('retry-after', '1');
    else if (counts.retry > 0) void reply.status(500);
    return { counts, results: results as readonly UsageResultAnswer[] };
  }

  private async allOrNone(
    items: readonly ReturnType<typeof checkUsage>[],
    principal: Principal,
  ): Promise<readonly ItemResult[]> {
    const wrong = items.flatMap((item, index) =>
      'problems' in item ? at(index, item.problems) : [],
    );
    if (wrong.length > 0) {
      await this.usage.refuse(items, principal);
      throw refusedFor(wrong);
    }
    const events = items.flatMap((item) => ('event' in item ? [item.event] : []));
    const results = await this.usage.together(events, principal, true);
    const refused = results.flatMap((result, index) =>
      result.outcome === 'refused' ? at(index, result.problems) : [],
    );
    if (refused.length > 0) throw invalid(refused);
    return results;
  }
}

/** One thing that is wrong has the status of its code, several together are 422. */
const refusedFor = (problems: readonly ItemProblem[]): Problem => {
  const { code, detail, options } = invalid(problems);
  return new Problem(statusOfCode(code), code, detail, options);
};

const at = <Item extends { readonly pointer: string }>(index: number, problems: readonly Item[]) =>
  problems.map((problem) => ({ ...problem, pointer: `/${index}${problem.pointer}` }));

const itemsOf = (body: unknown): readonly unknown[] => {
  if (!Array.isArray(body))
    throw invalid([{ code: 'not-a-list', pointer: '', message: 'must be a JSON array' }]);
  if (body.length > BATCH_ITEMS_MAX)
    throw new Problem(
      413,
      'too-many-items',
      `a batch has at most ${BATCH_ITEMS_MAX} items; send more as NDJSON`,
    );
  return body;
};

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
      throw refusedFor(result.problems);
    case 'retry':
      if (result.reason === 'unrecordable')
        throw new Problem(500, 'unrecordable', 'the ledger fails on it; that was logged');
      throw retryLater(result.reason, 'nothing is known to be recorded: send it again as it is');
  }
};
