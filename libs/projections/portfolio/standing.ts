import { isBinding } from '../../domain/agreement/agreement.js';
import {
  dueParts,
  nextDueOf,
  pastDueOf,
  type Due,
} from '../../domain/commitment/obligation/due.js';
import { riskOf, type Risk } from '../../domain/commitment/obligation/risk.js';
import { utilisation } from '../../domain/formulas.js';
import { moneyIn } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import { courseOf, paceTold, type Course, type Use } from '../burn-down/outlook.js';
import type { AgreementAsOf } from '../facts/agreements.js';
import { releasedOf, stateOf, type CommitmentAsOf } from '../facts/commitments.js';
import type { CommitmentStanding } from './answer.js';

/** A commitment with the agreement that it is under. */
export interface Pledge {
  readonly commitment: CommitmentAsOf;
  readonly agreement: AgreementAsOf;
}

/** How a commitment stands, in units of 10^-12. */
export interface Standing extends Pledge {
  readonly state: CommitmentStanding['state'];
  readonly course: Course;
  /** The parts of what remains. */
  readonly dues: readonly Due[];
  readonly pastDue: bigint;
  readonly risk: Risk;
}

export const standingOf = (pledge: Pledge, use: Use, asked: Asked): Standing => {
  const { commitment, agreement } = pledge;
  const course = courseOf(commitment, use, asked);
  const { figures, remaining, pace, exhaustion } = course;
  const dues = dueParts(figures, remaining).parts;
  const pastDue = pastDueOf(dues, asked.asOf);
  const state = stateOf(commitment, asked.effectiveBefore);
  const risk = riskOf({
    isBinding: isBinding(agreement),
    state,
    remaining,
    pastDue,
    pace: pace?.state ?? null,
    exhaustion: exhaustion?.outcome ?? null,
    hasEnd: commitment.terms.endsAt !== null,
  });
  return { ...pledge, state, course, dues, pastDue, risk };
};

/** All but what its parties are called that day. */
export type Unnamed = Omit<CommitmentStanding, 'vendor' | 'customer'>;

export const standingTold = (
  { commitment, agreement, state, course, dues, pastDue, risk }: Standing,
  { asOf }: Pick<Asked, 'asOf'>,
): Unnamed => {
  const { terms, total, termination, currency } = commitment;
  const { applied, remaining, pace } = course;
  const money = moneyIn(currency);
  const next = nextDueOf(dues, asOf);
  return {
    commitmentId: commitment.commitmentId,
    name: terms.name,
    agreementId: agreement.agreementId,
    agreement: agreement.title,
    agreementStatus: agreement.status,
    state,
    startsAt: terms.startsAt,
    endsAt: terms.endsAt,
    terminatedAt: termination?.at ?? null,
    total: money(total),
    applied: money(applied),
    released: money(releasedOf(commitment, applied)),
    remaining: money(remaining),
    utilisation: utilisation(applied, total),
    pace: pace && paceTold(pace, currency),
    pastDue: money(pastDue),
    nextDue: next && { on: next.dueOn, amount: money(next.amount) },
    projectedEnd: projectedEnd(course),
    risk,
  };
};

const projectedEnd = ({ pace, exhaustion }: Course): CommitmentStanding['projectedEnd'] => {
  if (exhaustion === null) return { on: null, outcome: 'terminated' };
  if (exhaustion.outcome !== 'never') return exhaustion;
  const isUsed = pace !== null && pace.recentApplied > 0n;
  return { on: null, outcome: isUsed ? 'not-in-a-lifetime' : 'no-recent-use' };
};
