import {
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import pg from 'pg';
import { ApplicationModule } from '../application/application.module.js';
import { RetryParked } from '../application/retry-parked.js';
import type { Logger } from './logger.js';
import { measureParked } from './measures.js';
import type { Metrics } from './metrics.js';
import { LOGGER, METRICS } from './tokens.js';

const SWEEP_MS = 5_000;

/**
 * Parked usage is tried again when it is due, wherever usage comes in; the api tries at once when an agreement gets a commitment. Any number of
 * processes may do it.
 */
@Module({ imports: [ApplicationModule] })
export class ParkedUsageModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | null = null;

  constructor(
    private readonly commands: CommandBus,
    @Inject(pg.Pool) private readonly pool: pg.Pool,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.measures.push(measureParked(this.pool, this.metrics));
    this.timer = setInterval(() => {
      this.sweeping ??= this.sweep();
    }, SWEEP_MS);
  }

  /** A sweep that is under way is finished. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private async sweep(): Promise<void> {
    try {
      await this.commands.execute(new RetryParked('due'));
    } catch (error) {
      this.logger.warn({ error: String(error) }, 'parked usage could not be tried again');
    } finally {
      this.sweeping = null;
    }
  }
}
