// The intake as a process of its own, which LEDGER_FAULT may end. Says `ready` when it is a member of its group.
import { startIntake } from '../../apps/intake/intake.js';
import { openSystem } from '../../libs/host/system.js';
import { KafkaConsumer } from '../../libs/messaging/kafka-consumer.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import { createLogger } from '../../libs/host/logger.js';

const config = configFromEnvironment();
const settings = { brokers: config.kafkaBrokers!, clientId: 'intake-process' };
await startIntake({
  system: await openSystem(config),
  consumers: (options, handler) =>
    new KafkaConsumer(settings, { ...options, sessionMs: 6_000 }, handler),
  publisher: new KafkaPublisher(settings),
  logger: createLogger(config.logLevel, 'intake'),
});
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit(0)).resume();
