import type { Observer } from '../application/observer.js';
import type { BatchReport } from '../ledger/writer/shard-writer.js';
import type { Metrics } from './metrics.js';

/** Metrics of what the ledger has appended, batch by batch. */
export const observeBatch = (metrics: Metrics, report: BatchReport): void => {
  metrics.appendBatchSize.observe(report.entries.length);
  metrics.appendDuration.observe(report.durationMs / 1_000);
  const byType = new Map<string, number>();
  for (const { event } of report.entries) byType.set(event.type, (byType.get(event.type) ?? 0) + 1);
  for (const [type, count] of byType) metrics.eventsAppended.inc({ type }, count);
};

/** Metrics of what passes the buses, and what the process itself wants to be told. */
export const observerOf = (
  metrics: Metrics | undefined,
  { onFault, onAltered }: Pick<Observer, 'onFault' | 'onAltered'>,
): Observer => ({
  count: (channel, outcome, count) => metrics?.usageItems.inc({ channel, outcome }, count),
  refused: (channel, codes) =>
    metrics?.countRefusals(channel === 'kafka-commands' ? 'kafka-investment' : channel, codes),
  asked: (question, seconds) => metrics?.queryDuration.observe({ question }, seconds),
  onFault,
  onAltered: (item) => {
    metrics?.parkedAltered.inc();
    onAltered?.(item);
  },
});
