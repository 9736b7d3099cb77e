import { describe, expect, it } from '@jest/globals';
import { Output, type Terminal } from './output.js';
import type { Report } from './report.js';
import { frame, Watched } from './watch.js';

const terminal = { stdout: {}, stderr: {}, env: {} } as unknown as Terminal;

const report = (lag: number): Report => ({
  headline: 'One commitment.',
  tables: [],
  notes: [],
  answer: {},
  records: { columns: [], rows: [] },
  seen: {
    asOf: '2026-11-21',
    knownAt: null,
    ledgerPosition: {},
    lag,
    skipped: 0,
    skippedEvents: [],
  },
});

const at = (clock: string): Date => new Date(`2026-11-21T${clock}Z`);

describe('watching', () => {
  const watching = (): Watched =>
    new Watched(new Output(terminal, { format: 'table', out: null, quiet: false }));

  it('says when it looked', () => {
    const watched = watching();
    watched.answered(report(0), at('10:00:00'));
    expect(watched.text(at('10:00:00'))).toContain('10:00:00 UTC · every 2 s');
    watched.answered(report(7), at('10:00:02'));
    expect(watched.text(at('10:00:02'))).toContain('10:00:02 UTC · the view is behind the ledger');
  });

  it('keeps the last answer and says since when it is stale', () => {
    const watched = watching();
    watched.answered(report(0), at('10:00:00'));
    watched.failed(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    const text = watched.text(at('10:00:30'));
    expect(text).toContain('STALE since 10:00:00 UTC: The database cannot be reached');
    expect(text).toContain('One commitment.');
    watched.answered(report(0), at('10:00:32'));
    expect(watched.text(at('10:00:32'))).not.toContain('STALE');
  });

  it('draws over the last frame, and never more than the screen holds', () => {
    const drawn = frame('a\nb\nc\nd\n', 3);
    expect(drawn).toBe('\u001b[Ha\u001b[K\nb\u001b[K\n…\u001b[K\u001b[J');
  });
});
