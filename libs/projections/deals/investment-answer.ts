import {
  instant,
  list,
  money,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { answer, termsVersionSchema } from '../asking/seen.js';
import { PartyName } from './answer.js';

export const Investment = answer('Investment', {
  agreementId: text(),
  investmentId: text(),
  termsVersion: termsVersionSchema(),
  investor: PartyName,
  recipient: PartyName,
  instrument: text(),
  agreedAt: instant('From when it was agreed.'),
  total: money('Firm; contingent and funded are beside it, and never added up.'),
  contingent: orNull(money(), 'On top of total, if what it depends on happens.'),
  funded: money(),
  fundings: list(
    named('Funding', {
      trancheId: text(),
      amount: money(),
      valueAt: instant(),
      reference: text(),
    }),
    'Each payment, in the order of the ledger.',
  ),
  commitments: list(
    named('FundedCommitment', {
      commitmentId: text(),
      kind: oneOf(['reciprocal', 'conditional']),
    }),
    'What it was given for.',
  ),
});
/** An investment as agreed, with its payments. */
export type Investment = AnswerOf<typeof Investment>;
