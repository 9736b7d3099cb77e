import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * Prometheus metrics of one process. Labels are bounded: event types, channels, outcomes, projection names, and a fixed
 * number of commitments.
 */
export interface Metrics {
  readonly registry: Registry;
  /** Measures what is only worth measuring when somebody looks; called before every scrape. */
  readonly measures: (() => Promise<void>)[];
  /**
   * The Prometheus text. A measure that fails leaves its last value. Series that name commitments are left out unless
   * they are of this tenant: whoever asks may read its views.
   */
  text(readableTenant?: string | null): Promise<string>;
  readonly eventsAppended: Counter<'type'>;
  readonly appendDuration: Histogram;
  readonly appendBatchSize: Histogram;
  readonly projectionLagEvents: Gauge<'projection'>;
  readonly projectionLagSeconds: Gauge<'projection'>;
  readonly projectionSkippedEvents: Gauge<'projection'>;
  readonly commitmentRemainingRatio: Gauge<'commitment'>;
  readonly commitmentsWithoutRatio: Gauge;
  readonly usageItems: Counter<'channel' | 'outcome'>;
  readonly publisherLagEvents: Gauge<'shard'>;
  readonly publisherForked: Gauge<'shard'>;
  readonly projectorEntries: Counter<'from'>;
  readonly projectorStrangeRecords: Counter<'code'>;
}

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
  return {
    registry,
    measures,
    text: async (readableTenant = null) => {
      await Promise.allSettled(measures.map((measure) => measure()));
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
    commitmentsWithoutRatio: new Gauge({
      name: 'ledger_commitments_without_ratio',
      help: 'Commitments in force that ledger_commitment_remaining_ratio leaves out.',
      registers,
    }),
    usageItems: new Counter({
      name: 'ledger_usage_items_total',
      help: 'Usage events received, by what became of them.',
      labelNames: ['channel', 'outcome'],
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
