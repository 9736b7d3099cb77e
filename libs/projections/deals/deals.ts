import { utilisation } from '../../domain/formulas.js';
import { addTo, moneyIn } from '../../domain/money.js';
import type { TimeAxes } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import type {
  Agreement,
  CommitmentSummary,
  Deals,
  InvestmentSummary,
  PartyName,
} from './answer.js';
import { readView, type Views } from '../asking/read-view.js';
import { agreementFacts, agreementsAsOf, linkFacts, noteFacts } from '../facts/agreements.js';
import {
  commitmentFacts,
  commitmentsAsOf,
  releasedOf,
  remainingOf,
  type CommitmentAsOf,
} from '../facts/commitments.js';
import { facts, said, sums, under, type RowsOf, type Under } from '../asking/rows-wanted.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { fundingFacts, investmentFacts } from '../facts/investments.js';
import { partyFacts } from '../facts/parties.js';
import { timesSaid } from '../facts/times-said.js';
import { linkOf } from './links.js';

export const allDeals = async (views: Views, question: TimeAxes): Promise<Deals> => {
  const view = await readView(views, burnDownReads, question, dealsWanted);
  return { ...dealsOf(view.rows), ...view.seen };
};

/** One agreement with all that is under it; its parties may be anybody. */
export const agreement = async (
  views: Views,
  { agreementId, ...question }: TimeAxes & { readonly agreementId: string },
): Promise<Agreement | null> => {
  const wanted = () => agreementWanted(agreementId);
  const view = await readView(views, burnDownReads, question, wanted);
  const [found] = dealsOf(view.rows).agreements;
  return found === undefined ? null : { ...found, ...view.seen };
};

export const dealsWanted = () => wantedOf({}, {}, {});

export const agreementWanted = (agreementId: string) =>
  wantedOf(
    { agreementId },
    { commitmentId: under(agreementId) },
    { investmentId: under(agreementId) },
  );

/** Commitments and investments of an agreement are under its id. */
const wantedOf = (
  one: { readonly agreementId?: string },
  commitment: { readonly commitmentId?: Under },
  investment: { readonly investmentId?: Under },
) => ({
  parties: facts(partyFacts),
  agreements: facts(agreementFacts, one),
  notes: facts(noteFacts, one),
  commitments: facts(commitmentFacts, commitment),
  investments: facts(investmentFacts, investment),
  fundings: facts(fundingFacts, investment),
  links: facts(linkFacts, one),
  saidAgreements: said(agreementFacts, one),
  saidLinks: said(linkFacts, one),
  saidCommitments: said(commitmentFacts, commitment),
  applied: sums(burnDownDays, {
    where: commitment,
    by: ['commitmentId', 'currency'],
    per: 'all',
  }),
});

type Rows = RowsOf<ReturnType<typeof dealsWanted>>;

export const dealsOf = (rows: Rows): Told<Deals> => {
  const names = new Map(rows.parties.map(({ partyId, name }) => [partyId, name]));
  const party = (partyId: string): PartyName => ({ partyId, name: names.get(partyId) ?? null });
  const applied = new Map(rows.applied.map((row) => [row.commitmentId, row.applied]));
  const booked = commitmentsAsOf(rows.commitments);
  const commitments = [...booked.values()].sort(byId('commitmentId'));
  const investments = investmentsOf(rows);
  const agreed = new Map(rows.investments.map((row) => [row.investmentId, row]));
  const agreements = agreementsAsOf(rows.agreements);
  const ofAgreement = timesSaid([...rows.saidAgreements, ...rows.saidLinks], 'agreementId');
  const ofCommitment = timesSaid(rows.saidCommitments, 'commitmentId');
  return {
    agreements: [...agreements.values()].sort(byId('agreementId')).map((agreement) => ({
      agreementId: agreement.agreementId,
      termsVersion: ofAgreement.get(agreement.agreementId) ?? 0,
      title: agreement.title,
      status: agreement.status,
      vendor: party(agreement.vendorId),
      customer: party(agreement.customerId),
      startsAt: agreement.startsAt,
      endsAt: agreement.endsAt,
      commitments: commitments
        .filter((commitment) => commitment.agreementId === agreement.agreementId)
        .map((commitment) => ({
          ...commitmentRow(commitment, applied.get(commitment.commitmentId) ?? 0n),
          termsVersion: ofCommitment.get(commitment.commitmentId) ?? 0,
        })),
      investments: investments.get(agreement.agreementId) ?? [],
      links: rows.links
        .filter((link) => link.agreementId === agreement.agreementId)
        .map((link) =>
          linkOf(link, agreement, agreed.get(link.investmentId), booked.get(link.commitmentId)),
        ),
      notes: rows.notes.filter((note) => note.agreementId === agreement.agreementId).length,
    })),
  };
};

const byId =
  <Name extends string>(name: Name) =>
  (left: Readonly<Record<Name, string>>, right: Readonly<Record<Name, string>>): number =>
    left[name] < right[name] ? -1 : 1;

const commitmentRow = (
  commitment: CommitmentAsOf,
  applied: bigint,
): Omit<CommitmentSummary, 'termsVersion'> => {
  const { terms, total, currency, termination } = commitment;
  const money = moneyIn(currency);
  return {
    commitmentId: commitment.commitmentId,
    name: terms.name,
    total: money(total),
    applied: money(applied),
    released: money(releasedOf(commitment, applied)),
    remaining: money(remainingOf(commitment, applied)),
    utilisation: utilisation(applied, total),
    startsAt: terms.startsAt,
    endsAt: terms.endsAt,
    terminatedAt: termination?.at ?? null,
  };
};

const investmentsOf = (rows: Rows): Map<string, InvestmentSummary[]> => {
  const funded = new Map<string, bigint>();
  for (const { investmentId, amount } of rows.fundings) addTo(funded, investmentId, amount);
  const byAgreement = new Map<string, InvestmentSummary[]>();
  for (const row of [...rows.investments].sort(byId('investmentId'))) {
    const money = moneyIn(row.currency);
    const investments = byAgreement.get(row.agreementId) ?? [];
    byAgreement.set(row.agreementId, investments);
    investments.push({
      investmentId: row.investmentId,
      investorId: row.investorId,
      recipientId: row.recipientId,
      instrument: row.instrument,
      total: money(row.total),
      contingent: row.contingent === null ? null : money(row.contingent),
      funded: money(funded.get(row.investmentId) ?? 0n),
    });
  }
  return byAgreement;
};
