import { rootOf } from '../../domain/ids.js';
import { shardOf } from '../../ledger/format/shard.js';
import type { TimeAxes } from '../asking/question.js';
import { nowOf, readView, type View, type Views } from '../asking/read-view.js';
import { positionsSince } from '../asking/since.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import type { Explanation } from './answer.js';
import { changeOf } from './change.js';
import { readCursor, type Cursor } from './cursor.js';
import type { Explained } from './explained.js';
import { explainedOf } from './figures.js';
import type { EntryReader } from './lines.js';
import { commitmentWanted, ofCommitment } from './of-commitment.js';
import { pageOf } from './page.js';
import { figureOfWhat, LINES_DEFAULT, type ExplainQuestion } from './question.js';

/**
 * What made a figure. The figure is that of the view, from the same rows; the lines are read from the ledger up to the
 * place that these rows are of. Null: what it is of is not there, as of then and as known then.
 */
export const explanation = async (
  views: Views,
  question: ExplainQuestion,
): Promise<Explanation | null> => {
  const { commitmentId, view } = question;
  if (commitmentId === undefined) {
    throw figureOfWhat(view, 'is of a commitment: say which, as commitmentId=');
  }
  const cursor = cursorOf(question);
  const read = (axes: TimeAxes) =>
    readView(
      views,
      burnDownReads,
      axes,
      () => commitmentWanted(commitmentId),
      rootOf(commitmentId),
    );
  const now = await read(axesOf(question, cursor));
  const asked = { ...question, commitmentId };
  if (question.since === undefined) return explanationOf(views.reader, now, asked, null, cursor);
  const { ledgerPosition } = now.seen;
  const { since } = question;
  const then = await positionsSince(views.reader, since, nowOf(views), ledgerPosition);
  const { tenant } = question;
  const before = await read({ tenant, asOf: now.asked.asOf, knownPosition: then });
  return explanationOf(views.reader, now, asked, before, cursor);
};

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

type CommitmentView = View<ReturnType<typeof commitmentWanted>>;

/** The same from rows that were read already. `before`: what had been known by the moment since which changes are asked for. */
export const explanationOf = async (
  reader: EntryReader,
  { rows, asked, seen }: CommitmentView,
  question: ExplainQuestion & { readonly commitmentId: string },
  before: CommitmentView | null = null,
  cursor: Cursor | null = cursorOf(question),
): Promise<Explanation | null> => {
  const of = ofCommitment(rows, asked, question);
  if (of === null) return null;
  const explained = explainedOf(of, question);
  const { tenant } = asked;
  const key = rootOf(question.commitmentId);
  const home = shardOf({ tenant, kind: 'agreement', key }, reader.shardCount);
  return pageOf(reader, before === null ? explained : since(before, explained, question), {
    address: addressOf(question),
    ...{ asked, seen, cursor, limit: question.limit ?? LINES_DEFAULT },
    knownTo: { [home]: seen.ledgerPosition[home] ?? 0 },
  });
};

const since = (
  { rows, asked, seen }: CommitmentView,
  now: Explained,
  question: ExplainQuestion & { readonly commitmentId: string },
): Explained => {
  const then = ofCommitment(rows, asked, question);
  const periods = then?.periods.periods.length ?? 0;
  const wasThere = then !== null && (question.period ?? 0) < periods;
  const positions = Object.entries(seen.ledgerPosition).map(([shard, position]) => ({
    ...{ shard: Number(shard), position },
  }));
  return changeOf(wasThere ? explainedOf(then, question) : null, now, positions, question);
};
