import {
  Inject,
  Module,
  Optional,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import pg from 'pg';
import { Alerter } from '../../libs/alerts/alerter.js';
import type { AlertTopic } from '../../libs/alerts/topic/topic-relay.js';
import { WEBHOOK_POLICY } from '../../libs/alerts/webhooks/commands.js';
import type { WebhookPolicy } from '../../libs/alerts/webhooks/endpoint-url.js';
import { ApplicationModule } from '../../libs/application/application.module.js';
import { LEDGER } from '../../libs/application/tokens.js';
import {
  measureAlerts,
  measureUnpublished,
  measureWaitingRules,
} from '../../libs/host/alert-measures.js';
import { AlertsModule } from '../../libs/host/alerts.module.js';
import type { Config } from '../../libs/host/config.js';
import { faultPoints } from '../../libs/host/fault-points.js';
import { KafkaModule } from '../../libs/host/kafka.module.js';
import type { Logger } from '../../libs/host/logger.js';
import { Messaging } from '../../libs/host/messaging.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { OperationsModule } from '../../libs/host/operations/operations.module.js';
import { ownerName } from '../../libs/host/owner-name.js';
import { Roles } from '../../libs/host/roles.js';
import { CONFIG, LOGGER, METRICS } from '../../libs/host/tokens.js';
import type { LedgerReader, StreamReader } from '../../libs/ledger/ledger.js';

/** Rules are evaluated on the views, and what they find is told. */
@Module({ imports: [ApplicationModule, AlertsModule, OperationsModule] })
export class AlerterModule implements OnApplicationBootstrap {
  constructor(
    private readonly roles: Roles,
    private readonly queries: QueryBus,
    @Inject(pg.Pool) private readonly pool: pg.Pool,
    @Inject(LEDGER) private readonly reader: LedgerReader & StreamReader,
    @Inject(WEBHOOK_POLICY) private readonly policy: WebhookPolicy,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Optional() private readonly messaging?: Messaging,
  ) {}

  /** The same, and everything is told in the topic `ledger.alerts` besides. */
  static overKafka(): DynamicModule {
    return { module: AlerterModule, imports: [KafkaModule] };
  }

  onApplicationBootstrap(): void {
    this.roles.start('alerter', () => Promise.resolve(this.start()));
    const { pool, metrics } = this;
    metrics.measures.push(measureAlerts(pool, metrics));
    if (this.messaging !== undefined) metrics.measures.push(measureUnpublished(pool, metrics));
  }

  private start(): Alerter {
    const { pool, reader, queries, policy, config, logger } = this;
    const alerter = new Alerter({
      ...{ pool, reader, queries, policy },
      owner: ownerName(),
      leaseMs: config.leaseMs,
      onTrouble: (trouble) => logger.warn({ trouble }, 'alerts'),
      at: faultPoints(),
      topic: this.topic(),
    });
    const waitingRules = (): number => alerter.status().waitingRules;
    this.metrics.measures.push(measureWaitingRules(waitingRules, this.metrics));
    return alerter;
  }

  private topic(): AlertTopic | undefined {
    if (this.messaging === undefined) return undefined;
    const { publisher, topics, prepare } = this.messaging;
    return {
      prepare,
      publish: (records) => publisher.publish(topics.ledgerAlerts, 0, records),
    };
  }
}
