import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import pg from 'pg';
import { ApplicationModule } from '../../libs/application/application.module.js';
import { LEDGER } from '../../libs/application/tokens.js';
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
import type { AppendSignals, LedgerReader } from '../../libs/ledger/ledger.js';
import { startPublisher, type RunningPublisher } from './publisher.js';

/** What the ledger records goes out over Kafka. */
@Module({ imports: [ApplicationModule, KafkaModule, OperationsModule] })
export class PublisherModule implements OnApplicationBootstrap {
  constructor(
    private readonly roles: Roles,
    @Inject(pg.Pool) private readonly pool: pg.Pool,
    private readonly messaging: Messaging,
    @Inject(LEDGER) private readonly reader: LedgerReader & Partial<AppendSignals>,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.roles.start('publisher', () => this.start());
  }

  private async start(): Promise<RunningPublisher> {
    const { pool, reader, messaging, config, logger, metrics } = this;
    await messaging.prepare();
    const { publisher, admin, topics } = messaging;
    return startPublisher({
      ...{ pool, reader, publisher, admin, topics, logger, metrics },
      owner: ownerName(),
      leaseMs: config.leaseMs,
      at: faultPoints(),
    });
  }
}
