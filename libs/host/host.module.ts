import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from './config.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import { CONFIG, LOGGER, METRICS } from './tokens.js';

export interface HostOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Left out where nobody scrapes. */
  readonly metrics?: Metrics | undefined;
}

/** Settings, log and metrics of this process, for every module. They are read and made before the modules are, as their errors are told. */
@Module({})
export class HostModule {
  static forRoot({ config, logger, metrics }: HostOptions): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      ...(metrics === undefined ? [] : [{ provide: METRICS, useValue: metrics }]),
    ];
    return { module: HostModule, global: true, providers, exports: providers };
  }
}
