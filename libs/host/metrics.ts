import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createStateMetrics, untold, type StateMetrics } from './state-metrics.js';
import { within } from '../waiting/within.js';

/** What is only worth measuring when somebody looks. */
export interface Measure {
  /** A label: bounded, in lower case. */
  readonly name: string;
  measure(): Promise<void>;
  /** It is not measured in the database: it is known also while that is away. */
  readonly isElsewhere?: true;
  /** Takes its series away, when it could not be measured: a value from before would look like one of now. */
  drop(): void;
}

/**
 * Prometheus metrics of one process. Labels are bounded: event types, channels, outcomes, projection names, and a fixed
 * number of commitments.
 */
export interface Metrics extends StateMetrics {
  readonly registry: Registry;
  /** Taken before every scrape. */
  readonly measures: Measure[];
  /**
   * The Prometheus text. The series of a measure that fails, or takes more than three seconds, are not in it. Series that name commitments are left out unless
   * they are of this tenant: whoever asks may read its views.
   */
  text(readableTenant?: string | null): Promise<string>;
  readonly databaseUp: Gauge;
  readonly databaseWritable: Gauge;
  readonly scrapeErrors: Counter<'measure'>;
  /** Adds refusals to `ledger_refusals_total`. */
  countRefusals(channel: string, codes: readonly string[]): void;
  readonly eventsAppended: Counter<'type'>;
  readonly appendDuration: Histogram;
  readonly appendBatchSize: Histogram;
  readonly queryDuration: Histogram<'question'>;
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;
  readonly signInFailures: Counter<'code'>;
  readonly projectionLagEvents: Gauge<'projection'>;
  readonly projectionLagSeconds: Gauge<'projection'>;
  readonly projectionSkippedEvents: Gauge<'projection'>;
  readonly commitmentRemainingRatio: Gauge<'commitment'>;
  readonly commitmentsWithoutRatio: Gauge;
  readonly usageItems: Counter<'channel' | 'outcome'>;
  readonly parkedAltered: Counter;
  readonly intakeRecordsLost: Counter<'topic' | 'reason'>;
  readonly intakeMisrouted: Counter<'topic'>;
  readonly publisherLagEvents: Gauge<'shard'>;
  readonly publisherForked: Gauge<'shard'>;
  readonly projectorEntries: Counter<'from'>;
  readonly projectorStrangeRecords: Counter<'code'>;
}

/** Codes are ours and far fewer; a series is for ever. */
const CODES_MAX = 200;
/** Prometheus gives a scrape ten seconds. */
const MEASURE_MS_MAX = 3_000;

const takeAll = async (
  measures: readonly Measure[],
  errors: Pick<Counter<'measure'>, 'inc'>,
): Promise<void> => {
  const taken = await Promise.allSettled(
    measures.map((one) => within(MEASURE_MS_MAX, one.measure(), late)),
  );
  const failed = measures.filter((_, index) => taken[index]?.status === 'rejected');
  for (const { name } of failed) errors.inc({ measure: name });
  // What a moment ago was measured in a database that is away now is not known any more.
  const isAway = failed.some(({ name }) => name === DATABASE);
  for (const one of measures)
    if (failed.includes(one) || (isAway && one.isElsewhere !== true)) one.drop();
};

/** The name of the measure without which the others mean nothing. */
export const DATABASE = 'database';

const late = (): never => {
  throw new Error('not measured in time');
};

