import type { TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { facts, said, type RowsOf } from '../asking/rows-wanted.js';
import { factsProjection } from '../facts/facts.js';
import { partyFacts, relationFacts } from '../facts/parties.js';
import { timesSaid } from '../facts/times-said.js';
import type { ListedParty, PartyList } from './answer.js';
import { pageOf, type Page, type PageAsked } from './page.js';

export interface PartiesQuestion extends TimeAxes, PageAsked {
  /** Only companies that are of this kind, whatever else they are. */
  readonly kind?: string | undefined;
}

export const parties = async (views: Views, question: PartiesQuestion): Promise<PartyList> => {
  const { rows, seen } = await readView(views, [factsProjection], question, partiesWanted);
  return { ...partiesOf(rows, question), ...seen };
};

export const partiesWanted = () => ({
  parties: facts(partyFacts),
  saidParties: said(partyFacts),
  saidRelations: said(relationFacts),
});

export const partiesOf = (
  { parties, saidParties, saidRelations }: RowsOf<ReturnType<typeof partiesWanted>>,
  { kind, ...page }: PageAsked & Pick<PartiesQuestion, 'kind'>,
): Page<ListedParty> => {
  // Facts come in the order in which they took effect: the last name is the one of that day.
  const names = new Map(parties.map(({ partyId, name }) => [partyId, name]));
  const versions = timesSaid([...saidParties, ...saidRelations], 'partyId');
  const listed = parties.flatMap(({ partyId, name, kinds: text }): ListedParty[] => {
    if (text === null) return [];
    const kinds = JSON.parse(text) as readonly string[];
    if (kind !== undefined && !kinds.includes(kind)) return [];
    const termsVersion = versions.get(partyId) ?? 0;
    return [{ partyId, termsVersion, name: names.get(partyId) ?? name, kinds }];
  });
  return pageOf(listed, ({ partyId }) => partyId, page);
};
