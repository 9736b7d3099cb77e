import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../libs/host/metrics.js';
import { measureIntake } from './measure-intake.js';

describe('what is left in the topics of an intake', () => {
  const topics: Readonly<Record<string, readonly (readonly [number, number, number | null])[]>> = {
    // Settled in part; nothing settled yet, and some deleted; settled what was deleted since; made anew below it.
    'usage.ingest': [
      [0, 10, 4],
      [5, 8, null],
      [20, 25, 3],
      [0, 2, 90],
    ],
    'usage.ingest.dlq': [[0, 7, 6]],
  };
  const admin = {
    offsetRanges: async (topic: string) =>
      (topics[topic] ?? []).map(([start, end]) => ({ start, end })),
    committedOffsets: async (group: string, topic: string) => {
      if (isAway) throw new Error(`no broker for ${group}`);
      return (topics[topic] ?? []).map(([, , committed]) => committed);
    },
  };
  let isAway = false;

  it('is counted from where the group goes on, and not told when no broker answers', async () => {
    const measured = (): ReturnType<typeof createMetrics> => {
      const metrics = createMetrics('0.0.0-test');
      metrics.measures.push(
        measureIntake(admin, [
          ['usage.ingest', 'intake', metrics.intakeLag],
          ['usage.ingest.dlq', 'retried', metrics.deadLetters],
        ]),
      );
      return metrics;
    };
    const text = await measured().text();
    // 6 of the first, 3 of the second, 5 of the third, none of the fourth.
    expect(text).toContain('ledger_intake_lag_records{topic="usage.ingest"} 14\n');
    expect(text).toContain('ledger_dead_letters{topic="usage.ingest.dlq"} 1\n');
    isAway = true;
    const away = await measured().text();
    expect(away).not.toContain('ledger_intake_lag_records{');
    expect(away).toContain('ledger_scrape_errors_total{measure="intake"} 1\n');
  });
});
