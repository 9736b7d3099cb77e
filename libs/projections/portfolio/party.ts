import type { Instant } from '../../domain/decider.js';
import type { TimeAxes } from '../asking/question.js';
import type { Seen } from '../asking/seen.js';
import { readView, type Views } from '../asking/read-view.js';
import type { FactRow } from '../engine/table.js';
import { factsProjection } from '../facts/facts.js';
import { facts, said, type RowsOf } from '../asking/wanted.js';
import type { PartyName } from './query.js';
import { partyFacts, relationFacts } from '../facts/parties.js';

/** One party holds something in, or over, another during [from, until). */
export interface PartyRelation {
  readonly relationId: string;
  readonly kind: string;
  /** Decimal text, 0 to 100. */
  readonly percent: string | null;
  readonly from: Instant;
  readonly until: Instant | null;
}

export interface PartyAnswer {
  readonly partyId: string;
  /** How often it or its own relations were changed by then, whenever that takes effect: what If-Match names. */
  readonly termsVersion: number;
  readonly name: string;
  readonly kinds: readonly string[];
  /** What it holds in others, and what others hold in it, by the id of the relation. */
  readonly relations: readonly (PartyRelation & { readonly to: PartyName })[];
  readonly relationsOfOthers: readonly (PartyRelation & { readonly of: PartyName })[];
}

/** Null: no such party as known then. */
export const party = async (
  views: Views,
  question: TimeAxes & { readonly partyId: string },
): Promise<(PartyAnswer & Seen) | null> => {
  const { rows, seen } = await readView(views, [factsProjection], question, partyWanted);
  const answer = partyOf(rows, question.partyId);
  return answer && { ...answer, ...seen };
};

export const partyWanted = () => ({
  parties: facts(partyFacts),
  relations: facts(relationFacts),
  saidRelations: said(relationFacts),
});

export const partyOf = (
  { parties, relations, saidRelations }: RowsOf<ReturnType<typeof partyWanted>>,
  partyId: string,
): PartyAnswer | null => {
  const registered = parties.find((row) => row.partyId === partyId);
  if (!registered) return null;
  const names = new Map(parties.map((row) => [row.partyId, row.name]));
  const named = (id: string): PartyName => ({ partyId: id, name: names.get(id) ?? null });
  const all = relationsAsOf(relations);
  return {
    partyId,
    termsVersion: 1 + saidRelations.filter((row) => row.partyId === partyId).length,
    name: registered.name,
    kinds: JSON.parse(registered.kinds) as string[],
    relations: all
      .filter((row) => row.partyId === partyId)
      .map((row) => ({ ...relationOf(row), to: named(row.toPartyId!) })),
    relationsOfOthers: all
      .filter((row) => row.toPartyId === partyId)
      .map((row) => ({ ...relationOf(row), of: named(row.partyId) })),
  };
};

type RelationFact = FactRow<(typeof relationFacts)['shape']>;

/** Declared by then; one that has not ended by then is open, or ends when its declaration says. */
const relationsAsOf = (rows: readonly RelationFact[]): readonly RelationFact[] => {
  const relations = new Map<string, RelationFact>();
  for (const row of rows) {
    const key = `${row.partyId} ${row.relationId}`;
    if (row.change === 'declared') relations.set(key, row);
    const declared = relations.get(key);
    if (row.change === 'ended' && declared) relations.set(key, { ...declared, endsAt: row.endsAt });
  }
  return [...relations.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, row]) => row);
};

const relationOf = ({
  relationId,
  kind,
  percent,
  startsAt,
  endsAt,
}: RelationFact): PartyRelation => ({
  relationId,
  kind: kind!,
  percent,
  from: startsAt!,
  until: endsAt,
});
