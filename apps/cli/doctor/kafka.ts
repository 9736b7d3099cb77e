import { topicFaults, type TopicFault } from '../../../infra/kafka/topic-checks.js';
import { groupNames, topicSpecs, type LedgerTopic } from '../../../infra/kafka/topics.js';
import { readShardKey } from '../../../libs/contract/messages/shard-key.js';
import { KafkaTopicAdmin } from '../../../libs/messaging/kafka-topic-admin.js';
import type { TopicAdmin } from '../../../libs/messaging/ports.js';
import { alterCommand } from '../../../libs/messaging/topic-settings.js';
import type { Config } from '../../../libs/host/config.js';
import { EXIT } from '../failure.js';
import { plural } from '../format.js';
import { failed, ok, warning, type Diagnosis } from './diagnosis.js';
import { present } from '../../../libs/domain/present.js';

/** Only where KAFKA_BROKERS is set: standalone needs none. Makes and changes nothing. */
export const checkKafka = async (config: Config, shardCount: number): Promise<Diagnosis[]> => {
  const { kafkaBrokers: brokers, topicPrefix: prefix } = config;
  if (brokers === null) return [];
  const admin = new KafkaTopicAdmin({ brokers, clientId: 'commitment-ledger-doctor' });
  try {
    const cluster = ok('Kafka', `${brokers.join(', ')}, cluster ${await admin.clusterId()}`);
    const specs = topicSpecs(shardCount, { prefix });
    const counts = new Map<string, number | null>();
    for (const { topic } of specs) counts.set(topic, await admin.partitionCount(topic));
    const there = specs.filter(({ topic }) => counts.get(topic) !== null);
    return [
      cluster,
      ...checkPartitions(specs, counts),
      ...(await checkSettings(admin, there, brokers)),
      ...(await checkIntake(admin, there, prefix)),
    ];
  } catch (error) {
    const fix = 'Check KAFKA_BROKERS, or start a broker of your own: npm run kafka';
    return [failed('Kafka', (error as Error).message, fix, EXIT.unreachable)];
  } finally {
    await admin.close();
  }
};

const checkPartitions = (
  specs: readonly LedgerTopic[],
  counts: ReadonlyMap<string, number | null>,
): Diagnosis[] => {
  const differing = specs.flatMap(({ topic, partitions }) => {
    const count = counts.get(topic) ?? null;
    if (count === null || count === partitions) return [];
    const fix = 'Set LEDGER_TOPIC_PREFIX, or use another cluster: a partition must be a shard.';
    return [failed('Topics', `${topic} has ${count} partitions and needs ${partitions}`, fix)];
  });
  const missing = specs.filter(({ topic }) => counts.get(topic) === null);
  if (missing.length === 0) return differing;
  return [
    ...differing,
    warning(
      'Topics',
      `not made yet: ${missing.map(({ topic }) => topic).join(', ')}`,
      'They are made when a role starts: npm start -- --role intake',
    ),
  ];
};

const diagnosisOf = (fault: TopicFault, brokers: readonly string[]): Diagnosis => {
  const { topic, found, changes, advice } = fault;
  const fix =
    changes === null
      ? present(advice, 'advice where no setting helps')
      : alterCommand(brokers, topic, changes);
  const say = fault.state === 'failed' ? failed : warning;
  return say('Topics', `${topic}: ${found}`, fix);
};

const checkSettings = async (
  admin: TopicAdmin,
  there: readonly LedgerTopic[],
  brokers: readonly string[],
): Promise<Diagnosis[]> => {
  const nodes = await admin.brokerCount();
  const findings: Diagnosis[] = [];
  let read = 0;
  for (const spec of there)
    try {
      const settings = await admin.topicSettings(spec.topic);
      if (settings === null) continue;
      read += 1;
      findings.push(
        ...topicFaults(spec, settings, nodes).map((fault) => diagnosisOf(fault, brokers)),
      );
    } catch (error) {
      const fix = 'Allow DESCRIBE_CONFIGS on it, or look with kafka-configs.sh --describe';
      const found = `${spec.topic}: its settings cannot be read: ${(error as Error).message}`;
      findings.push(warning('Topics', found, fix));
    }
  return findings.length === 0 && read > 0
    ? [ok('Topics', `${plural(read, 'topic')}, set as they must be`)]
    : findings;
};

/** Enough to see a producer that has another partitioner; few enough to be read at once. */
const SAMPLE = 20;

/** What intake was acknowledged and will not find, and what it takes the long way. */
const checkIntake = async (
  admin: TopicAdmin,
  there: readonly LedgerTopic[],
  prefix: string,
): Promise<Diagnosis[]> => {
  const findings: Diagnosis[] = [];
  const ingest = there.filter(({ kind }) => kind === 'ingest');
  for (const { topic, partitions } of ingest) {
    const committed = await admin.committedOffsets(groupNames(prefix).intake, topic);
    for (const [partition, { start, end }] of (await admin.offsetRanges(topic)).entries()) {
      const next = committed[partition] ?? null;
      if (next !== null && next < start)
        findings.push(
          failed(
            'Intake',
            `${topic}/${partition}: offsets ${next} to ${start - 1} were deleted before they were read`,
            'Ask the sender for them again (what is recorded counts once), and raise retention.ms of the topic.',
          ),
        );
      else if (next !== null && next > end)
        findings.push(
          failed(
            'Intake',
            `${topic}/${partition} ends at ${end}, before the next offset ${next}: it was made anew, or cut`,
            'Start the intake (it begins at the start of the topic), and ask the sender for what it sent before.',
          ),
        );
      else if (next === null && start > 0)
        findings.push(
          warning(
            'Intake',
            `${topic}/${partition} begins at ${start}, and the group has no offset: what was before may not have been read`,
            'If it was never read, ask the sender for it again; it is said once more when an intake starts.',
          ),
        );
    }
    const tails = await admin.readTails(topic, SAMPLE);
    const misrouted = tails.flatMap((records, partition) =>
      records.filter(({ key }) => {
        const read = readShardKey(key, { partition, partitions });
        return 'isMisrouted' in read && read.isMisrouted;
      }),
    );
    if (misrouted.length > 0)
      findings.push(
        warning(
          'Intake',
          `${topic}: ${misrouted.length} of its latest ${tails.flat().length} records lie on other partitions than their keys'`,
          'They are taken, only slower. In clients of librdkafka: partitioner=murmur2_random',
        ),
      );
  }
  return findings.length === 0 && ingest.length > 0
    ? [ok('Intake', 'nothing was deleted before it was read')]
    : findings;
};
