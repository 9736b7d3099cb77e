import {
  boolean,
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
import { seen, termsVersion } from './seen.js';

const amounts = name(
  'InvestmentAmounts',
  object({
    agreed: money,
    funded: money,
    called: money,
    eligible: money,
    gated: money,
    lapsed: money,
    cancelled: money,
  }),
);

const trancheMembers = {
  trancheId: text,
  number: integer,
  stage: oneOf('gated', 'eligible', 'called', 'funded', 'lapsed', 'cancelled'),
  contingent: boolean,
  amount: money,
  funded: money,
  unfunded: money,
  gateOpen: boolean,
  missing: list(text),
  plannedAt: orNull(instant),
  longStopAt: orNull(instant),
  calledAt: orNull(instant),
};

const pipelineMembers = {
  agreementId: text,
  investmentId: text,
  termsVersion,
  investorId: text,
  recipientId: text,
  instrument: text,
  total: money,
  contingent: orNull(money),
  firm: amounts,
  contingentTranches: amounts,
  tranches: list(name('TrancheOfInvestment', object(trancheMembers))),
  milestones: list(
    name(
      'Milestone',
      object({
        milestoneId: text,
        definition: text,
        status: oneOf('pending', 'attested', 'met', 'missed', 'waived'),
        claimed: orNull(text),
        by: orNull(text),
        dueAt: orNull(instant),
        overdue: boolean,
      }),
    ),
  ),
};

export const tranche = name(
  'Tranche',
  object({ agreementId: text, investmentId: text, termsVersion, ...trancheMembers, ...seen }),
);
export const tranchePipeline = name('TranchePipeline', object({ ...pipelineMembers, ...seen }));
export const tranchePipelines = name(
  'TranchePipelines',
  object({ investments: list(name('InvestmentPipeline', object(pipelineMembers))), ...seen }),
);
