import type { TopicSpec } from '../../libs/messaging/ports.js';

/** Names of our topics behind an optional prefix, so that several ledgers (or tests) can share a cluster. */
export interface TopicNames {
  readonly usageIngest: string;
  readonly usageDeadLetters: string;
  readonly investmentIngest: string;
  readonly investmentDeadLetters: string;
  readonly ledgerEvents: string;
  readonly ledgerCheckpoints: string;
}

export const topicNames = (prefix = ''): TopicNames => ({
  usageIngest: `${prefix}usage.ingest`,
  usageDeadLetters: `${prefix}usage.ingest.dlq`,
  investmentIngest: `${prefix}investment.ingest`,
  investmentDeadLetters: `${prefix}investment.ingest.dlq`,
  ledgerEvents: `${prefix}ledger.events`,
  ledgerCheckpoints: `${prefix}ledger.checkpoints`,
});

const DAY_MS = 24 * 60 * 60 * 1000;
export const DEAD_LETTER_PARTITIONS = 2;

/**
 * `uncompressed` makes the broker unpack what producers compressed: our client reads gzip only, and a compressed bomb
 * is measured against max.message.bytes at its real size.
 */
const UNPACKED = { 'compression.type': 'uncompressed' };
const FOR_EVER = { 'retention.ms': '-1', 'retention.bytes': '-1' };

export interface TopicOptions {
  readonly prefix?: string;
  /** 3 in production, with min.insync.replicas 2; default: what the broker says. */
  readonly replicationFactor?: number;
  /** How long ingest topics are kept. PostgreSQL is the truth, so this only bounds how far a replay can go back. */
  readonly retentionDays?: number;
}

/** Every topic of architecture: a key's partition in the ingest and ledger topics is its shard. */
export const topicSpecs = (
  shardCount: number,
  { prefix = '', replicationFactor, retentionDays = 7 }: TopicOptions = {},
): readonly TopicSpec[] => {
  const names = topicNames(prefix);
  const kept = { 'retention.ms': String(retentionDays * DAY_MS) };
  const copies = {
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
  };
  const durable: Record<string, string> =
    replicationFactor !== undefined && replicationFactor >= 3 ? { 'min.insync.replicas': '2' } : {};
  const topic = (name: string, partitions: number, config: Record<string, string>): TopicSpec => ({
    topic: name,
    partitions,
    config: { ...durable, ...config },
    ...copies,
  });
  return [
    topic(names.usageIngest, shardCount, { ...UNPACKED, ...kept }),
    topic(names.investmentIngest, shardCount, { ...UNPACKED, ...kept }),
    topic(names.usageDeadLetters, DEAD_LETTER_PARTITIONS, FOR_EVER),
    topic(names.investmentDeadLetters, DEAD_LETTER_PARTITIONS, FOR_EVER),
    topic(names.ledgerEvents, shardCount, kept),
    topic(names.ledgerCheckpoints, 1, { 'cleanup.policy': 'compact' }),
  ];
};
