import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { QueriesModule } from '../application/application.module.js';
import { VIEWS } from '../application/tokens.js';
import type { Views } from '../projections/asking/read-view.js';
import type { Config } from './config.js';
import { measureLag, measureRemaining } from './measures.js';
import type { Metrics } from './metrics.js';
import { CONFIG, METRICS } from './tokens.js';

/** Metrics of the views, told by the processes that keep them: how far behind they are, and what is left of commitments. */
@Module({ imports: [QueriesModule] })
export class ViewsModule implements OnModuleInit {
  constructor(
    private readonly queries: QueryBus,
    @Inject(VIEWS) private readonly views: Views,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.measures.push(
      measureLag(this.views, this.metrics),
      measureRemaining(this.queries, this.config.tenant, this.metrics),
    );
  }
}
