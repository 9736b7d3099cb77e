import type { Instant } from '../../domain/decider.js';
import { utilisation } from '../../domain/formulas.js';
import { addTo, moneyIn, type MoneyText } from '../../domain/money.js';
import type { TimeAxes } from '../asking/question.js';
import type { Seen } from '../asking/seen.js';
import { readView, type Views } from '../asking/read-view.js';
import {
  agreementFacts,
  agreementsAsOf,
  linkFacts,
  noteFacts,
  type AgreementAsOf,
} from '../facts/agreements.js';
import {
  commitmentFacts,
  commitmentsAsOf,
  releasedOf,
  remainingOf,
  type CommitmentAsOf,
} from '../facts/commitments.js';
import { facts, said, sums, type RowsOf } from '../asking/wanted.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { fundingFacts, investmentFacts } from '../facts/investments.js';
import { partyFacts } from '../facts/parties.js';
import { linkOf, type AgreementLink } from './links.js';

export interface PartyName {
  readonly partyId: string;
  /** Null: the agreement names a party that nobody registered. */
  readonly name: string | null;
}

export interface PortfolioCommitment {
  readonly commitmentId: string;
  /** How often its terms were stated or changed by then, whenever that takes effect: what If-Match names. */
  readonly termsVersion: number;
  readonly name: string;
  readonly total: MoneyText;
  readonly applied: MoneyText;
  readonly released: MoneyText;
  readonly remaining: MoneyText;
  readonly utilisation: string | null;
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
  readonly terminatedAt: Instant | null;
}

export interface PortfolioInvestment {
  readonly investmentId: string;
  readonly investorId: string;
  readonly recipientId: string;
  readonly instrument: string;
  /** Firm total, the contingent part beside it, and what has been paid in. Never added up. */
  readonly total: MoneyText;
  readonly contingent: MoneyText | null;
  readonly funded: MoneyText;
}

export interface PortfolioAgreement {
  readonly agreementId: string;
  /** How often its terms were stated or changed by then, whenever that takes effect: what If-Match names. */
  readonly termsVersion: number;
  readonly title: string;
  readonly status: AgreementAsOf['status'];
  readonly vendor: PartyName;
  readonly customer: PartyName;
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
  readonly commitments: readonly PortfolioCommitment[];
  readonly investments: readonly PortfolioInvestment[];
  readonly links: readonly AgreementLink[];
  /** How many sourced claims are kept with it. */
  readonly notes: number;
}

export interface Portfolio {
  readonly agreements: readonly PortfolioAgreement[];
}

export const portfolio = async (views: Views, question: TimeAxes): Promise<Portfolio & Seen> => {
  const view = await readView(views, burnDownReads, question, portfolioWanted);
  return { ...portfolioOf(view.rows), ...view.seen };
};

export const portfolioWanted = () => ({
  parties: facts(partyFacts),
  agreements: facts(agreementFacts),
  notes: facts(noteFacts),
  commitments: facts(commitmentFacts),
  investments: facts(investmentFacts),
  fundings: facts(fundingFacts),
  links: facts(linkFacts),
  saidAgreements: said(agreementFacts),
  saidLinks: said(linkFacts),
  saidCommitments: said(commitmentFacts),
  applied: sums(burnDownDays, { by: ['commitmentId', 'currency'], per: 'all' }),
});

type Rows = RowsOf<ReturnType<typeof portfolioWanted>>;

export const portfolioOf = (rows: Rows): Portfolio => {
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
    agreements: [...agreements.values()]
      .sort(byId('agreementId'))
      .map(({ agreementId, vendorId, customerId, ...agreement }) => ({
        agreementId,
        termsVersion: ofAgreement.get(agreementId)!,
        title: agreement.title,
        status: agreement.status,
        vendor: party(vendorId),
        customer: party(customerId),
        startsAt: agreement.startsAt,
        endsAt: agreement.endsAt,
        commitments: commitments
          .filter((commitment) => commitment.agreementId === agreementId)
          .map((commitment) => ({
            ...commitmentRow(commitment, applied.get(commitment.commitmentId) ?? 0n),
            termsVersion: ofCommitment.get(commitment.commitmentId)!,
          })),
        investments: investments.get(agreementId) ?? [],
        links: rows.links
          .filter((link) => link.agreementId === agreementId)
          .map((link) =>
            linkOf(
              link,
              agreements.get(agreementId)!,
              agreed.get(link.investmentId),
              booked.get(link.commitmentId),
            ),
          ),
        notes: rows.notes.filter((note) => note.agreementId === agreementId).length,
      })),
  };
};

const byId =
  <Name extends string>(name: Name) =>
  (left: Readonly<Record<Name, string>>, right: Readonly<Record<Name, string>>): number =>
    left[name] < right[name] ? -1 : 1;

/** How many of the rows are of each id. */
const timesSaid = <Name extends string>(
  rows: readonly Readonly<Record<Name, string>>[],
  name: Name,
): ReadonlyMap<string, number> => {
  const times = new Map<string, number>();
  for (const row of rows) times.set(row[name], (times.get(row[name]) ?? 0) + 1);
  return times;
};

const commitmentRow = (
  commitment: CommitmentAsOf,
  applied: bigint,
): Omit<PortfolioCommitment, 'termsVersion'> => {
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

const investmentsOf = (rows: Rows): Map<string, PortfolioInvestment[]> => {
  const funded = new Map<string, bigint>();
  for (const { investmentId, amount } of rows.fundings) addTo(funded, investmentId, amount);
  const byAgreement = new Map<string, PortfolioInvestment[]>();
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
