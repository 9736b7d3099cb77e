import { moneyIn, type MoneyText, unitsOf } from '../../domain/money.js';
import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import type { Asked } from '../asking/question.js';
import { facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import type { UpTo } from '../asking/snapshot.js';
import type { BurnDown } from '../burn-down/answer.js';
import { burnDownDays, burnDownProjection } from '../burn-down/burn-down.js';
import { burnDownOf, burnDownWanted } from '../burn-down/query.js';
import { factsProjection } from '../facts/facts.js';
import { commitmentFacts, commitmentsAsOf, type CommitmentAsOf } from '../facts/commitments.js';
import type { CommitmentPeriods, RemainingObligation } from '../remaining-obligation/answer.js';
import { commitmentPeriodsOf } from '../remaining-obligation/periods.js';
import { remainingObligationOf, remainingObligationWanted } from '../remaining-obligation/query.js';
import type { Told } from '../asking/seen.js';
import type { Address } from './address.js';
import type { Narrow } from './blocks-with.js';
import { decidedByBook, versionOf } from './decided-by.js';
import { entriesOf, type EntriesOf, type Explained } from './explained.js';
import type { ExplainQuestion } from './question.js';

export const commitmentWanted = (commitmentId: string) => ({
  ...burnDownWanted(commitmentId),
  ...remainingObligationWanted(commitmentId),
});

type Rows = RowsOf<ReturnType<typeof commitmentWanted>>;
export type Day = Rows['days'][number];

/** A commitment as its views have it, all of one moment, and what leads from there to the entries. */
export interface OfCommitment {
  readonly asked: Asked;
  readonly commitment: CommitmentAsOf;
  readonly rows: Rows;
  readonly burnDown: Told<BurnDown>;
  readonly obligation: Told<RemainingObligation>;
  readonly periods: Told<CommitmentPeriods>;
  readonly money: (units: bigint) => MoneyText;
  /** Of this commitment, as of the same day unless told otherwise. */
  readonly at: (
    view: Address['view'],
    figure: string,
    more?: Partial<Pick<Address, 'asOf' | 'period' | 'from' | 'to'>>,
  ) => Address;
}

/** Null: no such commitment as of then, as known then. */
export const ofCommitment = (
  rows: Rows,
  asked: Asked,
  question: Pick<ExplainQuestion, 'from' | 'to'> & { readonly commitmentId: string },
): OfCommitment | null => {
  const { commitmentId, from, to } = question;
  const commitment = commitmentsAsOf(rows.commitments).get(commitmentId);
  const burnDown = burnDownOf(rows, asked, { commitmentId, from, to, interval: 'month' });
  const obligation = remainingObligationOf(rows, asked, commitmentId);
  const periods = commitmentPeriodsOf(rows, asked, commitmentId);
  if (!commitment || !burnDown || !obligation || !periods) return null;
  const { asOf } = asked;
  return {
    ...{ asked, commitment, rows, burnDown, obligation, periods },
    money: moneyIn(commitment.currency),
    at: (view, figure, more) => ({ view, commitmentId, figure, asOf, ...more }),
  };
};

type FigureOf = (of: OfCommitment) => Explained;
/** By their names in the view's answer. */
export type Figures = Readonly<Record<string, FigureOf>>;

export const made = (of: OfCommitment, figure: Explained['figure']) => ({
  currency: of.commitment.currency,
  figure,
});

/** What drawdowns, reversals and changes of terms moved: the fold of the burn-down, entry by entry. */
export const moved = (
  of: OfCommitment,
  amountOf: (day: Day) => bigint,
  narrow?: Omit<Narrow, 'commitmentId'>,
): EntriesOf => {
  const { commitmentId, agreementId } = of.commitment;
  return entriesOf({
    from: {
      streams: [{ tenant: of.asked.tenant, kind: 'commitment', key: agreementId }],
      ...(narrow === undefined ? {} : { narrow: { commitmentId, ...narrow } }),
    },
    projection: burnDownProjection,
    wanted: sums(burnDownDays, {
      where: { commitmentId },
      by: ['period', 'currency'],
      per: 'day',
    }),
    amountOf,
    decidedBy: decidedByBook(of.rows.said, commitmentId),
  });
};

/** What the statement says that is in force. */
export const stated = (
  of: OfCommitment,
  amountOf: (terms: CommitmentTerms) => bigint,
): EntriesOf => {
  const { commitmentId, saidIn } = of.commitment;
  return entriesOf({
    from: { places: [saidIn] },
    projection: factsProjection,
    wanted: facts(commitmentFacts, { commitmentId }),
    amountOf: (row) =>
      row.terms === null ? 0n : amountOf(JSON.parse(row.terms) as CommitmentTerms),
    decidedBy: (entry) => ({
      ...{ because: 'stated', rule: null, class: null },
      terms: versionOf(of.rows.said, entry),
    }),
  });
};

/** The entry that ended the commitment. */
export const endedIn = ({ rows }: OfCommitment): UpTo | null => {
  const ended = rows.commitments.findLast(({ change }) => change === 'terminated');
  return ended ? { shard: ended.shard, position: ended.position } : null;
};

export const units = (money: MoneyText | null): bigint =>
  money === null ? 0n : unitsOf(money.amount);
