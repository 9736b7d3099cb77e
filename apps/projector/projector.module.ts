import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import pg from 'pg';
import { groupNames } from '../../infra/kafka/topics.js';
import { ApplicationModule } from '../../libs/application/application.module.js';
import { LEDGER } from '../../libs/application/tokens.js';
import type { Config } from '../../libs/host/config.js';
import { whyNotWorking } from '../../libs/host/consumer-state.js';
import { faultPoints } from '../../libs/host/fault-points.js';
import { KafkaModule } from '../../libs/host/kafka.module.js';
import type { Logger } from '../../libs/host/logger.js';
import { Messaging } from '../../libs/host/messaging.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { OperationsModule } from '../../libs/host/operations/operations.module.js';
import { Roles, type RunningRole } from '../../libs/host/roles.js';
import { CONFIG, LOGGER, METRICS } from '../../libs/host/tokens.js';
import { ViewsModule } from '../../libs/host/views.module.js';
import type { LedgerReader } from '../../libs/ledger/ledger.js';
import { projections } from '../../libs/projections/all.js';
import { startKafkaProjector } from './projector.js';

/** The views are kept up to date with what comes over Kafka. */
@Module({ imports: [ApplicationModule, KafkaModule, OperationsModule, ViewsModule] })
export class ProjectorModule implements OnApplicationBootstrap {
  constructor(
    private readonly roles: Roles,
    @Inject(pg.Pool) private readonly pool: pg.Pool,
    private readonly messaging: Messaging,
    @Inject(LEDGER) private readonly reader: LedgerReader,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.roles.start('projector', () => this.start());
  }

  private async start(): Promise<RunningRole> {
    const { pool, reader, messaging, config, logger, metrics } = this;
    await messaging.prepare();
    const topic = messaging.topics.ledgerEvents;
    const group = groupNames(config.topicPrefix).projector;
    const projector = await startKafkaProjector({
      ...{ pool, reader, projections, topic, logger, metrics },
      consumer: (handler) => messaging.consumers({ group, topics: [topic] }, handler),
      at: faultPoints(),
    });
    return {
      status: () => {
        const status = projector.status();
        const [trouble] = Object.values(status.troubles);
        const behind = status.ready ? null : `${status.lag} events behind`;
        return { reason: whyNotWorking(status.consumer.state) ?? trouble ?? behind, ...status };
      },
      close: () => projector.close(),
    };
  }
}
