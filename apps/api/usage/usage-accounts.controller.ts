import { Controller, Get, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { GetUsageCounts } from '../../../libs/application/inbox/get-usage.js';
import { UsageInbox } from '../../../libs/application/inbox/usage-inbox.js';
import { AllowReaders, Who } from '../http/access.js';
import { ReadRoute } from '../http/documented.js';

export class UsageTotalsAnswer {
  @ApiProperty({ type: 'integer', description: 'Counted as it came.' })
  readonly in!: number;

  @ApiProperty({ type: 'integer' })
  readonly recorded!: number;

  @ApiProperty({ type: 'integer', description: 'Came again: it was recorded, or waits.' })
  readonly duplicate!: number;

  @ApiProperty({ type: 'integer', description: 'Waits now.' })
  readonly parked!: number;

  @ApiProperty({ type: 'integer' })
  readonly refused!: number;

  @ApiProperty({ type: 'integer' })
  readonly discarded!: number;
}

export class UsageChannelAnswer extends UsageTotalsAnswer {
  @ApiProperty({ description: 'http, file or kafka.' })
  readonly channel!: string;
}

export class UsageAccountsAnswer {
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Counted since.' })
  readonly since!: string | null;

  @ApiProperty({ type: () => UsageChannelAnswer, isArray: true })
  readonly channels!: readonly UsageChannelAnswer[];

  @ApiProperty({ type: () => UsageTotalsAnswer })
  readonly total!: UsageTotalsAnswer;

  @ApiProperty({
    type: Boolean,
    description: 'in = recorded + duplicate + parked + refused + discarded, in every channel.',
  })
  readonly addsUp!: boolean;
}

@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1/usage-events')
export class UsageAccountsController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(UsageInbox) private readonly inbox: UsageInbox,
  ) {}

  @Get('counts')
  @AllowReaders()
  @ReadRoute('How much usage came, and what became of it', UsageAccountsAnswer)
  async getUsageCounts(@Who() { tenant }: Principal): Promise<UsageAccountsAnswer> {
    await this.inbox.counter.settled();
    return this.queries.execute(new GetUsageCounts({ tenant }));
  }
}
