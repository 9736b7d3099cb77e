import {
  about,
  decimal,
  instant,
  integer,
  list,
  money,
  name,
  object,
  oneOf,
  orNull,
  text,
} from '../schema.js';
import { seen, partyName, termsVersion } from './seen.js';

const agreementMembers = {
  agreementId: text,
  termsVersion,
  title: text,
  status: oneOf('proposed', 'active', 'terminated', 'superseded'),
  vendor: partyName,
  customer: partyName,
  startsAt: instant,
  endsAt: orNull(instant),
  commitments: list(
    name(
      'CommitmentSummary',
      object({
        commitmentId: text,
        termsVersion,
        name: text,
        total: money,
        applied: money,
        released: money,
        remaining: money,
        utilisation: orNull(decimal),
        startsAt: instant,
        endsAt: orNull(instant),
        terminatedAt: orNull(instant),
      }),
    ),
  ),
  investments: list(
    name(
      'InvestmentSummary',
      object({
        investmentId: text,
        investorId: text,
        recipientId: text,
        instrument: text,
        total: money,
        contingent: orNull(money),
        funded: money,
      }),
    ),
  ),
  links: list(
    object({
      investmentId: text,
      commitmentId: text,
      kind: oneOf('reciprocal', 'conditional'),
      notCounted: about(
        orNull(
          oneOf(
            'investment-unknown',
            'commitment-unknown',
            'other-parties',
            'other-currency',
            'agreement-not-in-force',
          ),
        ),
        'Why the two are in no pair of the circularity view. Null: they are.',
      ),
    }),
  ),
  notes: about(integer, 'How many sourced claims are kept with it.'),
};

export const portfolio = name(
  'Portfolio',
  object({ agreements: list(name('AgreementSummary', object(agreementMembers))), ...seen }),
);
export const agreement = name('Agreement', object({ ...agreementMembers, ...seen }));
