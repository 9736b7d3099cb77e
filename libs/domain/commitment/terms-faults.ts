import { amountRefusal } from '../currency.js';
import { isCode } from '../ids.js';
import { formatUnits, parseUnits } from '../money.js';
import type { Refusal } from '../refusal.js';
import { WHOLE, type BookedCommitment } from './commitment.js';
import { refuse } from './rejections.js';
import { scheduleFault } from './schedule.js';
import type { ClassCap, CommitmentTerms, EligibilityRule } from './terms.js';

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

export const isFraction = (text: string): boolean => {
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

/** What was applied stays applied, and stays in its period: an amendment must leave room for both. */
export const amendmentFault = (
  terms: CommitmentTerms,
  { applied, recorded, terms: before }: BookedCommitment,
): Refusal | null => {
  const total = parseUnits(terms.total.amount)!;
  if (total < applied) {
    const facts = { total: terms.total.amount, applied: formatUnits(applied) };
    return refuse('AmendmentBelowApplied', facts);
  }
  const moved = recorded.findIndex(
    (classes, period) =>
      classes.length > 0 &&
      terms.schedule.periods[period]?.start !== before.schedule.periods[period]!.start,
  );
  return moved < 0 ? null : refuse('AmendmentMovesUsedPeriod', { period: moved });
};
