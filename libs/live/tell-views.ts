import type { Projection } from '../projections/engine/projection.js';
import { concerns, subjectOf, type Interest, type Subject } from './interest.js';
import { NOBODY, type MovedIn, type Span, type Told } from './told.js';

/** What a view has folded in between. */
export interface MovedView {
  readonly projection: Pick<Projection, 'name' | 'handles'>;
  readonly moved: readonly MovedIn[];
}

/** How far each view has got, by its name and shard. */
type Reached = ReadonlyMap<string, ReadonlyMap<number, number>>;

interface Move {
  readonly subject: Subject;
  readonly reached: Reached;
}

/**
 * Moves of views, one per agreement or party: which views it is of, is told by the events that their folds handle. Of a
 * tenant with many of them all are told as one to those who watch everything.
 */
export const tellViews = (
  views: readonly MovedView[],
  { from, to, limits }: Span,
): readonly Told[] => {
  // Until the last of them is told; whoever goes on before that hears some twice.
  const place = { ledger: to.ledger, views: from.views };
  return [...movesOf(views)].flatMap(([tenant, moves]) => {
    const isMany = moves.size > limits.subjects;
    const single = [...moves.values()].map(({ subject, reached }): Told => ({
      ...{ name: 'view', tenant, place, data: { ...subject, views: wordsOf(reached) } },
      isFor: (interest) =>
        interest.views && concerns(interest, subject) && !(isMany && isForAll(interest)),
    }));
    if (!isMany) return single;
    const reached = [...moves.values()].reduce<Reached>(
      (all, move) => together(all, move.reached),
      new Map(),
    );
    const any: Told = {
      ...{ name: 'view', tenant, place, data: { ...NOBODY, views: wordsOf(reached) } },
      isFor: (interest) => interest.views && isForAll(interest),
    };
    return [any, ...single];
  });
};

const isForAll = ({ agreementId, commitmentId }: Interest): boolean =>
  agreementId === null && commitmentId === null;

/** By tenant, then by subject. Streams of neither an agreement nor a party are in no view. */
const movesOf = (views: readonly MovedView[]): ReadonlyMap<string, ReadonlyMap<string, Move>> => {
  const all = new Map<string, Map<string, Move>>();
  for (const { projection, moved } of views)
    for (const { range, streams } of moved)
      for (const { stream, type } of streams) {
        const subject = subjectOf(stream);
        const name = `${subject.agreementId ?? ''} ${subject.partyId ?? ''}`;
        if (name === ' ' || !projection.handles.includes(type)) continue;
        const own = all.get(stream.tenant) ?? new Map<string, Move>();
        all.set(stream.tenant, own);
        const reached = new Map([[projection.name, new Map([[range.shard, range.upTo]])]]);
        const before = own.get(name)?.reached;
        own.set(name, { subject, reached: before ? together(before, reached) : reached });
      }
  return all;
};

const together = (one: Reached, other: Reached): Reached =>
  new Map(
    [...new Set([...one.keys(), ...other.keys()])].map((view) => [
      view,
      new Map([...(one.get(view) ?? []), ...(other.get(view) ?? [])]),
    ]),
  );

const wordsOf = (reached: Reached): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...reached].map(([view, shards]) => [
      view,
      [...shards].map(([shard, position]) => `${shard}:${position}`).join(),
    ]),
  );
