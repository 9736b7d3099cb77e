import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { MisroutedRecords } from './misrouted.js';

describe('records on other partitions', () => {
  it('are said once a minute per topic, with how many there were since', () => {
    const lines: string[] = [];
    let now = 0;
    const logger = pino({ base: null }, { write: (line) => void lines.push(line) });
    const misrouted = new MisroutedRecords(logger, undefined, () => now);
    const come = (topic: string, records: number): void =>
      misrouted.count({ topic, partition: 1, records, tenant: 'acme' });
    come('usage', 3);
    come('usage', 4);
    come('investment', 1);
    now = 59_999;
    come('usage', 5);
    now = 60_000;
    come('usage', 6);
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said.map(({ level, topic, records }) => [level, topic, records])).toEqual([
      [40, 'usage', 3],
      [40, 'investment', 1],
      [40, 'usage', 15],
    ]);
  });
});
