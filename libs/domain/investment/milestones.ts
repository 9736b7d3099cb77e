import { accept, type Decision, type DecisionContext } from '../decider.js';
import { parentOf } from '../ids.js';
import type { InvestmentCommand } from './commands.js';
import type { InvestmentEvent } from './events.js';
import type { AgreedInvestment } from './investment.js';
import { refuse } from './rejections.js';

type Command<Type extends InvestmentCommand['type']> = Extract<InvestmentCommand, { type: Type }>;
type Answer = Decision<InvestmentEvent>;

export const define = (
  command: Command<'DefineMilestone'>,
  investment: AgreedInvestment,
): Answer => {
  const { investmentId, milestoneId, definition, dueAt } = command;
  if (parentOf(milestoneId) !== investmentId) {
    return refuse('NotOfInvestment', { investmentId, id: milestoneId });
  }
  if (investment.milestones[milestoneId]) {
    return refuse('MilestoneAlreadyDefined', { milestoneId });
  }
  return accept({
    type: 'MilestoneDefined',
    body: { investmentId, milestoneId, definition, dueAt },
  });
};

export const attest = (
  command: Command<'AttestMilestone'>,
  investment: AgreedInvestment,
  { actor }: DecisionContext,
): Answer => {
  const { investmentId, milestoneId, outcome, evidence } = command;
  const milestone = investment.milestones[milestoneId];
  if (!milestone) return refuse('MilestoneUnknown', { milestoneId });
  if (milestone.status !== 'pending') {
    return refuse('MilestoneNotPending', { milestoneId, status: milestone.status });
  }
  return accept({
    type: 'MilestoneAttested',
    body: { investmentId, milestoneId, outcome, evidence, attestedBy: actor },
  });
};

/** Two people: whoever attested cannot approve, and cannot decline either, which would let them start over unseen. */
export const approve = (
  command: Command<'ApproveMilestone'>,
  investment: AgreedInvestment,
  { actor }: DecisionContext,
): Answer => {
  const { investmentId, milestoneId, decision, reason } = command;
  const milestone = investment.milestones[milestoneId];
  if (!milestone) return refuse('MilestoneUnknown', { milestoneId });
  if (milestone.status !== 'attested') {
    return refuse('MilestoneNotAttested', { milestoneId, status: milestone.status });
  }
  const { outcome, attestedBy } = milestone;
  if (actor === attestedBy) return refuse('SelfApproval', { milestoneId, actor });
  if (decision === 'decline') {
    return accept({
      type: 'MilestoneAttestationDeclined',
      body: { investmentId, milestoneId, declinedBy: actor, reason },
    });
  }
  return accept({
    type: outcome === 'met' ? 'MilestoneMet' : 'MilestoneMissed',
    body: { investmentId, milestoneId, attestedBy, approvedBy: actor },
  });
};

/** A missed milestone may be waived too: that is when it usually happens. */
export const waive = (
  command: Command<'WaiveMilestone'>,
  investment: AgreedInvestment,
  { actor }: DecisionContext,
): Answer => {
  const { investmentId, milestoneId, reason } = command;
  const milestone = investment.milestones[milestoneId];
  if (!milestone) return refuse('MilestoneUnknown', { milestoneId });
  if (milestone.status === 'met' || milestone.status === 'waived') {
    return refuse('MilestoneAlreadySettled', { milestoneId, status: milestone.status });
  }
  return accept({
    type: 'MilestoneWaived',
    body: { investmentId, milestoneId, waivedBy: actor, reason },
  });
};

export const extend = (
  command: Command<'ExtendMilestone'>,
  investment: AgreedInvestment,
): Answer => {
  const { investmentId, milestoneId, dueAt, reason } = command;
  const milestone = investment.milestones[milestoneId];
  if (!milestone) return refuse('MilestoneUnknown', { milestoneId });
  if (milestone.status !== 'pending' && milestone.status !== 'missed') {
    return refuse('MilestoneAlreadySettled', { milestoneId, status: milestone.status });
  }
  if (milestone.dueAt !== null && dueAt <= milestone.dueAt) {
    return refuse('ExtensionNotLater', { milestoneId, dueAt, was: milestone.dueAt });
  }
  return accept({
    type: 'MilestoneExtended',
    body: { investmentId, milestoneId, dueAt, reason },
  });
};
