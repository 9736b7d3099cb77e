import type { TopicSpec } from '../../libs/messaging/ports.js';

/** Names of our topics behind an optional prefix, so that several ledgers (or tests) can share a cluster. */
export interface TopicNames {
  readonly usageIngest: string;
  readonly usageDeadLetters: string;
  readonly investmentIngest: string;
  readonly investmentDeadLetters: string;
  readonly ledgerEvents: string;
  readonly ledgerAlerts: string;
  readonly ledgerCheckpoints: string;
}

export const topicNames = (prefix = ''): TopicNames => ({
  usageIngest: `${prefix}usage.ingest`,
  usageDeadLetters: `${prefix}usage.ingest.dlq`,
  investmentIngest: `${prefix}investment.ingest`,
  investmentDeadLetters: `${prefix}investment.ingest.dlq`,
  ledgerEvents: `${prefix}ledger.events`,
  ledgerAlerts: `${prefix}ledger.alerts`,
  ledgerCheckpoints: `${prefix}ledger.checkpoints`,
});

/** Groups of consumers whose offsets say how far each of them is. */
export interface GroupNames {
  readonly intake: string;
  readonly projector: string;
  /** Consumes nothing: how far dead letters were retried. */
  readonly retriedLetters: string;
}

export const groupNames = (prefix = ''): GroupNames => ({
  intake: `${prefix}commitment-ledger.intake`,
  projector: `${prefix}commitment-ledger.projector`,
  retriedLetters: `${prefix}commitment-ledger.dlq`,
});

const DAY_MS = 24 * 60 * 60 * 1000;
export const DEAD_LETTER_PARTITIONS = 2;

/**
 * `uncompressed` makes the broker unpack what producers compressed: our client reads gzip only, and a compressed bomb
 * is measured against max.message.bytes at its real size.
 */
const UNPACKED = { 'compression.type': 'uncompressed' };
/**
 * Brokers delete by the time of a record, and a producer may write any: usage with the time at which it happened, a month
 * ago say, would be acknowledged and deleted before anybody read it. With the broker's own time, retention counts from
 * the acknowledgement. Ledger topics keep the time of their entries, which their readers check: the ledger is in PostgreSQL.
 */
const TIMED_BY_BROKER = { 'message.timestamp.type': 'LogAppendTime' };
/** Compaction keeps the last record of a key, and a key is an agreement. */
const NOT_COMPACTED = { 'cleanup.policy': 'delete' };
const FOR_EVER = { 'retention.ms': '-1', 'retention.bytes': '-1' };

export interface TopicOptions {
  readonly prefix?: string;
  /** 3 in production, with min.insync.replicas 2; default: what the broker says. */
  readonly replicationFactor?: number;
  /** How long ingest topics are kept. PostgreSQL is the truth, so this only bounds how far a replay can go back. */
  readonly retentionDays?: number;
}

/** What a topic is for: how it has to be set follows from it. */
export type TopicKind = 'ingest' | 'dead-letters' | 'ledger' | 'alerts' | 'checkpoints';

export interface LedgerTopic extends TopicSpec {
  readonly kind: TopicKind;
}

/** Every topic of architecture: a key's partition in the ingest and ledger topics is its shard. */
export const topicSpecs = (
  shardCount: number,
  { prefix = '', replicationFactor, retentionDays = 7 }: TopicOptions = {},
): readonly LedgerTopic[] => {
  const names = topicNames(prefix);
  const kept = { 'retention.ms': String(retentionDays * DAY_MS) };
  const copies = {
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
  };
  const durable: Record<string, string> =
    replicationFactor !== undefined && replicationFactor >= 3 ? { 'min.insync.replicas': '2' } : {};
  const topic = (
    kind: TopicKind,
    name: string,
    partitions: number,
    config: Record<string, string>,
  ): LedgerTopic => ({
    kind,
    topic: name,
    partitions,
    config: { ...durable, ...config },
    // A topic of an earlier version has the producers' time.
    ...(kind === 'ingest' ? { insistsOn: Object.keys(TIMED_BY_BROKER) } : {}),
    ...copies,
  });
  const ingest = { ...UNPACKED, ...TIMED_BY_BROKER, ...NOT_COMPACTED, ...kept };
  return [
    topic('ingest', names.usageIngest, shardCount, ingest),
    topic('ingest', names.investmentIngest, shardCount, ingest),
    topic('dead-letters', names.usageDeadLetters, DEAD_LETTER_PARTITIONS, FOR_EVER),
    topic('dead-letters', names.investmentDeadLetters, DEAD_LETTER_PARTITIONS, FOR_EVER),
    topic('ledger', names.ledgerEvents, shardCount, kept),
    // One partition: alerts are few, and their numbers follow each other.
    topic('alerts', names.ledgerAlerts, 1, { ...NOT_COMPACTED, ...kept }),
    topic('checkpoints', names.ledgerCheckpoints, 1, { 'cleanup.policy': 'compact' }),
  ];
};
