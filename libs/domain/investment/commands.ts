import type { Evidence, InvestmentEvent } from './events.js';

type Body<Type extends InvestmentEvent['type']> = Extract<InvestmentEvent, { type: Type }>['body'];

/** The actor of attestations, approvals and waivers is the context's actor: nobody signs for somebody else. */
export type InvestmentCommand =
  | ({ readonly type: 'AgreeInvestment' } & Body<'InvestmentAgreed'>)
  | ({ readonly type: 'DefineMilestone' } & Body<'MilestoneDefined'>)
  | {
      readonly type: 'AttestMilestone';
      readonly investmentId: string;
      readonly milestoneId: string;
      readonly outcome: 'met' | 'missed';
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'ApproveMilestone';
      readonly investmentId: string;
      readonly milestoneId: string;
      readonly decision: 'approve' | 'decline';
      readonly reason: string;
    }
  | {
      readonly type: 'WaiveMilestone';
      readonly investmentId: string;
      readonly milestoneId: string;
      readonly reason: string;
    }
  | ({ readonly type: 'ExtendMilestone' } & Body<'MilestoneExtended'>)
  | ({ readonly type: 'AgreeTranche' } & Body<'TrancheAgreed'>)
  | ({ readonly type: 'CallTranche' } & Body<'TrancheCalled'>)
  | ({ readonly type: 'FundTranche' } & Omit<Body<'TrancheFunded'>, 'funded' | 'complete'>)
  | ({ readonly type: 'CancelTranche' } & Body<'TrancheCancelled'>)
  | ({ readonly type: 'LapseTranche' } & Body<'TrancheLapsed'>);
