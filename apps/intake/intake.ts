import { groupNames, topicNames } from '../../infra/kafka/topics.js';
import type { Consumers, ConsumerStatus, Publisher } from '../../libs/messaging/ports.js';
import { faultPoints, type FaultPoint } from '../../libs/host/fault-points.js';
import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';
import type { System } from '../../libs/host/system.js';
import { LostRecords, type Lost } from './lost-records.js';
import { investmentChannel } from './investment-channel.js';
import { MisroutedRecords } from './misrouted.js';
import { takeBatch, type TakeBatchParts } from './take-batch.js';
import { tellRefused, tellSettled } from './told-records.js';
import { usageChannel } from './usage-channel.js';

export interface IntakeOptions {
  readonly system: Pick<System, 'config' | 'commands' | 'pool' | 'reader' | 'health'>;
  readonly consumers: Consumers;
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** Default: what LEDGER_FAULT asks for, nothing as a rule. */
  readonly at?: FaultPoint;
}

export interface Intake {
  status(): ConsumerStatus & {
    /** What the brokers deleted before it was read; see the log for which offsets. */
    readonly lost: Lost;
  };
  /** Finishes the batches in hand, leaves the group. */
  close(): Promise<void>;
}

/**
 * Takes `usage.ingest` and `investment.ingest` into the ledger. Processes that run it share the partitions; a record
 * that comes more than once, or to two of them, has one effect, because its source and id are its identity.
 * Comes back when it is a member of its group.
 */
export const startIntake = async ({
  system,
  consumers,
  publisher,
  logger,
  metrics,
  at = faultPoints(),
}: IntakeOptions): Promise<Intake> => {
  const { topicPrefix, intakeTenants } = system.config;
  const topics = topicNames(topicPrefix);
  const parts: TakeBatchParts = {
    commands: system.commands,
    publisher,
    partitions: system.reader.shardCount,
    tenants: new Set(intakeTenants),
    at,
    onSettled: tellSettled(logger),
    onRefused: tellRefused(logger),
    onMisrouted: new MisroutedRecords(logger, metrics).count,
  };
  const takeUsage = takeBatch(usageChannel(system, topics, logger), parts);
  const takeInvestments = takeBatch(investmentChannel(system, topics, logger), parts);
  const lost = new LostRecords(logger, metrics);
  const consumer = consumers(
    {
      group: groupNames(topicPrefix).intake,
      topics: [topics.usageIngest, topics.investmentIngest],
      partitionsAtOnce: 1,
      onLost: lost.tell,
    },
    async (batch, work) => {
      const take = batch.topic === topics.usageIngest ? takeUsage : takeInvestments;
      try {
        await take(batch, work);
      } catch (error) {
        system.health.failed(error);
        throw error;
      }
    },
  );
  const close = (): Promise<void> => consumer.close();
  try {
    await consumer.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { status: () => ({ ...consumer.status(), lost: lost.now }), close };
};
