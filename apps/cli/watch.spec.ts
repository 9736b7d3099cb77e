import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Output, type Terminal } from './output.js';
import type { Report } from './report.js';
import { lineWidth } from './text-width.js';
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
    const drawn = frame('a\nb\nc\nd\n', 3, 80);
    expect(drawn).toBe(
      '\u001b[Ha\u001b[K\nb\u001b[K\n… 2 more lines, in a taller window\u001b[K\u001b[J',
    );
  });

  it('leaves the last column alone: clearing the rest of a full line would take its last character', () => {
    expect(frame('12345\n123\n', 3, 5)).toBe('\u001b[H12345\n123\u001b[K\u001b[J');
    expect(frame('12345\n', 3, 5)).toBe('\u001b[H12345\n\u001b[J');
  });

  it('loses nothing and never is wider than the screen, whatever the lines', () => {
    const line = fc.stringMatching(/^[a-z0-9 ,.→]{0,60}$/);
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1 }),
        fc.integer({ min: 5, max: 40 }),
        (lines, columns) => {
          const drawn = frame(`${lines.join('\n')}\n`, 10_000, columns).replace(
            /\u001b\[[HKJ]/g,
            '',
          );
          const widths = drawn.split('\n').map(lineWidth);
          expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
          expect(drawn.replaceAll('\n', '')).toBe(lines.join('\n').trimEnd().replaceAll('\n', ''));
        },
      ),
    );
  });

  it('goes on in the next line where one is too long, colours and all', () => {
    expect(frame('\u001b[1m1234567\u001b[22m', 9, 5)).toBe(
      '\u001b[H\u001b[1m12345\n67\u001b[22m\u001b[K\u001b[J',
    );
  });
});
