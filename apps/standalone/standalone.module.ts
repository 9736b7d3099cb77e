import {
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import pg from 'pg';
import { LEDGER } from '../../libs/application/tokens.js';
import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { observeProgress } from '../../libs/host/observe.js';
import { LOGGER, METRICS } from '../../libs/host/tokens.js';
import { ViewsModule } from '../../libs/host/views.module.js';
import type { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { projections } from '../../libs/projections/all.js';
import { startProjector, type Projector } from '../../libs/projections/engine/projector.js';
import { AlerterModule } from '../alerter/alerter.module.js';
import { ApiModule } from '../api/api.module.js';

/** One process without Kafka: the api, the views kept up to date straight from the ledger, and the alerts that they give. */
@Module({ imports: [ApiModule, ViewsModule, AlerterModule] })
export class StandaloneModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private projector: Projector | null = null;

  constructor(
    @Inject(pg.Pool) private readonly pool: pg.Pool,
    @Inject(LEDGER) private readonly ledger: PostgresLedger,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.projector = await startProjector({
      pool: this.pool,
      reader: this.ledger,
      projections,
      onProgress: (progress) => {
        observeProgress(this.metrics, progress);
        if (progress.kind === 'recovered') this.logger.info(progress, 'projecting goes on');
        else if (progress.kind !== 'advanced')
          this.logger.error(progress, 'a projection stands still');
      },
    });
  }

  /** The chunks in flight are committed. */
  async onApplicationShutdown(): Promise<void> {
    await this.projector?.stop();
  }
}
