import { addDays, addMonths, buckets } from '../../domain/calendar.js';
import { moneyIn, sumOf } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import type { RowsOf } from '../asking/rows-wanted.js';
import { outlookOf } from '../burn-down/outlook.js';
import type { burnDownWanted } from '../burn-down/query.js';
import type { AgreementAsOf } from '../facts/agreements.js';
import { remainingOf, type CommitmentAsOf } from '../facts/commitments.js';
import { foresee } from '../forecast/foresee.js';
import type { KnownDays } from '../forecast/history.js';
import { Projected } from '../forecast/projected.js';
import { moneyRange, outcomeOf } from '../forecast/told.js';
import type { ScenarioCommitment } from './answer.js';
import { changedUse, type ScenarioChanges } from './changes.js';

/** What one commitment is expected to have used in the next twelve months. Units of 10^-12. */
export interface ExpectedUse {
  readonly agreementId: string;
  readonly currency: string;
  readonly baseline: bigint;
  readonly supposed: bigint;
}

export interface Supposed {
  readonly told: ScenarioCommitment;
  /** Null: there is no forecast. */
  readonly expected: ExpectedUse | null;
}

type Day = RowsOf<ReturnType<typeof burnDownWanted>>['days'][number];

/** A commitment, and when it is looked at. */
interface Subject {
  readonly commitment: CommitmentAsOf;
  readonly agreement: AgreementAsOf;
  readonly days: readonly Day[];
  readonly asked: Asked;
  readonly known: KnownDays;
}

/** One commitment as it is forecast, and as it would be. */
export const supposedCommitment = (subject: Subject, changes: ScenarioChanges): Supposed => {
  const { commitment, agreement, days, asked, known } = subject;
  const { agreementId, commitmentId, currency } = commitment;
  const { vendorId, customerId } = agreement;
  const money = moneyIn(currency);
  const applied = sumOf(days.map((day) => day.applied));
  const told = {
    agreementId,
    commitmentId,
    name: commitment.terms.name,
    vendorId,
    customerId,
    total: money(commitment.total),
    applied: money(applied),
    remaining: money(remainingOf(commitment, applied)),
  };
  const foreseen = foresee(commitment, days, known);
  if (foreseen.reason !== null) {
    const { reason } = foreseen;
    return {
      told: { ...told, reason, baseline: null, supposed: null, burnDown: [] },
      expected: null,
    };
  }
  const { applied: byPeriod, span, use } = foreseen;
  const baseline = new Projected(commitment, byPeriod, use, span);
  const changed = changedUse(use, changes, vendorId, span);
  const supposed = new Projected(commitment, byPeriod, changed, span);
  const { exhaustion } = outlookOf(commitment, days, asked);
  const usedUpOn = exhaustion?.outcome === 'already' ? exhaustion.on : null;
  const nextYear = (projected: Projected): bigint =>
    projected.usedBetween(
      projected.first,
      Math.min(projected.last, projected.indexOf(addMonths(span.after, 12))),
    ).expected;
  return {
    told: {
      ...told,
      reason: null,
      baseline: outcomeOf(baseline, usedUpOn),
      supposed: outcomeOf(supposed, usedUpOn),
      burnDown: sideBySide(baseline, supposed),
    },
    expected: {
      agreementId,
      currency,
      baseline: nextYear(baseline),
      supposed: nextYear(supposed),
    },
  };
};

const sideBySide = (baseline: Projected, supposed: Projected): ScenarioCommitment['burnDown'] => {
  const { span } = baseline;
  const months = buckets(addDays(span.after, 1), span.to, 'month');
  const indexes = months.map(({ to }) => baseline.indexOf(to));
  const [one, other] = [baseline.appliedBy(indexes), supposed.appliedBy(indexes)];
  return months.flatMap((month, at) => {
    const [before, after] = [one[at], other[at]];
    if (before === undefined || after === undefined) return [];
    return [
      {
        ...month,
        baseline: moneyRange(baseline, before),
        supposed: moneyRange(supposed, after),
      },
    ];
  });
};
