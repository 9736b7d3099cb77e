import { shardOf } from '../../ledger/format/shard.js';
import { QueryRefused, type Positions, type TimeAxes } from '../asking/question.js';
import { nowOf, readView, type View, type Views } from '../asking/read-view.js';
import type { Wanted } from '../asking/rows-wanted.js';
import { positionsSince } from '../asking/since.js';
import type { Explanation } from './answer.js';
import { blocksWith, type BlocksWith, type Narrow } from './blocks-with.js';
import { changeOf } from './change.js';
import { readCursor, type Cursor } from './cursor.js';
import type { Explained } from './explained.js';
import type { EntryReader } from './lines.js';
import { pageOf } from './page.js';
import { LINES_DEFAULT, type ExplainQuestion } from './question.js';
import type { Subject } from './subject.js';
import { subjectOf } from './subjects.js';

/**
 * What made a figure. The figure is that of the view, from the same rows; the lines are read from the ledger up to the
 * place that these rows are of. Null: what it is of is not there, as of then and as known then.
 */
export const explanation = async (
  views: Views,
  question: ExplainQuestion,
): Promise<Explanation | null> => {
  const of = subjectOf(question);
  const cursor = cursorOf(question);
  const read = (axes: TimeAxes) => readView(views, of.reads, axes, of.wantedOf, of.root);
  const now = await read(axesOf(question, cursor));
  const { since, tenant } = question;
  const only: OnlyBlocks = (shard, narrow) => blocksWith(views.pool, tenant, shard, narrow);
  if (since === undefined) return explanationOf(views.reader, now, question, null, cursor, only);
  const then = await positionsSince(views.reader, since, nowOf(views), now.seen.ledgerPosition);
  const before = await read({ tenant, asOf: now.asked.asOf, knownPosition: then });
  return explanationOf(views.reader, now, question, before, cursor, only);
};

type OnlyBlocks = (shard: number, narrow: Narrow) => Promise<BlocksWith | null>;

const cursorOf = ({ cursor: text, ...question }: ExplainQuestion): Cursor | null =>
  text === undefined ? null : readCursor(addressOf(question), text);

/** A page after the first is of the moment of the first, also where that was "now". */
const axesOf = (
  { tenant, asOf, knownAt, knownPosition }: TimeAxes,
  cursor: Cursor | null,
): TimeAxes =>
  cursor === null || knownAt !== undefined
    ? { tenant, asOf: cursor?.asOf ?? asOf, knownAt, knownPosition }
    : { tenant, asOf: cursor.asOf, knownPosition: cursor.positions };

const addressOf = ({
  tenant: _tenant,
  knownAt: _knownAt,
  knownPosition: _knownPosition,
  cursor: _cursor,
  limit: _limit,
  ...address
}: ExplainQuestion) => address;

/** The same from rows that were read already. `before`: what had been known by the moment since which changes are asked for. */
export const explanationOf = async (
  reader: EntryReader,
  { rows, asked, seen }: View<Wanted>,
  question: ExplainQuestion,
  before: View<Wanted> | null = null,
  cursor: Cursor | null = cursorOf(question),
  only: OnlyBlocks = () => Promise.resolve(null),
): Promise<Explanation | null> => {
  const of = subjectOf(question);
  const now = of.explain(rows, asked);
  if (now === null) return null;
  const explained = before === null ? now : since(of, before, now, question);
  return pageOf(reader, await withinBlocks(reader, explained, only), {
    address: addressOf(question),
    ...{ asked, seen, cursor, limit: question.limit ?? LINES_DEFAULT },
    knownTo: knownTo(of, seen.ledgerPosition, asked.tenant, reader.shardCount),
  });
};

/** Of a long stream a few days are in few blocks, and the table of sums knows in which. */
const withinBlocks = async (
  { shardCount }: EntryReader,
  explained: Explained,
  only: OnlyBlocks,
): Promise<Explained> => {
  const { entries } = explained;
  if (entries === null || !('streams' in entries.from)) return explained;
  const { narrow, streams } = entries.from;
  const [stream] = streams;
  if (narrow === undefined || stream === undefined) return explained;
  const blocks = await only(shardOf(stream, shardCount), narrow);
  if (blocks === null) return explained;
  return { ...explained, entries: { ...entries, from: { ...entries.from, only: blocks } } };
};

/** Where all of it is in one shard, how far the others are says nothing. */
const knownTo = (
  { root }: Subject,
  positions: Positions,
  tenant: string,
  shardCount: number,
): Positions => {
  if (root === null) return positions;
  const home = shardOf({ tenant, kind: 'agreement', key: root }, shardCount);
  return { [home]: positions[home] ?? 0 };
};

const since = (
  of: Subject,
  { rows, asked, seen }: View<Wanted>,
  now: Explained,
  question: ExplainQuestion,
): Explained => {
  const positions = Object.entries(seen.ledgerPosition).map(([shard, position]) => ({
    ...{ shard: Number(shard), position },
  }));
  return changeOf(
    thenOf(() => of.explain(rows, asked)),
    now,
    positions,
    question,
  );
};

/** A period, a currency or a month that is there now may not have been there then. */
const thenOf = (explain: () => Explained | null): Explained | null => {
  try {
    return explain();
  } catch (error) {
    if (error instanceof QueryRefused && error.code === 'figure-of-what') return null;
    throw error;
  }
};
