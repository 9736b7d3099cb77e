import { rootOf } from '../../domain/ids.js';
import { shardOf } from '../../ledger/format/shard.js';
import type { TimeAxes } from '../asking/question.js';
import { readView, type View, type Views } from '../asking/read-view.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import type { Explanation } from './answer.js';
import { readCursor, type Cursor } from './cursor.js';
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
  const seen = await readView(
    views,
    burnDownReads,
    axesOf(question, cursor),
    () => commitmentWanted(commitmentId),
    rootOf(commitmentId),
  );
  return explanationOf(views.reader, seen, { ...question, commitmentId }, cursor);
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

/** The same from rows that were read already. */
export const explanationOf = async (
  reader: EntryReader,
  { rows, asked, seen }: View<ReturnType<typeof commitmentWanted>>,
  question: ExplainQuestion & { readonly commitmentId: string },
  cursor: Cursor | null = cursorOf(question),
): Promise<Explanation | null> => {
  const of = ofCommitment(rows, asked, question);
  if (of === null) return null;
  const root = {
    tenant: asked.tenant,
    kind: 'agreement',
    key: rootOf(question.commitmentId),
  } as const;
  const home = shardOf(root, reader.shardCount);
  return pageOf(reader, explainedOf(of, question), {
    address: addressOf(question),
    ...{ asked, seen, cursor, limit: question.limit ?? LINES_DEFAULT },
    knownTo: { [home]: seen.ledgerPosition[home] ?? 0 },
  });
};
