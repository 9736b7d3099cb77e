import { setImmediate as others } from 'node:timers/promises';
import { rootOf } from '../../domain/ids.js';
import { commitmentFacts } from '../facts/commitments.js';
import { factsProjection } from '../facts/facts.js';
import { readLiveProgress } from '../engine/checkpoint.js';
import type { Projection } from '../engine/projection.js';
import { goesOn, lagOf, placeOf, positionsOf, rangesBetween, type Place } from './place.js';
import { asked as askedOf, type Asked, type Positions, type TimeAxes } from './question.js';
import { nowOf, readView, type Views } from './read-view.js';
import { said, underAny, type AnyRow, type RowsOf, type Wanted } from './rows-wanted.js';

/**
 * A question over all agreements whose answer is made of a piece of each, and a piece of nothing but what is said in the
 * streams of its agreement.
 */
export interface PiecewiseQuestion<W extends Wanted, Piece, Whole> {
  /** With all that a piece depends on besides its rows and `asOf`. */
  readonly name: string;
  readonly projections: readonly Projection[];
  /** Rows with an `agreementId` or a `commitmentId`: of these only, or (null) of all. */
  readonly wantedOf: (asked: Asked, only: Only | null) => W;
  /** Of the rows of one agreement. */
  readonly pieceOf: (rows: RowsOf<W>, asked: Asked, agreementId: string) => Piece;
  /** Of the pieces of all. */
  readonly wholeOf: (pieces: Iterable<Piece>) => Whole;
}

/** Some agreements, and the commitments under them. */
export interface Only {
  readonly agreementIds: readonly string[];
  readonly commitmentIds: readonly string[];
}

/** Of one place of each shard, and how to ask for more of the same place. */
export interface Pieces<Piece, Whole> extends Read<Piece, Whole> {
  readonly axes: TimeAxes;
  /** Null: `axes` name a place of the past, and an answer of it lacks nothing. */
  readonly lag: number | null;
}

interface Read<Piece, Whole> {
  readonly pieces: ReadonlyMap<string, Piece>;
  readonly whole: Whole;
}

/** What was read is true at `place`. */
interface Kept<Piece, Whole> extends Read<Piece, Whole> {
  readonly place: Place;
}

/** More than these have moved: all are read again, which costs no more. */
const MOVED_MAX = 1_000;

/**
 * The pieces of all agreements. Where `views` keep them, by tenant and day, the next question asks the ledger which agreements
 * moved since, and reads those again: it costs what moved, and not what there is. What was known in the past is read whole.
 */
export const piecesOf = async <W extends Wanted, Piece, Whole>(
  views: Views,
  question: PiecewiseQuestion<W, Piece, Whole>,
  axes: TimeAxes,
): Promise<Pieces<Piece, Whole>> => {
  const { tenant, asOf } = askedOf(axes, nowOf(views));
  const name = `${question.name} ${tenant} ${asOf}`;
  if (axes.knownAt !== undefined || axes.knownPosition !== undefined) {
    const pinned = { ...axes, asOf };
    const held = views.kept?.latest<Kept<Piece, Whole>>(name) ?? null;
    // Pages that follow each other name the place of the first one.
    const isHeld =
      held !== null && axes.knownPosition !== undefined && isAt(held, axes.knownPosition);
    const read = isHeld ? held : await readWhole(views, question, pinned);
    return { ...read, axes: pinned, lag: null };
  }
  const heads = await views.reader.heads();
  const run = (before: Kept<Piece, Whole> | null) =>
    refreshed(views, question, { tenant, asOf }, before);
  const { place, pieces, whole } = await (views.kept?.next(name, run) ?? run(null));
  const at = { tenant, asOf, knownPosition: positionsOf(place) };
  return { pieces, whole, axes: at, lag: lagOf(heads, place) };
};

const isAt = ({ place }: Kept<unknown, unknown>, positions: Positions): boolean =>
  place.shards.every(({ shard, position }) => (positions[shard] ?? 0) === position);

