import type { Aggregate, AskedCommand } from '../aggregate.js';
import type { Agreement } from '../agreement/agreement.js';
import { parentOf } from '../ids.js';
import { decode, encode } from './codec.js';
import type { InvestmentCommand } from './commands.js';
import { decide } from './decide.js';
import { CHANGES_TERMS, type InvestmentEvent } from './events.js';
import { evolve } from './evolve.js';
import { noInvestment, type Investment } from './investment.js';
import { INVESTMENT_REFUSALS } from './rejections.js';
import { termsVersion } from './terms-version.js';

type Approved = Extract<InvestmentEvent, { type: 'MilestoneMet' | 'MilestoneMissed' }>['body'];

/** Whether it was met or missed is what had been attested. */
const approval = (body: Approved): AskedCommand<InvestmentCommand> => ({
  command: { ...body, type: 'ApproveMilestone', decision: 'approve', reason: '' },
  person: body.approvedBy,
});

export const investment: Aggregate<InvestmentCommand, InvestmentEvent, Investment, Agreement> = {
  decider: { initial: noInvestment, decide, termsVersion, evolve, encode, decode },
  streamOf: ({ investmentId }) => investmentId,
  agreementOf: ({ investmentId }) => parentOf(investmentId),
  references: {
    AgreeInvestment: [
      { kind: 'party', member: 'investorId' },
      { kind: 'party', member: 'recipientId' },
    ],
    DefineMilestone: [],
    AttestMilestone: [],
    ApproveMilestone: [],
    WaiveMilestone: [],
    ExtendMilestone: [],
    AgreeTranche: [],
    CallTranche: [],
    FundTranche: [],
    CancelTranche: [],
    LapseTranche: [],
  },
  changesTerms: CHANGES_TERMS,
  askedBy: {
    InvestmentAgreed: 'AgreeInvestment',
    MilestoneDefined: 'DefineMilestone',
    MilestoneAttested: (body) => ({
      command: { ...body, type: 'AttestMilestone' },
      person: body.attestedBy,
    }),
    MilestoneMet: approval,
    MilestoneMissed: approval,
    MilestoneAttestationDeclined: (body) => ({
      command: { ...body, type: 'ApproveMilestone', decision: 'decline' },
      person: body.declinedBy,
    }),
    MilestoneWaived: (body) => ({
      command: { ...body, type: 'WaiveMilestone' },
      person: body.waivedBy,
    }),
    MilestoneExtended: 'ExtendMilestone',
    TrancheAgreed: 'AgreeTranche',
    TrancheCalled: 'CallTranche',
    TrancheFunded: 'FundTranche',
    TrancheCancelled: 'CancelTranche',
    TrancheLapsed: 'LapseTranche',
  },
  refusals: INVESTMENT_REFUSALS,
};
