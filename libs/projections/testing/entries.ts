import type { Instant } from '../../domain/decider.js';
import type { DomainEvent } from '../../domain/events.js';
import { dayOf } from '../../domain/instant.js';
import { instant } from '../../domain/testing/samples.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import { NetChanges } from '../engine/net-changes.js';
import type { Projection } from '../engine/projection.js';
import { byAgreement, type PiecewiseQuestion } from '../asking/pieces.js';
import { asked, type Asked, type TimeAxes } from '../asking/question.js';
import { sqlText } from '../engine/sql-cells.js';
import { pick, mergedRows, type RowsOf, type Wanted } from '../asking/rows-wanted.js';

/** One event with its two times; `effective` and `recorded` are days or RFC 3339 instants. */
export interface Happening {
  readonly event: DomainEvent;
  readonly effective: string;
  readonly recorded: string;
  readonly shard?: number;
  readonly tenant?: string;
}

/** Entries as a ledger would hold them; positions count up per shard. */
export const history = (...happenings: readonly Happening[]): RecordedEntry[] => {
  const positions = new Map<number, number>();
  return happenings.map(({ event, effective, recorded, shard = 0, tenant = 'acme' }) => {
    const position = (positions.get(shard) ?? 0) + 1;
    positions.set(shard, position);
    return {
      tenant,
      shard,
      epoch: 1,
      position,
      prev: `hash ${shard} ${position - 1}`,
      hash: `hash ${shard} ${position}`,
      stream: { tenant, kind: 'agreement', key: 'deal' },
      version: position,
      source: 'test',
      id: `${shard}-${position}`,
      digest: '',
      schema: 1,
      recordedAt: instant(recorded),
      effectiveAt: instant(effective),
      actor: 'ann',
      event: dated(event, instant(effective)),
      entry: '',
    };
  });
};

/** Samples leave open when they take effect: then it is with their entry. */
const dated = (event: DomainEvent, effectiveAt: Instant): DomainEvent => {
  const body: Record<string, unknown> = { ...event.body };
  if (body['from'] === '') body['from'] = effectiveAt;
  if (body['effectiveAt'] === '') body['effectiveAt'] = effectiveAt;
  if ('lines' in event.body) {
    body['lines'] = event.body.lines.map((line) => ({
      ...line,
      day: line.day === '' ? dayOf(effectiveAt) : line.day,
    }));
  }
  return { ...event, body } as unknown as DomainEvent;
};

/** The day on which unit tests ask. */
const NOW = instant('2026-12-31T23:00:00Z');

/** True when the entry could be known at the asked instant and belongs to the tenant. */
const isKnown = (entry: RecordedEntry, asked: Asked): boolean =>
  entry.tenant === asked.tenant && (asked.knownAt === null || entry.recordedAt <= asked.knownAt);

/** What readView would give, without a database. */
export const viewOf = <W extends Wanted>(
  projections: readonly Projection[],
  entries: readonly RecordedEntry[],
  axes: Omit<TimeAxes, 'tenant'>,
  wantedOf: (asked: Asked) => W,
): { readonly rows: RowsOf<W>; readonly asked: Asked } => {
  const question = asked({ tenant: 'acme', ...axes }, NOW);
  const changes = new NetChanges();
  for (const entry of entries.filter((each) => isKnown(each, question)))
    for (const projection of projections) projection.fold(entry, changes);
  const rows = Object.fromEntries(
    Object.entries(wantedOf(question)).map(([name, wanted]) => [
      name,
      mergedRows(pick(changes, wanted, question), wanted),
    ]),
  );
  return { rows: rows as unknown as RowsOf<W>, asked: question };
};

/** The whole that `piecesOf` would give, without a database. */
export const wholeIn = <W extends Wanted, Piece, Whole>(
  { projections, wantedOf, pieceOf, wholeOf }: PiecewiseQuestion<W, Piece, Whole>,
  entries: readonly RecordedEntry[],
  axes: Omit<TimeAxes, 'tenant'>,
): Whole => {
  const view = viewOf(projections, entries, axes, (asked) => wantedOf(asked, null));
  return wholeOf(
    [...byAgreement<W>(view.rows)].map(([root, rows]) => pieceOf(rows, view.asked, root)),
  );
};

/** The rows that one entry writes, short: `table: effective day, cells that are not null`. */
export const rowsWritten = (projection: Projection, entry: RecordedEntry): string[] => {
  const changes = new NetChanges();
  projection.fold(entry, changes);
  return projection.tables.flatMap((table) =>
    changes.added(table).map(({ key, values }) => {
      const cells = [...key, ...values].map(sqlText);
      const columns = [...table.key, ...table.values].map(({ name }, at) => [name, cells[at]!]);
      const row = Object.fromEntries(columns) as Record<string, string | null>;
      const recorded = row['recorded_at'] ?? entry.recordedAt;
      if (row['tenant'] !== entry.tenant || recorded !== entry.recordedAt) {
        throw new Error(`${table.name}: a row without its tenant or its recording`);
      }
      const effective = row['effective_day'] ?? row['effective_at']!.slice(0, 10);
      const said = Object.entries(row)
        .filter(([name, text]) => text !== null && !SAID_ALREADY.has(name))
        .map(([name, text]) => (name === 'terms' ? totalOf(text!) : text));
      return `${table.name}: ${effective} ${said.join(' ')}`;
    }),
  );
};

const totalOf = (terms: string): string =>
  (JSON.parse(terms) as { total: { amount: string } }).total.amount;

const SAID_ALREADY = new Set([
  ...['tenant', 'shard', 'position', 'line', 'span', 'block'],
  ...['effective_day', 'effective_at', 'recorded_at'],
]);
