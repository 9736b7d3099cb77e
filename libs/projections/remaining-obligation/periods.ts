import { overageAndCredit } from '../../domain/commitment/obligation/remaining.js';
import { inCurrency, moneyIn } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import type { CommitmentPeriods } from './answer.js';
import type { Views } from '../asking/read-view.js';
import { commitmentsAsOf } from '../facts/commitments.js';
import type { RowsOf } from '../asking/rows-wanted.js';
import {
  readObligation,
  remainingObligationOf,
  remainingObligationWanted,
  type RemainingObligationQuestion,
} from './query.js';

/** Null: no such commitment as of then, as known then. */
export const commitmentPeriods = async (
  views: Views,
  question: RemainingObligationQuestion,
): Promise<CommitmentPeriods | null> => {
  const view = await readObligation(views, question);
  const answer = commitmentPeriodsOf(view.rows, view.asked, question.commitmentId);
  return answer && { ...answer, ...view.seen };
};

/** Made of the remaining obligation's own answer, so that the two never disagree about a period. */
export const commitmentPeriodsOf = (
  rows: RowsOf<ReturnType<typeof remainingObligationWanted>>,
  asked: Asked,
  commitmentId: string,
): Told<CommitmentPeriods> | null => {
  const obligation = remainingObligationOf(rows, asked, commitmentId);
  const commitment = commitmentsAsOf(rows.commitments).get(commitmentId);
  if (!obligation || !commitment) return null;
  const { terms, currency } = commitment;
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
