import {
  decimal,
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
import { answer, termsVersionSchema } from '../asking/seen.js';
import { Type, type TObject } from '@sinclair/typebox';

export const PartyName = named('PartyName', {
  partyId: text(),
  name: orNull(text(), 'Null: the agreement names a party that nobody registered.'),
});
export type PartyName = AnswerOf<typeof PartyName>;

const CommitmentSummary = named('CommitmentSummary', {
  commitmentId: text(),
  termsVersion: termsVersionSchema(),
  name: text(),
  total: money(),
  applied: money(),
  released: money(),
  remaining: money(),
  utilisation: orNull(decimal()),
  startsAt: instant(),
  endsAt: orNull(instant()),
  terminatedAt: orNull(instant()),
});
export type CommitmentSummary = AnswerOf<typeof CommitmentSummary>;

const InvestmentSummary = named('InvestmentSummary', {
  investmentId: text(),
  investorId: text(),
  recipientId: text(),
  instrument: text(),
  total: money('Firm; contingent and funded are beside it, and never added up.'),
  contingent: orNull(money()),
  funded: money(),
});
export type InvestmentSummary = AnswerOf<typeof InvestmentSummary>;

const AgreementLink = Type.Object({
  investmentId: text(),
  commitmentId: text(),
  kind: oneOf(['reciprocal', 'conditional']),
  notCounted: orNull(
    oneOf([
      'investment-unknown',
      'commitment-unknown',
      'other-parties',
      'other-currency',
      'agreement-not-in-force',
    ]),
    'Why the two are in no pair of the circularity view. Null: they are.',
  ),
});
/** Capital and the commitment that it was given for. */
export type AgreementLink = AnswerOf<typeof AgreementLink>;

const agreementMembers = {
  agreementId: text(),
  termsVersion: termsVersionSchema(),
  title: text(),
  status: oneOf(['proposed', 'active', 'terminated', 'superseded']),
  vendor: PartyName,
  customer: PartyName,
  startsAt: instant(),
  endsAt: orNull(instant()),
  commitments: list(CommitmentSummary),
  investments: list(InvestmentSummary),
  links: list(AgreementLink),
  notes: integer('How many sourced claims are kept with it.'),
};

export const Deals = answer('Deals', {
  agreements: list(named('AgreementSummary', agreementMembers)),
});
/** All agreements with their commitments and investments. */
export type Deals = AnswerOf<typeof Deals>;

export const Agreement = answer('Agreement', agreementMembers);
/** One agreement with its commitments and investments. */
export type Agreement = AnswerOf<typeof Agreement>;

const relationMembers = {
  relationId: text(),
  kind: oneOf(['equity', 'voting', 'board-seat', 'exclusivity']),
  percent: orNull(decimal(), '0 to 100.'),
  from: instant(),
  until: orNull(instant()),
};
/** What one party holds in, or over, another during [from, until). */
export type Relation = AnswerOf<TObject<typeof relationMembers>>;

export const Party = answer('Party', {
  partyId: text(),
  termsVersion: termsVersionSchema(),
  name: text(),
  kinds: list(text()),
  relations: list(
    named('Relation', { ...relationMembers, to: PartyName }),
    'What it holds in others, by the id of the relation.',
  ),
  relationsOfOthers: list(
    named('RelationOfOther', { ...relationMembers, of: PartyName }),
    'What others hold in it, by the id of the relation.',
  ),
});
/** One party, what it holds in others and they in it. */
export type Party = AnswerOf<typeof Party>;
