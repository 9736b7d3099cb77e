import { applyDecorators, Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import { source, text } from '../../../libs/contract/validation/rules.js';
import { DiscardUsage } from '../../../libs/application/discard-usage.js';
import { GetUsageFate } from '../../../libs/application/inbox/get-usage.js';
import { RetryUsage } from '../../../libs/application/retry-usage.js';
import type { Principal } from '../../../libs/access/principal.js';
import { UsageFateAnswer } from '../../../libs/contract/usage/fate-answer.js';
import { UsageListAnswer } from '../../../libs/contract/usage/list-answer.js';
import { Allow, AllowReaders, Who } from '../http/access.js';
import { DeskRoute, QueryParameters, ReadRoute } from '../http/documented.js';
import { lastOfPage, pageCursor } from '../http/page-cursor.js';
import { WireBody, WireQuery } from '../http/wire.js';
import { DiscardUsageBody, RetryUsageBody } from './desk-bodies.js';
import { toFateAnswer } from './to-answer.js';
import { UsageUnknown } from './desk-problems.js';
import { placeIn, placeText } from './usage-cursor.js';
import { UsageList } from './usage-list.js';
import { filterOf, UsageEventsQuery } from './usage-query.js';

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

@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1/usage-events')
export class UsageFatesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly list: UsageList,
  ) {}

  @Get()
  @AllowReaders()
  @QueryParameters(UsageEventsQuery)
  @ReadRoute(
    'Usage events and what became of them: what is not in the ledger first, the newest before the older; then what is, ' +
      'shard by shard in order of position',
    UsageListAnswer,
  )
  async listUsageEvents(
    @Who() { tenant }: Principal,
    @WireQuery(UsageEventsQuery) { limit, cursor, ...query }: UsageEventsQuery,
  ): Promise<UsageListAnswer> {
    const listed = { ...query, list: 'usage-events' };
    const { items, next, isStopped } = await this.list.page({
      ...{ tenant, filter: filterOf(query), place: placeIn(lastOfPage(listed, cursor)) },
      limit: limit === undefined ? PAGE_DEFAULT : Number(limit),
    });
    return {
      data: items,
      hasMore: next !== null,
      next: next === null ? null : pageCursor(listed, placeText(next)),
      stoppedEarly: isStopped,
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
