import type { TopicSettings } from '../../libs/messaging/ports.js';
import type { LedgerTopic } from './topics.js';

/** A setting of a topic under which something is lost, or may be. */
export interface TopicFault {
  readonly topic: string;
  /** `failed`: acknowledged records can vanish, or nothing can be written. `warning`: with bad luck, or later. */
  readonly state: 'warning' | 'failed';
  readonly found: string;
  /** Settings that put it right; null: no setting does, see `advice`. */
  readonly changes: Readonly<Record<string, string>> | null;
  readonly advice: string | null;
}

const HOUR_MS = 60 * 60 * 1000;
/** An intake that is away over a night must find everything when it comes back. */
const RETENTION_MS_MIN = 24 * HOUR_MS;
/** What our client can unpack. */
const READABLE: ReadonlySet<string> = new Set(['uncompressed', 'gzip']);
const COPIES_WANTED = 3;

type Fault = Omit<TopicFault, 'topic'>;

const setTo = (
  state: TopicFault['state'],
  found: string,
  changes: Readonly<Record<string, string>>,
): Fault => ({ state, found, changes, advice: null });

/** What is wrong with how a topic is set, the worst first. `brokers`: how many the cluster has. */
export const topicFaults = (
  { topic, kind }: LedgerTopic,
  settings: TopicSettings,
  brokers: number,
): readonly TopicFault[] => {
  const faults = [...OF_KIND[kind](settings.config), ...copiesOf(settings, brokers)];
  return faults
    .map((fault) => ({ topic, ...fault }))
    .sort((left, right) => Number(left.state === 'warning') - Number(right.state === 'warning'));
};

type Config = TopicSettings['config'];

const timeOf = ({ 'message.timestamp.type': type }: Config): readonly Fault[] =>
  type === 'LogAppendTime'
    ? []
    : [
        setTo(
          'failed',
          `message.timestamp.type is ${type}: a record with an old timestamp is acknowledged and deleted unread`,
          { 'message.timestamp.type': 'LogAppendTime' },
        ),
      ];

const isCompacted = ({ 'cleanup.policy': policy = '' }: Config): boolean =>
  policy.split(',').some((part) => part.trim() === 'compact');

const compactionOf = (config: Config, loses: string): readonly Fault[] =>
  isCompacted(config)
    ? [
        setTo('failed', `cleanup.policy is ${config['cleanup.policy']}: ${loses}`, {
          'cleanup.policy': 'delete',
        }),
      ]
    : [];

const packingOf = ({ 'compression.type': type = '' }: Config): readonly Fault[] =>
  READABLE.has(type)
    ? []
    : [
        setTo(
          'failed',
          `compression.type is ${type}: records that we cannot unpack would stop it`,
          {
            'compression.type': 'uncompressed',
          },
        ),
      ];

const keptOf = (config: Config, ms: number, why: string): readonly Fault[] => {
  const kept = Number(config['retention.ms']);
  const bytes = Number(config['retention.bytes']);
  const wanted = ms === Infinity ? '-1' : String(7 * 24 * HOUR_MS);
  return [
    ...(kept < 0 || kept >= ms
      ? []
      : [setTo('warning', `retention.ms is ${kept}: ${why}`, { 'retention.ms': wanted })]),
    ...(bytes < 0
      ? []
      : [setTo('warning', `retention.bytes is ${bytes}: ${why}`, { 'retention.bytes': '-1' })]),
  ];
};

const OF_KIND: Readonly<Record<LedgerTopic['kind'], (config: Config) => readonly Fault[]>> = {
  ingest: (config) => [
    ...timeOf(config),
    ...compactionOf(config, 'of an agreement only the last record is kept'),
    ...packingOf(config),
    ...keptOf(config, RETENTION_MS_MIN, 'what an intake that is away has not read is deleted'),
  ],
  'dead-letters': (config) => [
    ...compactionOf(config, 'of a sender only the last letter is kept'),
    ...keptOf(config, Infinity, 'letters that nobody retried are deleted'),
  ],
  // PostgreSQL is the truth, and our projector reads there what is missing here.
  ledger: (config) => compactionOf(config, 'of an agreement only the last entry is kept'),
  // Messages stay in PostgreSQL, where an endpoint can ask for them again.
  alerts: (config) => compactionOf(config, 'of a tenant only the last alert is kept'),
  checkpoints: (config) =>
    isCompacted(config)
      ? []
      : [
          setTo('warning', `cleanup.policy is ${config['cleanup.policy']}: old checkpoints go`, {
            'cleanup.policy': 'compact',
          }),
        ],
};

const copiesOf = ({ config, copies }: TopicSettings, brokers: number): readonly Fault[] => {
  const inSync = Number(config['min.insync.replicas']);
  if (inSync > copies)
    return [
      setTo('failed', `min.insync.replicas is ${inSync} of ${copies}: nothing can be written`, {
        'min.insync.replicas': String(Math.max(1, copies - 1)),
      }),
    ];
  const possible = Math.min(COPIES_WANTED, brokers);
  if (copies < possible)
    return [
      {
        state: 'warning',
        found: `${copies} of ${possible} possible copies: what is acknowledged goes with a broker's disk`,
        changes: null,
        advice:
          'give it more with kafka-reassign-partitions.sh; topics made with LEDGER_TOPIC_REPLICATION=3 have three',
      },
    ];
  return copies >= COPIES_WANTED && inSync < 2
    ? [
        setTo('warning', `min.insync.replicas is ${inSync}: one broker's copy is acknowledged`, {
          'min.insync.replicas': '2',
        }),
      ]
    : [];
};
