import { setImmediate as others } from 'node:timers/promises';
import { rootOf } from '../../domain/ids.js';
import { commitmentFacts } from '../facts/commitments.js';
import { factsProjection } from '../facts/facts.js';
import { readLiveProgress } from '../engine/checkpoint.js';
import type { Projection } from '../engine/projection.js';
import { runsOf } from './kept-runs.js';
import { goesOn, lagOf, placeOf, positionsOf, rangesBetween, type Place } from './place.js';
import { asked as askedOf, type Asked, type Positions, type TimeAxes } from './question.js';
import { nowOf, readView, type Views } from './read-view.js';
import { said, underAny, type AnyRow, type RowsOf, type Wanted } from './rows-wanted.js';

/**
 * A question over all agreements whose answer is made of a piece of each, and a piece of nothing but what is said in the
 * streams of its agreement.
 */
export interface PiecewiseQuestion<W extends Wanted, Piece> {
  /** With all that a piece depends on besides its rows and `asOf`. */
  readonly name: string;
  readonly projections: readonly Projection[];
  /** Rows with an `agreementId` or a `commitmentId`: of these only, or (null) of all. */
  readonly wantedOf: (asked: Asked, only: Only | null) => W;
  /** Of the rows of one agreement. */
  readonly pieceOf: (rows: RowsOf<W>, asked: Asked, agreementId: string) => Piece;
}

/** Some agreements, and the commitments under them. */
export interface Only {
  readonly agreementIds: readonly string[];
  readonly commitmentIds: readonly string[];
}

/** The pieces of all agreements at one place of each shard, and how to ask for more of the same place. */
export interface Pieces<Piece> {
  readonly pieces: ReadonlyMap<string, Piece>;
  readonly axes: TimeAxes;
  /** Null: `axes` name a place of the past, and an answer of it lacks nothing. */
  readonly lag: number | null;
}

/** What was read is true at `place`. */
interface Kept<Piece> {
  readonly place: Place;
  readonly pieces: ReadonlyMap<string, Piece>;
}

/** More than these have moved: all are read again, which costs no more. */
const MOVED_MAX = 1_000;

/**
 * Pieces of all agreements. Without `knownAt` they are kept in this process, by tenant and day: the next question asks the
 * ledger which agreements moved since, and reads those again. So it costs what moved, and not what there is. Nothing is kept
 * of what was known in the past, which is read whole.
 */
export const piecesOf = async <W extends Wanted, Piece>(
  views: Views,
  question: PiecewiseQuestion<W, Piece>,
  axes: TimeAxes,
): Promise<Pieces<Piece>> => {
  const asked = askedOf(axes, nowOf(views));
  const { tenant, asOf } = asked;
  const name = `${question.name} ${tenant} ${asOf}`;
  const runs = runsOf<Kept<Piece>>(views.pool);
  if (axes.knownAt !== undefined || axes.knownPosition !== undefined) {
    const pinned = { ...axes, asOf };
    const held = runs.latest(name);
    // Pages that follow each other name the place of the first one.
    const isHeld =
      held !== null && axes.knownPosition !== undefined && isAt(held, axes.knownPosition);
    const pieces = isHeld ? held.pieces : await readPieces(views, question, pinned, null);
    return { pieces, axes: pinned, lag: null };
  }
  const heads = await views.reader.heads();
  const kept = await runs.next(name, (before) =>
    refreshed(views, question, { tenant, asOf }, before),
  );
  const at = { tenant, asOf, knownPosition: positionsOf(kept.place) };
  return { pieces: kept.pieces, axes: at, lag: lagOf(heads, kept.place) };
};

const isAt = ({ place }: Kept<unknown>, positions: Positions): boolean =>
  place.shards.every(({ shard, position }) => (positions[shard] ?? 0) === position);

const refreshed = async <W extends Wanted, Piece>(
  views: Views,
  question: PiecewiseQuestion<W, Piece>,
  axes: Pick<TimeAxes, 'tenant' | 'asOf'>,
  before: Kept<Piece> | null,
): Promise<Kept<Piece>> => {
  const { pool, reader } = views;
  const parts = await readLiveProgress(pool, question.projections, axes.tenant);
  const place = placeOf(parts);
  const at = { ...axes, knownPosition: positionsOf(place) };
  const moved =
    before !== null && (await goesOn(reader, before.place, place))
      ? await movedSince(views, axes.tenant, before.place, place)
      : null;
  if (before === null || moved === null)
    return { place, pieces: await readPieces(views, question, at, null) };
  if (moved.length === 0) return { place, pieces: before.pieces };
  const pieces = new Map(before.pieces);
  for (const root of moved) pieces.delete(root);
  const only = await withCommitments(views, at, moved);
  for (const [root, piece] of await readPieces(views, question, at, only)) pieces.set(root, piece);
  return { place, pieces };
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

const readPieces = async <W extends Wanted, Piece>(
  views: Views,
  question: PiecewiseQuestion<W, Piece>,
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
