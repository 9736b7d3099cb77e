import { Controller, Get, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { ListAlertDeliveries, ListAlertEndpoints } from '../../../libs/alerts/asking/endpoints.js';
import {
  RegisterEndpoint,
  ReplayAlerts,
  RetireEndpoint,
} from '../../../libs/alerts/webhooks/commands.js';
import {
  AlertDeliveriesAnswer,
  AlertEndpointsAnswer,
  RegisteredEndpointAnswer,
  ReplayedAnswer,
} from '../../../libs/contract/alerts/answers.js';
import {
  RegisterEndpointBody,
  ReplayAlertsBody,
  RetireEndpointBody,
} from '../../../libs/contract/alerts/bodies.js';
import { Problem, unknown } from '../../../libs/contract/problem.js';
import { Allow, AllowReaders, Who } from '../http/access.js';
import { DeskRoute, QueryParameters, ReadRoute } from '../http/documented.js';
import { Id, WireBody, WireQuery } from '../http/wire.js';
import { DeliveriesQuery, numberedPage } from './alert-queries.js';

/** Where alerts are sent. Whoever registers one lets figures out of the house: that is for admins. */
@ApiTags('alerts')
@ApiBearerAuth()
@Controller('v1/alert-endpoints')
export class AlertEndpointsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @AllowReaders()
  @ReadRoute('Where alerts are sent, without secrets', AlertEndpointsAnswer)
  listAlertEndpoints(@Who() { tenant }: Principal): Promise<AlertEndpointsAnswer> {
    return this.queries.execute(new ListAlertEndpoints({ tenant }));
  }

  @Get(':id/deliveries')
  @AllowReaders()
  @QueryParameters(DeliveriesQuery)
  @ReadRoute('What was, or is to be, sent to an endpoint', AlertDeliveriesAnswer)
  async listAlertDeliveries(
    @Who() { tenant }: Principal,
    @Id(1) endpointId: string,
    @WireQuery(DeliveriesQuery) query: DeliveriesQuery,
  ): Promise<AlertDeliveriesAnswer> {
    const { state } = query;
    const listed = { list: 'alert-deliveries', endpointId, state };
    const { page, withCursor } = numberedPage(listed, query);
    const asked = { tenant, endpointId, state, ...page };
    const found = await this.queries.execute(new ListAlertDeliveries(asked));
    if (found === null) throw unknown('alert-endpoint');
    return withCursor(found);
  }

  @Post()
  @Allow()
  @DeskRoute(
    'Register an endpoint: the answer has its secret',
    RegisterEndpointBody,
    RegisteredEndpointAnswer,
  )
  async registerAlertEndpoint(
    @Who() { tenant, name }: Principal,
    @WireBody(RegisterEndpointBody) { id: endpointId, url }: RegisterEndpointBody,
  ): Promise<RegisteredEndpointAnswer> {
    const endpoint = { tenant, endpointId, url, by: name };
    const registered = await this.commands.execute(new RegisterEndpoint(endpoint));
    if ('fault' in registered) {
      const { code, message } = registered.fault;
      const errors = [{ code, pointer: '/url', message }];
      throw new Problem(422, code, `/url ${message}`, { errors });
    }
    switch (registered.outcome) {
      case 'registered':
        return { endpointId, url, secret: registered.secret };
      case 'endpoint-already-registered':
        throw new Problem(409, registered.outcome, 'an id is never used again: choose another');
      case 'endpoints-too-many':
        throw new Problem(409, registered.outcome, 'retire one first');
    }
  }

  @Post(':id/retirement')
  @Allow()
  @DeskRoute('Send nothing more to an endpoint', RetireEndpointBody, AlertEndpointsAnswer)
  async retireAlertEndpoint(
    @Who() { tenant, name }: Principal,
    @Id(1) endpointId: string,
    @WireBody(RetireEndpointBody) { reason }: RetireEndpointBody,
  ): Promise<AlertEndpointsAnswer> {
    const endpoint = { tenant, endpointId, by: name, reason };
    if (!(await this.commands.execute(new RetireEndpoint(endpoint))))
      throw unknown('alert-endpoint');
    return this.queries.execute(new ListAlertEndpoints({ tenant }));
  }

  @Post(':id/replay')
  @Allow('operator')
  @DeskRoute('Send again what was told from a number on', ReplayAlertsBody, ReplayedAnswer)
  async replayAlerts(
    @Who() { tenant }: Principal,
    @Id(1) endpointId: string,
    @WireBody(ReplayAlertsBody) { from }: ReplayAlertsBody,
  ): Promise<ReplayedAnswer> {
    const replayed = await this.commands.execute(new ReplayAlerts(tenant, endpointId, from));
    if (replayed === null) throw unknown('alert-endpoint');
    return replayed;
  }
}
