import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { LEDGER } from '../application/tokens.js';
import type { LedgerReader } from '../ledger/ledger.js';
import type { Config } from './config.js';
import type { Logger } from './logger.js';
import { Messaging, openMessaging } from './messaging.js';
import { CONFIG, LOGGER } from './tokens.js';

/** The brokers of this process: one connection for all of its roles, closed when these have stopped. */
@Module({
  providers: [
    {
      provide: Messaging,
      inject: [CONFIG, LEDGER, LOGGER],
      useFactory: (config: Config, { shardCount }: LedgerReader, logger: Logger) =>
        openMessaging(config, config.kafkaBrokers ?? [], shardCount, logger),
    },
  ],
  exports: [Messaging],
})
export class KafkaModule implements OnApplicationShutdown {
  constructor(private readonly messaging: Messaging) {}

  async onApplicationShutdown(): Promise<void> {
    await this.messaging.close();
  }
}
