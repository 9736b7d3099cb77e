import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { DatabaseHealth } from '../../application/database-health.js';
import pg from 'pg';
import type { Config } from '../config.js';
import { measureDatabase, measurePool, measureVerified } from '../measures.js';
import type { Metrics } from '../metrics.js';
import { Roles } from '../roles.js';
import { CONFIG, METRICS } from '../tokens.js';
import { MetricsServer } from './metrics-server.js';
import { OperationsServer } from './operations-server.js';
import { Readiness } from './readiness.js';

/** What every service tells whoever operates it: one readiness of its roles and its database, and metrics. */
@Module({
  providers: [Roles, Readiness, OperationsServer, MetricsServer],
  exports: [Roles, Readiness, OperationsServer],
})
export class OperationsModule implements OnModuleInit {
  constructor(
    private readonly health: DatabaseHealth,
    @Inject(pg.Pool) private readonly pool: pg.Pool,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const { health, pool, config, metrics } = this;
    // The pool first: those who measure in the database wait for its connections themselves.
    metrics.measures.unshift(measurePool(pool, metrics));
    metrics.measures.push(measureDatabase(health, metrics));
    if (config.verifyReport !== null)
      metrics.measures.push(measureVerified(config.verifyReport, metrics));
  }
}
