import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import pg from 'pg';
import { groupNames } from '../../infra/kafka/topics.js';
import { ApplicationModule } from '../../libs/application/application.module.js';
import { DatabaseHealth } from '../../libs/application/database-health.js';
import { LEDGER } from '../../libs/application/tokens.js';
import type { Config } from '../../libs/host/config.js';
import { KafkaModule } from '../../libs/host/kafka.module.js';
import type { Logger } from '../../libs/host/logger.js';
import { Messaging } from '../../libs/host/messaging.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { OperationsModule } from '../../libs/host/operations/operations.module.js';
import { ParkedUsageModule } from '../../libs/host/parked-usage.module.js';
import { whyNotWorking } from '../../libs/host/consumer-state.js';
import { Roles, type RunningRole } from '../../libs/host/roles.js';
import { CONFIG, LOGGER, METRICS } from '../../libs/host/tokens.js';
import type { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { measureIntake } from './measure-intake.js';
import { startIntake } from './intake.js';

/** Usage and commands come in over Kafka, and what is parked is tried again. */
@Module({ imports: [ApplicationModule, KafkaModule, OperationsModule, ParkedUsageModule] })
export class IntakeModule implements OnApplicationBootstrap {
  constructor(
    private readonly roles: Roles,
    private readonly commands: CommandBus,
    @Inject(pg.Pool) private readonly pool: pg.Pool,
    private readonly health: DatabaseHealth,
    private readonly messaging: Messaging,
    @Inject(LEDGER) private readonly reader: PostgresLedger,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const { messaging, config, metrics } = this;
    const { admin, topics } = messaging;
    const { intake, retriedLetters } = groupNames(config.topicPrefix);
    metrics.measures.push(
      measureIntake(admin, [
        [topics.usageIngest, intake, metrics.intakeLag],
        [topics.investmentIngest, intake, metrics.intakeLag],
        [topics.usageDeadLetters, retriedLetters, metrics.deadLetters],
        [topics.investmentDeadLetters, retriedLetters, metrics.deadLetters],
      ]),
    );
    this.roles.start('intake', () => this.start());
  }

  private async start(): Promise<RunningRole> {
    const { commands, pool, health, reader, config, messaging, logger, metrics } = this;
    await messaging.prepare();
    const { consumers, publisher } = messaging;
    const system = { commands, pool, health, reader, config };
    const intake = await startIntake({ system, consumers, publisher, logger, metrics });
    return {
      status: () => {
        const status = intake.status();
        return {
          ready: status.state === 'working',
          reason: whyNotWorking(status.state),
          ...status,
        };
      },
      close: () => intake.close(),
    };
  }
}