/** `tenant`: whose commitments are named. */
export const createMetrics = (version: string, tenant: string | null = null): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  const namesCommitments = new Registry();
  new Gauge({
    name: 'ledger_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.versions.node }, 1);
  const measures: Metrics['measures'] = [];
  const scrapeErrors = new Counter({
    name: 'ledger_scrape_errors_total',
    help: 'Measures that failed when somebody scraped; their series are missing from that answer.',
    labelNames: ['measure'],
    registers,
  });
  const refusals = new Counter({
    name: 'ledger_refusals_total',
    help: 'Usage and commands refused by this process, by channel and code; beyond 200 codes: other.',
    labelNames: ['channel', 'code'],
    registers,
  });
  const codesSeen = new Set<string>();
  const boundedCode = (code: string): string => {
    if (codesSeen.size < CODES_MAX) codesSeen.add(code);
    return codesSeen.has(code) ? code : 'other';
  };
  return {
    ...createStateMetrics(registers),
    registry,
    measures,
    scrapeErrors,
    databaseUp: new Gauge({
      name: 'ledger_database_up',
      help: '1: the database answers. 0: it does not, and what is measured in it is missing.',
      registers,
    }),
    databaseWritable: new Gauge({
      name: 'ledger_database_writable',
      help: '1: the database takes writes. 0: it is away, read-only, full, or out of memory, as far as is known.',
      registers,
    }),
    countRefusals: (channel, codes) => {
      for (const code of codes) refusals.inc({ channel, code: boundedCode(code) });
    },
    text: async (readableTenant = null) => {
      await takeAll(measures, scrapeErrors);
      const open = await registry.metrics();
      return readableTenant === null || readableTenant !== tenant
        ? open
        : `${open}\n${await namesCommitments.metrics()}`;
    },
    eventsAppended: new Counter({
      name: 'ledger_events_appended_total',
      help: 'Events appended to the ledger by this process.',
      labelNames: ['type'],
      registers,
    }),
    appendDuration: new Histogram({
      name: 'ledger_append_duration_seconds',
      help: 'Time from a batch being sent to PostgreSQL until it is durable.',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
      registers,
    }),
    appendBatchSize: new Histogram({
      name: 'ledger_append_batch_size',
      help: 'Events that one transaction appended.',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      registers,
    }),
    queryDuration: new Histogram({
      name: 'ledger_query_duration_seconds',
      help: 'Time from a question being asked until it is answered or refused, what it waited for included.',
      labelNames: ['question'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10],
      registers,
    }),
    httpDuration: new Histogram({
      name: 'ledger_http_request_duration_seconds',
      help: 'Time from the head of a request until its answer has gone out; status aborted: the sender went away first.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    signInFailures: new Counter({
      name: 'ledger_sign_in_failures_total',
      help: 'Requests without a key that is good, by what was wrong with it.',
      labelNames: ['code'],
      registers,
    }),
    projectionLagEvents: new Gauge({
      name: 'ledger_projection_lag_events',
      help: 'Events in the ledger that the projection has not applied.',
      labelNames: ['projection'],
      registers,
    }),
    projectionLagSeconds: new Gauge({
      name: 'ledger_projection_lag_seconds',
      help: 'Age of the oldest event that the projection has not applied.',
      labelNames: ['projection'],
      registers,
    }),
    projectionSkippedEvents: new Gauge({
      name: 'ledger_projection_skipped_events',
      help: 'Events that the live view lacks, because it cannot fold them and somebody decided to go on without.',
      labelNames: ['projection'],
      registers,
    }),
    commitmentRemainingRatio: new Gauge({
      name: 'ledger_commitment_remaining_ratio',
      help: 'Remaining obligation over total, 1 to 0, of commitments in force of the tenant LEDGER_TENANT; at most 200, those that end first.',
      labelNames: ['commitment'],
      registers: [namesCommitments],
    }),
    commitmentsWithoutRatio: untold(
      new Gauge({
        name: 'ledger_commitments_without_ratio',
        help: 'Commitments in force that ledger_commitment_remaining_ratio leaves out.',
        registers,
      }),
    ),
    usageItems: new Counter({
      name: 'ledger_usage_items_total',
      help: 'Usage events received, by what became of them.',
      labelNames: ['channel', 'outcome'],
      registers,
    }),
    parkedAltered: new Counter({
      name: 'ledger_parked_altered_total',
      help: 'Parked usage that was changed in the database while it waited: refused instead of recorded.',
      registers,
    }),
    intakeRecordsLost: new Counter({
      name: 'ledger_intake_records_lost_total',
      help: 'Offsets of ingest topics that brokers deleted before this ledger read them; reason no-offset: perhaps it had. The log says which.',
      labelNames: ['topic', 'reason'],
      registers,
    }),
    intakeMisrouted: new Counter({
      name: 'ledger_intake_misrouted_total',
      help: "Records that were taken from another partition than their key's.",
      labelNames: ['topic'],
      registers,
    }),
    publisherLagEvents: new Gauge({
      name: 'ledger_publisher_lag_events',
      help: 'Events in the ledger that are not yet in the topic, for the shards that this process publishes.',
      labelNames: ['shard'],
      registers,
    }),
    publisherForked: new Gauge({
      name: 'ledger_publisher_forked',
      help: '1: the topic and the ledger disagree about the shard, and it is not published.',
      labelNames: ['shard'],
      registers,
    }),
    projectorEntries: new Counter({
      name: 'ledger_projector_entries_total',
      help: 'Entries handed to projections, by where they were read from: topic or ledger.',
      labelNames: ['from'],
      registers,
    }),
    projectorStrangeRecords: new Counter({
      name: 'ledger_projector_strange_records_total',
      help: "Records of the topic that are not the ledger's entries; the ledger was read instead.",
      labelNames: ['code'],
      registers,
    }),
  };
};
