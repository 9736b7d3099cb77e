import {
  Body,
  Controller,
  Headers,
  HttpCode,
  Inject,
  Post,
  Res,
  StreamableFile,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { Principal } from '../../../libs/application/principal.js';
import {
  mayPass,
  type ItemProblem,
  type ItemResult,
} from '../../../libs/application/usage-event.js';
import { UsageEventBody } from '../../../libs/application/wire/usage.js';
import { Allow, Who } from '../http/access.js';
import { ProblemAnswer, Problems } from '../http/documented.js';
import { invalid, Problem, retryLater } from '../http/problem.js';
import { statusOfCode } from '../http/refusal-status.js';
import { WireQuery } from '../http/wire.js';
import { fromHeaders } from './binary-cloud-event.js';
import { answerExceptions, answerLines } from './answer-lines.js';
import { checkUsage, countsOf, TakeUsage } from './take-usage.js';
import { UsageBatchAnswer, UsageResultAnswer } from './usage-answer.js';
import { BatchQuery } from './batch-query.js';

export const BATCH_ITEMS_MAX = 10_000;

const InPart = (status: number, description: string) =>
  ApiResponse({
    status,
    description,
    content: {
      'application/json': { schema: { $ref: getSchemaPath(UsageBatchAnswer) } },
      'application/problem+json': { schema: { $ref: getSchemaPath(ProblemAnswer) } },
    },
  });

@ApiTags('usage')
@ApiBearerAuth()
@ApiExtraModels(UsageEventBody, UsageResultAnswer)
@Controller('v1/usage-events')
export class UsageController {
  constructor(@Inject(TakeUsage) private readonly usage: TakeUsage) {}

  @Post()
  @Allow('poster')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Post one usage event',
    description:
      'Plain JSON, or a CloudEvent (structured or binary). `source` and `id` are its identity, for ever: a repeat ' +
      'with the same content answers what was recorded then.',
  })
  @ApiBody({ type: UsageEventBody })
  @ApiResponse({
    status: 200,
    description: 'A duplicate: what was recorded then.',
    type: UsageResultAnswer,
  })
  @ApiResponse({ status: 201, description: 'Recorded.', type: UsageResultAnswer })
  @ApiResponse({
    status: 202,
    description: 'Parked until its agreement is known.',
    type: UsageResultAnswer,
  })
  @Problems(400, 401, 403, 408, 413, 415, 422, 500, 503)
  async post(
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
  @HttpCode(200)
  @ApiOperation({
    summary: 'Post many usage events',
    description:
      'A JSON array of at most 10,000, or NDJSON of any length: then the answers come as NDJSON too, when all of it has ' +
      'been read: one line per event that was not recorded, and a last line with the counts. With `answer=all` there is a ' +
      'line for every event, sent while the request is still running: read while you write. ' +
      'A batch without that last line was cut off: send it again.',
  })
  @ApiQuery({
    name: 'atomic',
    required: false,
    enum: ['true', 'false'],
    description: 'All or none; one agreement; not with NDJSON.',
  })
  @ApiQuery({
    name: 'answer',
    required: false,
    enum: ['all', 'exceptions'],
    description:
      'NDJSON: only events that were not recorded are answered, when all was read (`exceptions`, as without it); or every ' +
      'event while you write (`all`).',
  })
  @ApiBody({
    schema: {
      type: 'array',
      maxItems: BATCH_ITEMS_MAX,
      items: { $ref: getSchemaPath(UsageEventBody) },
    },
  })
  @ApiResponse({ status: 200, description: 'Settled, item by item.', type: UsageBatchAnswer })
  @InPart(503, 'Settled but for the items to send again; or none of it, for now (a problem).')
  @InPart(500, 'Settled but for items that the ledger fails on; or a fault of ours (a problem).')
  @Problems(400, 401, 403, 408, 413, 415, 422)
  async postBatch(
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
