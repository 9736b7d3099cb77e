import {
  instant,
  integer,
  list,
  money,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { termsVersionSchema } from '../asking/seen.js';
import { PartyName } from '../deals/answer.js';
import { pageAnswer } from './page.js';

const ListedParty = named('ListedParty', {
  partyId: text(),
  termsVersion: termsVersionSchema(),
  name: text(),
  kinds: list(text()),
});
export type ListedParty = AnswerOf<typeof ListedParty>;

export const PartyList = pageAnswer('PartyList', ListedParty);
/** Companies, by their ids. */
export type PartyList = AnswerOf<typeof PartyList>;

export const AGREEMENT_STATUSES = ['proposed', 'active', 'terminated', 'superseded'] as const;

const ListedAgreement = named('ListedAgreement', {
  agreementId: text(),
  termsVersion: termsVersionSchema(),
  title: text(),
  status: oneOf(AGREEMENT_STATUSES),
  vendor: PartyName,
  customer: PartyName,
  startsAt: instant(),
  endsAt: orNull(instant()),
});
export type ListedAgreement = AnswerOf<typeof ListedAgreement>;

export const AgreementList = pageAnswer('AgreementList', ListedAgreement);
/** Contracts between a vendor and its customer, by their ids. */
export type AgreementList = AnswerOf<typeof AgreementList>;

export const COMMITMENT_STATES = ['ahead', 'running', 'ended', 'terminated'] as const;

const ListedCommitment = named('ListedCommitment', {
  agreementId: text(),
  commitmentId: text(),
  termsVersion: termsVersionSchema(),
  name: text(),
  state: oneOf(COMMITMENT_STATES, 'At the end of asOf.'),
  vendor: PartyName,
  customer: PartyName,
  total: money('As pledged: what is used of it is in the portfolio and the burn-down.'),
  startsAt: instant(),
  endsAt: orNull(instant()),
  terminatedAt: orNull(instant()),
});
export type ListedCommitment = AnswerOf<typeof ListedCommitment>;

export const CommitmentList = pageAnswer('CommitmentList', ListedCommitment);
/** Pledges as they are agreed, by their ids. */
export type CommitmentList = AnswerOf<typeof CommitmentList>;

const ListedInvestment = named('ListedInvestment', {
  agreementId: text(),
  investmentId: text(),
  termsVersion: integer(
    'Version of its terms, which If-Match names: how often the investment, its tranches or its milestones were changed by then.',
  ),
  investor: PartyName,
  recipient: PartyName,
  instrument: text(),
  total: money('Firm; contingent and funded are beside it, and never added up.'),
  contingent: orNull(money()),
  funded: money(),
});
export type ListedInvestment = AnswerOf<typeof ListedInvestment>;

export const InvestmentList = pageAnswer('InvestmentList', ListedInvestment);
/** Capital that is agreed, by the ids of the investments. */
export type InvestmentList = AnswerOf<typeof InvestmentList>;
