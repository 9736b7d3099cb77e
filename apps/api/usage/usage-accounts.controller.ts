import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { GetUsageCounts } from '../../../libs/application/inbox/get-usage.js';
import { UsageInbox } from '../../../libs/application/inbox/usage-inbox.js';
import { UsageAccountsAnswer } from '../../../libs/contract/usage/answers.js';
import { AllowReaders, Who } from '../http/access.js';
import { ReadRoute } from '../http/documented.js';

@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1/usage-events')
export class UsageAccountsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly inbox: UsageInbox,
  ) {}

  @Get('counts')
  @AllowReaders()
  @ReadRoute('How much usage came, and what became of it', UsageAccountsAnswer)
  async getUsageCounts(@Who() { tenant }: Principal): Promise<UsageAccountsAnswer> {
    await this.inbox.counter.settled();
    return this.queries.execute(new GetUsageCounts({ tenant }));
  }
}
