import { Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { DiscardUsage } from '../../../libs/application/discard-usage.js';
import { GetRefusal } from '../../../libs/application/inbox/get-usage.js';
import type { Refused } from '../../../libs/application/inbox/kept-usage.js';
import { RetryUsage } from '../../../libs/application/retry-usage.js';
import { Allow, AllowReaders, Who } from '../http/access.js';
import { DeskRoute, ReadRoute } from '../http/documented.js';
import { RefusalAnswer } from '../../../libs/contract/usage/kept-answers.js';
import { unknown } from '../../../libs/contract/problem.js';
import { WireBody } from '../http/wire.js';
import { DiscardUsageBody, RetryUsageBody } from './desk-bodies.js';
import { toRefusalAnswer } from './to-answer.js';

/** Refusals by their number: also of what said no source or id. */
@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1/usage-refusals')
export class UsageRefusalsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get(':refusal')
  @AllowReaders()
  @ApiParam({ name: 'refusal', schema: { type: 'integer', minimum: 1 } })
  @ReadRoute('One refusal, with what came', RefusalAnswer)
  async getUsageRefusal(
    @Who() { tenant }: Principal,
    @Param('refusal') refusal: string,
  ): Promise<RefusalAnswer> {
    return toRefusalAnswer(await this.found(tenant, refusal));
  }

  @Post(':refusal/retry')
  @Allow('operator')
  @ApiParam({ name: 'refusal', schema: { type: 'integer', minimum: 1 } })
  @DeskRoute('Try again what was refused', RetryUsageBody, RefusalAnswer)
  async retryUsageRefusal(
    @Who() principal: Principal,
    @Param('refusal') refusal: string,
    @WireBody(RetryUsageBody) _body: RetryUsageBody,
  ): Promise<RefusalAnswer> {
    const refused = await this.found(principal.tenant, refusal);
    await this.commands.execute(new RetryUsage(principal, { refused }));
    return toRefusalAnswer(await this.found(principal.tenant, refusal));
  }

  @Post(':refusal/discard')
  @Allow('operator')
  @ApiParam({ name: 'refusal', schema: { type: 'integer', minimum: 1 } })
  @DeskRoute('Give up what was refused', DiscardUsageBody, RefusalAnswer)
  async discardUsageRefusal(
    @Who() principal: Principal,
    @Param('refusal') refusal: string,
    @WireBody(DiscardUsageBody) { reason }: DiscardUsageBody,
  ): Promise<RefusalAnswer> {
    const refused = await this.found(principal.tenant, refusal);
    await this.commands.execute(new DiscardUsage(principal, { refused }, reason));
    return toRefusalAnswer(await this.found(principal.tenant, refusal));
  }

  private async found(tenant: string, refusal: string): Promise<Refused> {
    if (!/^[1-9]\d{0,14}$/.test(refusal)) throw unknown('refusal');
    const asked = { tenant, refusal: Number(refusal) };
    const found = await this.queries.execute(new GetRefusal(asked));
    // Commands that came by Kafka are no usage.
    if (found === null || found.channel === 'kafka-commands') throw unknown('refusal');
    return found;
  }
}
