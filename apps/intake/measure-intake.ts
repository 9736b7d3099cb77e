import type { Gauge } from 'prom-client';
import { atMostEvery } from '../../libs/host/measures.js';
import type { Measure } from '../../libs/host/metrics.js';
import type { LogRange } from '../../libs/messaging/positions.js';
import type { TopicAdmin } from '../../libs/messaging/ports.js';

/** A topic, the group that works through it, and where it is told how much is left. */
export type Backlog = readonly [topic: string, group: string, left: Gauge<'topic'>];

const ASKED_EVERY_MS = 15_000;

/** How much is left in topics, as their brokers say: they are asked no more often, whoever scrapes. */
export const measureIntake = (
  admin: Pick<TopicAdmin, 'offsetRanges' | 'committedOffsets'>,
  backlogs: readonly Backlog[],
): Measure => ({
  name: 'intake',
  isElsewhere: true,
  measure: atMostEvery(ASKED_EVERY_MS, async () => {
    for (const [topic, group, left] of backlogs) {
      const ranges = await admin.offsetRanges(topic);
      left.set({ topic }, lag(ranges, await admin.committedOffsets(group, topic)));
    }
  }),
  drop: () => backlogs.forEach(([, , left]) => left.reset()),
});

/** A group that has committed nothing begins with the first record that is there; so does one whose place was deleted. */
const lag = (ranges: readonly LogRange[], committed: readonly (number | null)[]): number =>
  ranges.reduce((sum, { start, end }, partition) => {
    const next = Math.max(start, committed[partition] ?? start);
    return sum + Math.max(0, end - next);
  }, 0);
