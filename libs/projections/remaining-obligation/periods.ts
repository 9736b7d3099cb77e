import { overageAndCredit } from '../../domain/commitment/obligation/remaining.js';
import type { ScheduleMode } from '../../domain/commitment/terms/terms.js';
import type { Instant } from '../../domain/decider.js';
import { inCurrency, moneyIn, type MoneyText } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import type { Seen } from '../asking/seen.js';
import type { Views } from '../asking/read-view.js';
import { commitmentsAsOf } from '../facts/commitments.js';
import type { RowsOf } from '../asking/wanted.js';
import {
  readObligation,
  remainingObligationOf,
  remainingObligationWanted,
  type ObligationPeriod,
  type RemainingObligationQuestion,
} from './query.js';

/** A period as the remaining obligation counts it, with what was used in it beyond what the commitment takes. */
export interface CommitmentPeriodAnswer extends ObligationPeriod {
  readonly overage: MoneyText;
  /** Given back in it beyond all that was used by then. */
  readonly netCredit: MoneyText;
}

export interface CommitmentPeriods {
  readonly agreementId: string;
  readonly commitmentId: string;
  /** How often its terms were stated or changed by then, whenever that takes effect: what If-Match names. */
  readonly termsVersion: number;
  readonly name: string;
  readonly endsAt: Instant | null;
  readonly terminatedAt: Instant | null;
  /** How minimums and total belong together, and what moves from period to period: the figures follow from it. */
  readonly mode: ScheduleMode;
  readonly excessCarriesForward: boolean;
  readonly rolloverFraction: string | null;
  /** In order, as the terms have them as of then; lines of drawdowns name a period by its index. */
  readonly periods: readonly CommitmentPeriodAnswer[];
}

/** Null: no such commitment as of then, as known then. */
export const commitmentPeriods = async (
  views: Views,
  question: RemainingObligationQuestion,
): Promise<(CommitmentPeriods & Seen) | null> => {
  const view = await readObligation(views, question);
  const answer = commitmentPeriodsOf(view.rows, view.asked, question.commitmentId);
  return answer && { ...answer, ...view.seen };
};

/** Made of the remaining obligation's own answer, so that the two never disagree about a period. */
export const commitmentPeriodsOf = (
  rows: RowsOf<ReturnType<typeof remainingObligationWanted>>,
  asked: Asked,
  commitmentId: string,
): CommitmentPeriods | null => {
  const obligation = remainingObligationOf(rows, asked, commitmentId);
  if (!obligation) return null;
  const { terms, currency } = commitmentsAsOf(rows.commitments).get(commitmentId)!;
  const { mode, excessCarriesForward, rolloverFraction } = terms.schedule;
  const money = moneyIn(currency);
  const overage = new Map(
    inCurrency(rows.periods, currency).map((row) => [row.period, row.overage]),
  );
  return {
    agreementId: obligation.agreementId,
    commitmentId,
    termsVersion: obligation.termsVersion,
    name: obligation.name,
    endsAt: obligation.endsAt,
    terminatedAt: obligation.terminatedAt,
    mode,
    excessCarriesForward,
    rolloverFraction,
    periods: obligation.periods.map((period) => {
      const beyond = overageAndCredit(overage.get(period.index) ?? 0n);
      return { ...period, overage: money(beyond.overage), netCredit: money(beyond.netCredit) };
    }),
  };
};
