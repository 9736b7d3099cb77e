import { Controller, Get, Inject } from '@nestjs/common';
import { ApiBearerAuth, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { usageAccounts } from '../../../libs/application/inbox/usage-accounts.js';
import { AllowReaders, Who } from '../http/access.js';
import { ReadRoute } from '../http/documented.js';
import { PARTS, type ApiParts } from '../parts.js';

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
  constructor(@Inject(PARTS) private readonly parts: ApiParts) {}

  @Get('counts')
  @AllowReaders()
  @ReadRoute('How much usage came, and what became of it', UsageAccountsAnswer)
  async getUsageCounts(@Who() { tenant }: Principal): Promise<UsageAccountsAnswer> {
    await this.parts.recorder.countsWritten?.();
    return usageAccounts(this.parts.views.pool, tenant);
  }
}
