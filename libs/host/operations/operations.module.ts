import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { DatabaseHealth } from '../../application/database-health.js';
import { measureDatabase } from '../measures.js';
import type { Metrics } from '../metrics.js';
import { Roles } from '../roles.js';
import { METRICS } from '../tokens.js';
import { OperationsServer } from './operations-server.js';
import { Readiness } from './readiness.js';

/** What every service tells whoever operates it: one readiness of its roles and its database, and metrics. */
@Module({
  providers: [Roles, Readiness, OperationsServer],
  exports: [Roles, Readiness, OperationsServer],
})
export class OperationsModule implements OnModuleInit {
  constructor(
    private readonly health: DatabaseHealth,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.measures.push(measureDatabase(this.health, this.metrics));
  }
}
