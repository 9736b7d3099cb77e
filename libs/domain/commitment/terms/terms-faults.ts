import { amountRefusal } from '../../currency.js';
import type { Instant } from '../../decider.js';
import { isCode } from '../../ids.js';
import { formatUnits, parseUnits } from '../../money.js';
import type { Refusal } from '../../refusal.js';
import type { Charges } from '../allocation/charges.js';
import type { BookedCommitment, CommitmentBook } from '../commitment.js';
import { appliedBefore } from '../obligation/applied.js';
import { refuse } from '../rejections.js';
import { scheduleFault } from './schedule.js';
import type { ClassCap, CommitmentTerms, EligibilityRule } from './terms.js';
import { isInForce } from './eligibility.js';
import { indexOfQuestion } from './questions.js';
import { WHOLE } from './limits.js';
import {
  boundaryMoved,
  everInForce,
  statementNumbered,
  termsAt,
  type TermsTimeline,
} from './timeline.js';

/** Why these terms cannot be pledged, or null. */
export const termsFault = (terms: CommitmentTerms): Refusal | null => {
  const { total, startsAt, endsAt, eligibility, caps } = terms;
  const amount = amountRefusal(total);
  if (amount) return amount;
  if (endsAt !== null && endsAt <= startsAt) return refuse('TermEmpty', { startsAt, endsAt });
  const schedule = scheduleFault(terms);
  if (schedule) return refuse('ScheduleInvalid', schedule);
  for (const [at, rule] of eligibility.entries()) {
    const fault = ruleFault(rule, eligibility.slice(0, at));
    if (fault) return refuse('EligibilityInvalid', { fault, ruleId: rule.ruleId });
  }
  for (const [at, cap] of caps.entries()) {
    const fault = capFault(cap, caps.slice(0, at), terms);
    if (fault) return refuse('CapInvalid', { fault, class: cap.class });
  }
  return null;
};

const isFraction = (text: string): boolean => {
  const units = parseUnits(text);
  return units !== null && units >= 0n && units <= WHOLE;
};

const isClass = (text: string): boolean => text === '' || isCode(text);

const ruleFault = (rule: EligibilityRule, earlier: readonly EligibilityRule[]): string | null => {
  if (!isCode(rule.ruleId)) return 'rule id is not a code';
  if (rule.ruleId === 'default') return 'rule id takes the name of the default';
  if (earlier.some(({ ruleId }) => ruleId === rule.ruleId)) return 'rule id is repeated';
  if (!isClass(rule.class)) return 'class is not a code';
  if (!isFraction(rule.fraction)) return 'fraction is not between 0 and 1';
  if (rule.from !== null && rule.until !== null && rule.until <= rule.from) {
    return 'rule is never in force';
  }
  return null;
};

const capFault = (
  cap: ClassCap,
  earlier: readonly ClassCap[],
  { schedule }: CommitmentTerms,
): string | null => {
  if (!isClass(cap.class)) return 'class is not a code';
  if (earlier.some((other) => other.class === cap.class)) return 'class has another cap';
  if (cap.of === 'absolute') {
    const units = parseUnits(cap.value);
    return units === null || units < 0n ? 'amount is negative or not a number' : null;
  }
  if (!isFraction(cap.value)) return 'fraction is not between 0 and 1';
  return cap.of === 'period-minimum' && schedule.periods.some(({ minimum }) => minimum === null)
    ? 'a period has no minimum to take the fraction of'
    : null;
};

/** Why the terms that `number` brought into `statements` cannot hold from then on, or null. */
export const amendmentFault = (
  book: CommitmentBook,
  { commitmentId }: BookedCommitment,
  statements: TermsTimeline,
  number: number,
): Refusal | null => {
  const boundary = boundaryMoved(everInForce(statements));
  if (boundary !== null) return refuse('AmendmentMovesPastBoundary', { boundary });
  const { from, terms, limits } = statementNumbered(statements, number);
  const applied = appliedBefore(book, commitmentId, from);
  if (limits.total >= applied) return null;
  const facts = { total: terms.total.amount, applied: formatUnits(applied) };
  return refuse('AmendmentBelowApplied', facts);
};

/**
 * Recorded usage that the terms as they now are cannot place, or null: a moment at which they change lies between
 * charges that were added up, or a rule asks what the ledger did not note of a charge when it was recorded.
 */
export const recordedUsageFault = (
  before: CommitmentBook,
  after: CommitmentBook,
  from: Instant,
): Refusal | null => {
  const cuts = after.cuts.filter((cut) => !before.cuts.includes(cut));
  for (const { day, charges } of after.months.flatMap(({ days }) => days)) {
    for (const each of charges) {
      const at = cuts.find((cut) => each.at < cut && cut <= each.last);
      if (at !== undefined) return refuse('TermsSplitRecordedUsage', { at, day });
      const rule = each.last < from ? null : unknownRule(after, each);
      if (rule !== null) return refuse('TermsAskOfRecordedUsage', { ruleId: rule.ruleId, day });
    }
  }
  return null;
};

/** A rule that may decide about the charges, and that asks what is not known of them. */
const unknownRule = (
  { commitments, questions }: CommitmentBook,
  charges: Charges,
): EligibilityRule | null => {
  const yes = charges.yes.split(',');
  for (const { timeline } of commitments) {
    const { terms, rules } = termsAt(timeline, charges.at);
    if (!(terms.countedCategories as readonly string[]).includes(charges.category)) continue;
    for (const { rule, question } of rules) {
      if (!isInForce(rule, charges.at)) continue;
      const index = indexOfQuestion(questions, question);
      if (index >= charges.asked) return rule;
      if (yes.includes(`${index}`)) break;
    }
  }
  return null;
};
