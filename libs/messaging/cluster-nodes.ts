import kafkajs from 'kafkajs';
import { quietLogCreator, SILENT } from './kafkajs-logger.js';

/** `host:port` of every broker that answers for the cluster. One try, bounded; throws when nobody answers. */
export const clusterNodes = async (
  brokers: readonly string[],
  timeoutMs: number,
): Promise<readonly string[]> => {
  const kafka = new kafkajs.Kafka({
    clientId: 'commitment-ledger-probe',
    brokers: [...brokers],
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING,
    logCreator: quietLogCreator(SILENT),
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    return cluster.brokers.map(({ host, port }) => `${host}:${port}`);
  } finally {
    await admin.disconnect();
  }
};
