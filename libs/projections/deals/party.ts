import type { Instant } from '../../domain/decider.js';
import type { TimeAxes } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import { readView, type Views } from '../asking/read-view.js';
import type { FactRow } from '../engine/table.js';
import { factsProjection } from '../facts/facts.js';
import { facts, said, type RowsOf } from '../asking/rows-wanted.js';
import type { Party, PartyName, Relation } from './answer.js';
import { partyFacts, relationFacts } from '../facts/parties.js';

/** Null: no such party as known then. */
export const party = async (
  views: Views,
  question: TimeAxes & { readonly partyId: string },
): Promise<Party | null> => {
  const { rows, seen } = await readView(views, [factsProjection], question, partyWanted);
  const answer = partyOf(rows, question.partyId);
  return answer && { ...answer, ...seen };
};

const partyWanted = () => ({
  parties: facts(partyFacts),
  saidParties: said(partyFacts),
  relations: facts(relationFacts),
  saidRelations: said(relationFacts),
});

const partyOf = (
  { parties, saidParties, relations, saidRelations }: RowsOf<ReturnType<typeof partyWanted>>,
  partyId: string,
): Told<Party> | null => {
  const registered = parties.find((row) => row.partyId === partyId && row.kinds !== null);
  if (!registered) return null;
  // Facts come in the order in which they took effect: the last name is the one of that day.
  const names = new Map(parties.map((row) => [row.partyId, row.name]));
  const named = (id: string): PartyName => ({ partyId: id, name: names.get(id) ?? null });
  const all = relationsAsOf(relations);
  return {
    partyId,
    termsVersion: [...saidParties, ...saidRelations].filter((row) => row.partyId === partyId)
      .length,
    name: names.get(partyId) ?? registered.name,
    kinds: JSON.parse(registered.kinds ?? '[]') as string[],
    relations: all
      .filter((row) => row.partyId === partyId)
      .map((row) => ({ ...relationOf(row), to: named(row.toPartyId) })),
    relationsOfOthers: all
      .filter((row) => row.toPartyId === partyId)
      .map((row) => ({ ...relationOf(row), of: named(row.partyId) })),
  };
};

type RelationFact = FactRow<(typeof relationFacts)['shape']>;

/** What only a declaration says. */
type DeclaredRelation = RelationFact & { readonly toPartyId: string; readonly startsAt: Instant };

/** Declared by then; one that has not ended by then is open, or ends when its declaration says. */
const relationsAsOf = (rows: readonly RelationFact[]): readonly DeclaredRelation[] => {
  const relations = new Map<string, DeclaredRelation>();
  for (const row of rows) {
    const key = `${row.partyId} ${row.relationId}`;
    const { toPartyId, startsAt } = row;
    if (row.change === 'declared' && toPartyId !== null && startsAt !== null)
      relations.set(key, { ...row, toPartyId, startsAt });
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
}: DeclaredRelation): Relation => ({
  relationId,
  kind: kind as Relation['kind'],
  percent,
  from: startsAt,
  until: endsAt,
});
