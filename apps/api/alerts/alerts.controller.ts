import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { ListAlerts } from '../../../libs/alerts/asking/alerts.js';
import { AlertsAnswer } from '../../../libs/contract/alerts/answers.js';
import { AllowReaders, Who } from '../http/access.js';
import { QueryParameters, ReadRoute } from '../http/documented.js';
import { WireQuery } from '../http/wire.js';
import { AlertsQuery, numberedPage } from './alert-queries.js';

/** What fires, and what has fired. */
@ApiTags('alerts')
@ApiBearerAuth()
@Controller('v1/alerts')
export class AlertsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @AllowReaders()
  @QueryParameters(AlertsQuery)
  @ReadRoute('What fires and what has fired, newest first', AlertsAnswer)
  async listAlerts(
    @Who() { tenant }: Principal,
    @WireQuery(AlertsQuery) query: AlertsQuery,
  ): Promise<AlertsAnswer> {
    const { state, ruleId } = query;
    const { page, withCursor } = numberedPage({ list: 'alerts', state, ruleId }, query);
    return withCursor(
      await this.queries.execute(new ListAlerts({ tenant, state, ruleId, ...page })),
    );
  }
}
