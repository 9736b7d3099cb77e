import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { VIEWS } from '../../application/tokens.js';
import type { Views } from '../../projections/asking/read-view.js';
import {
  registerEndpoint,
  replay,
  retireEndpoint,
  type EndpointRetired,
  type NewEndpoint,
  type Registered,
  type Replayed,
} from './endpoints.js';
import { urlFault, type UrlFault, type WebhookPolicy } from './endpoint-url.js';

/** Nest's injection token of the process's own `WebhookPolicy`. */
export const WEBHOOK_POLICY = Symbol('WebhookPolicy');

/** Alerts of a tenant are to be sent to a URL as well. */
export class RegisterEndpoint extends Command<Registered | { readonly fault: UrlFault }> {
  constructor(readonly endpoint: NewEndpoint) {
    super();
  }
}

@CommandHandler(RegisterEndpoint)
export class RegisterEndpointHandler implements ICommandHandler<RegisterEndpoint> {
  constructor(
    @Inject(VIEWS) private readonly views: Views,
    @Inject(WEBHOOK_POLICY) private readonly policy: WebhookPolicy,
  ) {}

  async execute({ endpoint }: RegisterEndpoint): Promise<Registered | { fault: UrlFault }> {
    const fault = await urlFault(endpoint.url, this.policy);
    return fault === null ? registerEndpoint(this.views.pool, endpoint) : { fault };
  }
}

/** Alerts are not to be sent to it any more. False: there is no such endpoint. */
export class RetireEndpoint extends Command<boolean> {
  constructor(readonly endpoint: EndpointRetired) {
    super();
  }
}

@CommandHandler(RetireEndpoint)
export class RetireEndpointHandler implements ICommandHandler<RetireEndpoint> {
  constructor(@Inject(VIEWS) private readonly views: Views) {}

  execute({ endpoint }: RetireEndpoint): Promise<boolean> {
    return retireEndpoint(this.views.pool, endpoint);
  }
}

/** What was told from the message `from` on is to be sent to an endpoint again. Null: there is none that is sent to. */
export class ReplayAlerts extends Command<Replayed | null> {
  constructor(
    readonly tenant: string,
    readonly endpointId: string,
    readonly from: number,
  ) {
    super();
  }
}

@CommandHandler(ReplayAlerts)
export class ReplayAlertsHandler implements ICommandHandler<ReplayAlerts> {
  constructor(@Inject(VIEWS) private readonly views: Views) {}

  execute({ tenant, endpointId, from }: ReplayAlerts): Promise<Replayed | null> {
    return replay(this.views.pool, tenant, endpointId, from);
  }
}
