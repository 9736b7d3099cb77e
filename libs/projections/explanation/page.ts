import { moneyIn, sumOf, unitsOf } from '../../domain/money.js';
import type { Instant } from '../../domain/decider.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Asked, Positions } from '../asking/question.js';
import type { Seen } from '../asking/seen.js';
import type { UpTo } from '../asking/snapshot.js';
import { pathOf, parametersOf, type Address } from './address.js';
import type { ExplainedEntry, Explanation, ExplanationLine } from './answer.js';
import { BEGINNING, cursorText, type Cursor, type Start } from './cursor.js';
import type { EntriesOf, Explained, Operand } from './explained.js';
import { entryLines, type EntryLine, type EntryReader } from './lines.js';

export interface PageWanted {
  readonly address: Address;
  readonly asked: Asked;
  readonly seen: Seen;
  readonly cursor: Cursor | null;
  readonly limit: number;
  /** For questions about what a figure is made of: the shards that it comes from. */
  readonly knownTo: Positions;
}

/** One page of what made a figure, and whether everything so far is what the view answers. */
export const pageOf = async (
  reader: EntryReader,
  explained: Explained,
  { address, asked, seen, cursor, limit, knownTo }: PageWanted,
): Promise<Explanation> => {
  const start = cursor ?? BEGINNING;
  const upTo = Object.entries(seen.ledgerPosition).map(([shard, position]): UpTo => ({
    shard: Number(shard),
    position,
  }));
  const operands = explained.operands.slice(start.told, start.told + limit);
  const told = start.told + operands.length;
  const room = limit - operands.length;
  // One more than fits says that there is more.
  const { lines: found, stoppedAt } =
    explained.entries === null
      ? { lines: [], stoppedAt: null }
      : await entryLines(reader, explained.entries, asked, upTo, start, room + 1);
  const entries = found.slice(0, room);
  const money = moneyIn(explained.currency);
  const subtotal =
    sumOf(operands.map(({ units }) => units ?? 0n)) + sumOf(entries.map(({ units }) => units));
  const total = start.sum + subtotal;
  const known = seen.knownAt === null ? { knownPosition: knownTo } : { knownAt: seen.knownAt };
  const isRatio = explained.quotient !== null;
  const goesOn: Omit<Start, 'told' | 'sum'> | null =
    told < explained.operands.length ? BEGINNING : (found[room]?.start ?? stoppedAt);
  const figure = explained.figure;
  const value = figure !== null && typeof figure !== 'string' ? figure : null;
  const isLast = goesOn === null && explained.absent === null;
  return {
    view: address.view,
    figure: address.figure,
    of: Object.fromEntries(parametersOf(address).filter(([name]) => !SAID_ALREADY.has(name))),
    formula: explained.formula,
    value,
    ratio: typeof figure === 'string' ? figure : null,
    absent: explained.absent,
    lines: [
      ...(await Promise.all(operands.map((each) => operandLine(reader, each, money, known)))),
      ...entries.map((each) => entryLine(each, explained.entries, money)),
    ],
    before: isRatio ? null : money(start.sum),
    subtotal: isRatio ? null : money(subtotal),
    total: isRatio ? null : money(total),
    addsUp: isLast ? isMade(explained, total) : null,
    difference: isLast && !isRatio && value !== null ? money(unitsOf(value.amount) - total) : null,
    hasMore: goesOn !== null,
    next:
      goesOn &&
      cursorText(address, {
        ...{ ...goesOn, told, sum: total },
        ...{ asOf: asked.asOf, positions: seen.ledgerPosition },
      }),
    stoppedEarly: stoppedAt !== null,
    ...seen,
  };
};

const SAID_ALREADY = new Set(['view', 'figure', 'asOf']);

const isMade = ({ figure, quotient }: Explained, total: bigint): boolean =>
  quotient === null
    ? figure !== null && typeof figure !== 'string' && unitsOf(figure.amount) === total
    : JSON.stringify(quotient) === JSON.stringify(figure);

const NOT_OF_AN_ENTRY = { class: null, day: null, terms: null } as const;

const operandLine = async (
  reader: EntryReader,
  { name, side, units, number, rule, address, place }: Operand,
  money: (units: bigint) => ExplanationLine['amount'],
  known: Parameters<typeof pathOf>[1],
): Promise<ExplanationLine> => {
  const [entry] = place === null ? [] : await reader.read(place.shard, place.position - 1, 1);
  return {
    ...NOT_OF_AN_ENTRY,
    name,
    side,
    amount: units === null ? null : money(units),
    number,
    because: name === null ? 'limit' : 'figure',
    rule,
    period: address?.period ?? null,
    entry: entry ? told(entry) : null,
    explainedBy: address && pathOf(address, known),
  };
};

const entryLine = (
  { entry, row, units }: EntryLine,
  entries: EntriesOf | null,
  money: (units: bigint) => ExplanationLine['amount'],
): ExplanationLine => {
  if (entries === null) throw new Error('lines of entries of a figure that has none');
  const { because, rule, class: ofClass, terms } = entries.decidedBy(entry, row);
  const { when, period, effectiveAt } = row as {
    readonly when?: string;
    readonly period?: number;
    readonly effectiveAt?: Instant;
  };
  return {
    name: null,
    side: 'sum',
    amount: money(units),
    number: null,
    because,
    rule,
    class: ofClass,
    day: when ?? effectiveAt?.slice(0, 10) ?? null,
    period: period ?? null,
    terms: terms && { version: terms.version, ...terms.place },
    entry: told(entry),
    explainedBy: null,
  };
};

const told = (entry: RecordedEntry): ExplainedEntry => ({
  shard: entry.shard,
  position: entry.position,
  hash: entry.hash,
  recordedAt: entry.recordedAt,
  effectiveAt: entry.effectiveAt,
  type: entry.event.type,
  source: entry.source,
  id: entry.id,
});