const refreshed = async <W extends Wanted, Piece, Whole>(
  views: Views,
  question: PiecewiseQuestion<W, Piece, Whole>,
  axes: Pick<TimeAxes, 'tenant' | 'asOf'>,
  before: Kept<Piece, Whole> | null,
): Promise<Kept<Piece, Whole>> => {
  const { pool, reader } = views;
  const parts = await readLiveProgress(pool, question.projections, axes.tenant);
  const place = placeOf(parts);
  const at = { ...axes, knownPosition: positionsOf(place) };
  const moved =
    before !== null && (await goesOn(reader, before.place, place))
      ? await movedSince(views, axes.tenant, before.place, place)
      : null;
  if (before === null || moved === null)
    return { place, ...(await readWhole(views, question, at)) };
  if (moved.length === 0) return { ...before, place };
  const pieces = new Map(before.pieces);
  for (const root of moved) pieces.delete(root);
  const only = await withCommitments(views, at, moved);
  for (const [root, piece] of await readPieces(views, question, at, only)) pieces.set(root, piece);
  return { place, pieces, whole: question.wholeOf(pieces.values()) };
};

const readWhole = async <W extends Wanted, Piece, Whole>(
  views: Views,
  question: PiecewiseQuestion<W, Piece, Whole>,
  axes: TimeAxes,
): Promise<Read<Piece, Whole>> => {
  const pieces = await readPieces(views, question, axes, null);
  return { pieces, whole: question.wholeOf(pieces.values()) };
};

/** Sums stand by commitment: ranges of their key are read by whole ids, and not by how they begin. */
const withCommitments = async (
  views: Views,
  axes: TimeAxes,
  agreementIds: readonly string[],
): Promise<Only> => {
  const { rows } = await readView(views, [factsProjection], axes, () => ({
    commitments: said(commitmentFacts, { commitmentId: underAny(agreementIds) }),
  }));
  const ids = new Set(rows.commitments.map(({ commitmentId }) => commitmentId));
  return { agreementIds, commitmentIds: [...ids] };
};

/** Agreements in whose streams something was recorded. Null: too many. */
const movedSince = async (
  { reader }: Views,
  tenant: string,
  from: Place,
  to: Place,
): Promise<readonly string[] | null> => {
  const ranges = rangesBetween(from, to);
  if (ranges.length === 0) return [];
  const streams = await reader.movedStreams(ranges, [tenant], MOVED_MAX);
  if (streams.length >= MOVED_MAX) return null;
  const ofAgreements = streams.filter(({ stream }) => OF_AGREEMENTS.has(stream.kind));
  return [...new Set(ofAgreements.map(({ stream }) => rootOf(stream.key)))];
};

const OF_AGREEMENTS: ReadonlySet<string> = new Set(['agreement', 'commitment', 'investment']);

/** So many pieces are made before others get their turn: a few milliseconds. */
const AT_A_TIME = 50;

const readPieces = async <W extends Wanted, Piece, Whole>(
  views: Views,
  question: PiecewiseQuestion<W, Piece, Whole>,
  axes: TimeAxes,
  only: Only | null,
): Promise<ReadonlyMap<string, Piece>> => {
  const { projections, wantedOf, pieceOf } = question;
  const view = await readView(views, projections, axes, (asked) => wantedOf(asked, only));
  const pieces = new Map<string, Piece>();
  for (const [root, rows] of byAgreement(view.rows)) {
    pieces.set(root, pieceOf(rows, view.asked, root));
    if (pieces.size % AT_A_TIME === 0) await others();
  }
  return pieces;
};

/** Each in the order in which it came. */
export const byAgreement = <W extends Wanted>(rows: RowsOf<W>): ReadonlyMap<string, RowsOf<W>> => {
  const names = Object.keys(rows);
  const groups = new Map<string, Record<string, AnyRow[]>>();
  for (const name of names) {
    for (const row of rows[name] as readonly AnyRow[]) {
      const root = (row['agreementId'] ?? rootOf(row['commitmentId'] as string)) as string;
      let group = groups.get(root);
      if (group === undefined) {
        group = Object.fromEntries(names.map((each) => [each, []]));
        groups.set(root, group);
      }
      group[name]?.push(row);
    }
  }
  return groups as unknown as ReadonlyMap<string, RowsOf<W>>;
};
