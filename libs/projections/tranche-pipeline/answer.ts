import {
  about,
  boolean,
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
import { answer } from '../asking/seen.js';

const InvestmentAmounts = named(
  'InvestmentAmounts',
  {
    agreed: money('The sum of the tranches.'),
    funded: money(),
    called: money(),
    eligible: money(),
    gated: money(),
    lapsed: money(),
    cancelled: money(),
  },
  { description: 'funded + called + eligible + gated + lapsed + cancelled = agreed.' },
);
export type InvestmentAmounts = AnswerOf<typeof InvestmentAmounts>;

const trancheMembers = {
  trancheId: text(),
  number: integer(),
  stage: oneOf(
    ['gated', 'eligible', 'called', 'funded', 'lapsed', 'cancelled'],
    'Where the unfunded part stands.',
  ),
  contingent: boolean(),
  amount: money(),
  funded: money(),
  unfunded: money(),
  gateOpen: boolean(),
  missing: list(text(), 'Milestones that keep the gate closed.'),
  plannedAt: orNull(instant()),
  longStopAt: orNull(instant()),
  calledAt: orNull(instant()),
};

const TrancheOfInvestment = named('TrancheOfInvestment', trancheMembers);
export type TrancheOfInvestment = AnswerOf<typeof TrancheOfInvestment>;

const pipelineMembers = {
  agreementId: text(),
  investmentId: text(),
  termsVersion: integer(
    'Version of its terms, which If-Match names: how often the investment, its tranches or its milestones were changed by then. ' +
      'Payments, and claims that are not approved yet, do not change it.',
  ),
  investorId: text(),
  recipientId: text(),
  instrument: text(),
  total: money(),
  contingent: orNull(money(), 'On top of total, if what it depends on happens.'),
  firm: about(
    InvestmentAmounts,
    'Of the firm tranches: there is no sum of these and the contingent ones.',
  ),
  contingentTranches: InvestmentAmounts,
  tranches: list(TrancheOfInvestment),
  milestones: list(
    named('Milestone', {
      milestoneId: text(),
      definition: text(),
      status: oneOf(['pending', 'attested', 'met', 'missed', 'waived']),
      claimed: orNull(text(), 'While attested: what is claimed and still to be approved.'),
      by: orNull(text()),
      dueAt: orNull(instant()),
      overdue: boolean('Undecided after its due date.'),
    }),
  ),
};

const InvestmentPipeline = named('InvestmentPipeline', pipelineMembers);
/** An investment in slices, and what each of them waits for. */
export type InvestmentPipeline = AnswerOf<typeof InvestmentPipeline>;

export const TranchePipeline = answer('TranchePipeline', pipelineMembers);
/** Tranches of an investment and what they wait for. */
export type TranchePipeline = AnswerOf<typeof TranchePipeline>;

export const TranchePipelines = answer('TranchePipelines', {
  investments: list(InvestmentPipeline, 'By their ids.'),
  hasMore: boolean(),
  next: orNull(text(), 'Send it as `cursor`, with the same filters. Null: this is the last page.'),
});
/** Tranches of all investments. */
export type TranchePipelines = AnswerOf<typeof TranchePipelines>;

export const Tranche = answer('Tranche', {
  agreementId: text(),
  investmentId: text(),
  termsVersion: integer("The investment's: a gate depends on all of it."),
  ...trancheMembers,
});
/** One tranche, with what it belongs to. */
export type Tranche = AnswerOf<typeof Tranche>;
