import type { Observer } from '../application/observer.js';
import type { BatchReport } from '../ledger/writer/shard-writer.js';
import type { ProjectorProgress } from '../projections/engine/projector.js';
import type { Metrics } from './metrics.js';

/** Metrics of what the ledger has appended, batch by batch. */
export const batchObserver =
  (metrics: Metrics) =>
  ({ entries, durationMs }: BatchReport): void => {
    metrics.appendBatchSize.observe(entries.length);
    metrics.appendDuration.observe(durationMs / 1_000);
    const byType = new Map<string, number>();
    for (const { event } of entries) byType.set(event.type, (byType.get(event.type) ?? 0) + 1);
    for (const [type, count] of byType) metrics.eventsAppended.inc({ type }, count);
  };

/** Metrics of how long the views take to know what was recorded. Clocks of two machines may disagree: never below zero. */
export const observeProgress = (
  { projectionDelay }: Pick<Metrics, 'projectionDelay'>,
  progress: ProjectorProgress,
): void => {
  if (progress.kind !== 'advanced') return;
  const { projection, recordedAt } = progress;
  const seconds = (Date.now() - Date.parse(recordedAt)) / 1_000;
  projectionDelay.observe({ projection }, Math.max(0, seconds));
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
