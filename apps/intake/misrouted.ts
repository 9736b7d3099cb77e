import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';

const SAY_EVERY_MS = 60_000;

/** Records of one slice that lay on another partition than their keys'. */
export interface Misrouted {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
  /** The tenant of one of the misrouted records. */
  readonly tenant: string;
}

/**
 * Counts records that were taken although they lay on another partition than their key's, and says so, at most once a
 * minute per topic: nothing is wrong with them, they are only slower.
 */
export class MisroutedRecords {
  private readonly topics = new Map<string, { unsaid: number; saidAt: number }>();

  constructor(
    private readonly logger: Logger,
    private readonly metrics?: Pick<Metrics, 'intakeMisrouted'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly count = ({ topic, partition, records, tenant }: Misrouted): void => {
    this.metrics?.intakeMisrouted.inc({ topic }, records);
    const said = this.topics.get(topic) ?? { unsaid: 0, saidAt: -Infinity };
    this.topics.set(topic, said);
    said.unsaid += records;
    if (this.now() - said.saidAt < SAY_EVERY_MS) return;
    this.logger.warn(
      { topic, partition, tenant, records: said.unsaid },
      "records lie on other partitions than their keys' and were taken: " +
        'partitioner=murmur2_random in clients of librdkafka brings them to their shard, which is faster',
    );
    said.unsaid = 0;
    said.saidAt = this.now();
  };
}
