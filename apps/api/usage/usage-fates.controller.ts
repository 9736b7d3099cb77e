import { applyDecorators, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { source, text } from '../../../libs/contract/validation/rules.js';
import { DiscardUsage } from '../../../libs/application/discard-usage.js';
import { GetUsageFate, ListKeptUsage } from '../../../libs/application/inbox/get-usage.js';
import { RetryUsage } from '../../../libs/application/retry-usage.js';
import type { Principal } from '../../../libs/access/principal.js';
import type { Class } from '../../../libs/contract/validation/members.js';
import { Allow, AllowReaders, Who } from '../http/access.js';
import { bodyRef } from '../document/body-schemas.js';
import { Problems, Query, ReadRoute } from '../http/documented.js';
import { WireBody, WireQuery } from '../http/wire.js';
import { DiscardUsageBody, RetryUsageBody } from './desk-bodies.js';
import { UsageFateAnswer } from './fate-answer.js';
import { KeptListAnswer } from './kept-answer.js';
import { keptCursor, keptCursorOf, KeptQuery } from './kept-query.js';
import { toFateAnswer, toItemAnswer } from './to-answer.js';
import { UsageUnknown } from './desk-problems.js';

const PAGE_DEFAULT = 100;

const SOURCE_SCHEMA: object = source.schema;
const Identity = () =>
  applyDecorators(
    ApiParam({ name: 'source', description: 'Percent-encoded.', schema: SOURCE_SCHEMA }),
    ApiParam({
      name: 'id',
      description: 'Percent-encoded.',
      schema: { ...text({ max: 128 }).schema },
    }),
  );

/** Documentation of a command of the desk: safe to repeat, so it needs no key. */
export const DeskRoute = (summary: string, body: Class, answer: Class) =>
  applyDecorators(
    HttpCode(200),
    ApiOperation({ summary, description: 'May be repeated: it answers what has become of it.' }),
    ApiConsumes('application/json'),
    ApiBody({ schema: bodyRef(body), required: true }),
    ApiResponse({ status: 200, description: 'What has become of it.', type: answer }),
    Problems(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503),
  );

@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1/usage-events')
export class UsageFatesController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Get()
  @AllowReaders()
  @Query(KeptQuery)
  @ReadRoute(
    'What was taken and is not in the ledger: parked first, then refused and discarded, newest first',
    KeptListAnswer,
  )
  async listUsageEvents(
    @Who() { tenant }: Principal,
    @WireQuery(KeptQuery) { limit, cursor, ...filter }: KeptQuery,
  ): Promise<KeptListAnswer> {
    const { items, next } = await this.queries.execute(
      new ListKeptUsage({
        ...{ tenant, filter, cursor: keptCursorOf(cursor) },
        limit: limit === undefined ? PAGE_DEFAULT : Number(limit),
      }),
    );
    return {
      data: items.map(toItemAnswer),
      hasMore: next !== null,
      next: next === null ? null : keptCursor(next),
    };
  }

  @Get(':source/:id')
  @AllowReaders()
  @Identity()
  @ReadRoute('What became of one usage event', UsageFateAnswer)
  async getUsageEvent(
    @Who() { tenant }: Principal,
    @Param('source') source: string,
    @Param('id') id: string,
  ): Promise<UsageFateAnswer> {
    return this.fate(tenant, source, id);
  }

  @Post(':source/:id/retry')
  @Allow('operator')
  @Identity()
  @DeskRoute('Try parked or refused usage again', RetryUsageBody, UsageFateAnswer)
  async retryUsageEvent(
    @Who() principal: Principal,
    @Param('source') source: string,
    @Param('id') id: string,
    @WireBody(RetryUsageBody) _body: RetryUsageBody,
  ): Promise<UsageFateAnswer> {
    await this.commands.execute(new RetryUsage(principal, { source, id }));
    return this.fate(principal.tenant, source, id);
  }

  @Post(':source/:id/discard')
  @Allow('operator')
  @Identity()
  @DeskRoute('Give up parked or refused usage', DiscardUsageBody, UsageFateAnswer)
  async discardUsageEvent(
    @Who() principal: Principal,
    @Param('source') source: string,
    @Param('id') id: string,
    @WireBody(DiscardUsageBody) { reason }: DiscardUsageBody,
  ): Promise<UsageFateAnswer> {
    await this.commands.execute(new DiscardUsage(principal, { source, id }, reason));
    return this.fate(principal.tenant, source, id);
  }

  private async fate(tenant: string, source: string, id: string): Promise<UsageFateAnswer> {
    const fate = await this.queries.execute(new GetUsageFate({ tenant, source, id }));
    if (fate === null) throw new UsageUnknown();
    return toFateAnswer(fate);
  }
}
