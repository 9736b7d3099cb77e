import { Controller, Get, Inject, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import type { Refused } from '../../../libs/application/inbox/usage-desk.js';
import { Allow, AllowReaders, Who } from '../http/access.js';
import { ReadRoute } from '../http/documented.js';
import { unknown } from '../http/problem.js';
import { WireBody } from '../http/wire.js';
import { DiscardUsageBody, RetryUsageBody } from './desk-bodies.js';
import { RefusalAnswer } from './kept-answer.js';
import { toRefusalAnswer } from './to-answer.js';
import { UsageDeskPart } from './usage-desk.part.js';
import { DeskRoute } from './usage-fates.controller.js';

/** Refusals by their number: also of what said no source or id. */
@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1/usage-refusals')
export class UsageRefusalsController {
  constructor(@Inject(UsageDeskPart) private readonly at: UsageDeskPart) {}

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
    const found = await this.found(principal.tenant, refusal);
    await this.at.settled(this.at.desk.retryRefusal(principal, found));
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
    const found = await this.found(principal.tenant, refusal);
    await this.at.settled(this.at.desk.discardRefusal(principal, found, reason));
    return toRefusalAnswer(await this.found(principal.tenant, refusal));
  }

  private async found(tenant: string, refusal: string): Promise<Refused> {
    if (!/^[1-9]\d{0,14}$/.test(refusal)) throw unknown('refusal');
    const found = await this.at.desk.refusal(tenant, Number(refusal));
    // Commands that came by Kafka are no usage.
    if (found === null || found.channel === 'kafka-commands') throw unknown('refusal');
    return found;
  }
}
