import { Module } from '@nestjs/common';
import {
  RegisterEndpointHandler,
  ReplayAlertsHandler,
  RetireEndpointHandler,
  WEBHOOK_POLICY,
} from '../alerts/webhooks/commands.js';
import type { WebhookPolicy } from '../alerts/webhooks/endpoint-url.js';
import type { Config } from './config.js';
import { CONFIG } from './tokens.js';

/** Commands about where alerts are sent. Where nobody has settings, no private address is allowed. */
@Module({
  providers: [
    {
      provide: WEBHOOK_POLICY,
      inject: [{ token: CONFIG, optional: true }],
      useFactory: (config?: Config): WebhookPolicy => ({
        allowPrivate: config?.allowPrivateWebhooks ?? false,
      }),
    },
    RegisterEndpointHandler,
    RetireEndpointHandler,
    ReplayAlertsHandler,
  ],
  exports: [WEBHOOK_POLICY],
})
export class AlertsModule {}
