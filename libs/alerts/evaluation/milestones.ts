import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import { daysBetween } from '../../domain/calendar.js';
import { dayOf } from '../../domain/instant.js';
import type { TranchePipelines } from '../../projections/tranche-pipeline/answer.js';
import type { Finding } from './finding.js';

type Milestone = TranchePipelines['investments'][number]['milestones'][number];

/** An undecided milestone is due within so many days. One that is overdue is missed instead. */
export const milestoneDueWithin = (
  rule: AlertRule,
  pipelines: TranchePipelines,
): readonly Finding[] => {
  const { asOf } = pipelines;
  const most = Number(rule.threshold);
  return milestonesOf(rule, pipelines).flatMap((milestone) => {
    const { milestoneId, status, dueAt, overdue } = milestone;
    if (dueAt === null || overdue || (status !== 'pending' && status !== 'attested')) return [];
    const on = dayOf(dueAt);
    const days = daysBetween(asOf, on);
    if (days > most) return [];
    const facts = { value: String(days), threshold: rule.threshold, on, status };
    return [{ subject: milestoneId, facts }];
  });
};

/** A milestone is missed, by a decision or because nobody has decided it in time. */
export const milestoneMissed = (rule: AlertRule, pipelines: TranchePipelines): readonly Finding[] =>
  milestonesOf(rule, pipelines)
    .filter(({ status, overdue }) => status === 'missed' || overdue)
    .map(({ milestoneId, status, dueAt }) => ({
      subject: milestoneId,
      facts: {
        ...{ value: status === 'missed' ? 'missed' : 'overdue', threshold: null },
        ...{ on: dueAt === null ? null : dayOf(dueAt), status },
      },
    }));

const milestonesOf = (
  { agreementId }: AlertRule,
  { investments }: TranchePipelines,
): readonly Milestone[] =>
  investments
    .filter((each) => agreementId === null || each.agreementId === agreementId)
    .flatMap(({ milestones }) => milestones);
