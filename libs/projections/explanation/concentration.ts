import { isBinding } from '../../domain/agreement/agreement.js';
import { effectiveNumber, hhi, share, topShare } from '../../domain/formulas.js';
import { maxUnits, unitsOf } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import { sums, type RowsOf } from '../asking/rows-wanted.js';
import { agreementsAsOf } from '../facts/agreements.js';
import {
  commitmentsAsOf,
  committedOf,
  hasEnded,
  releasedOf,
  remainingOf,
} from '../facts/commitments.js';
import type { Shares } from '../vendor-concentration/answer.js';
import { vendorConcentrationOf, vendorConcentrationWanted } from '../vendor-concentration/query.js';
import {
  spendDays,
  vendorConcentrationProjection,
  vendorConcentrationReads,
} from '../vendor-concentration/vendor-concentration.js';
import type { Address } from './address.js';
import { spentBy } from './decided-by.js';
import {
  absent,
  entriesOf,
  limit,
  operand,
  ratio,
  sum,
  type Explained,
  type Operand,
} from './explained.js';
import { chosen, oneCurrency, type ExplainQuestion } from './question.js';
import { subject, type Subject } from './subject.js';

type Rows = RowsOf<ReturnType<typeof vendorConcentrationWanted>>;

/** How much hangs on one vendor, or on all. */
export const concentrationSubject = (question: ExplainQuestion): Subject => {
  const { tenant, base = 'spend', window } = question;
  const asked = { tenant, base, windowMonths: window };
  return subject({
    reads: vendorConcentrationReads,
    wantedOf: (of: Asked) => vendorConcentrationWanted(asked, of),
    root: null,
    explain: (rows, of) => explain(rows, of, { ...question, base }),
  });
};

type Question = ExplainQuestion & { readonly base: NonNullable<ExplainQuestion['base']> };

const explain = (rows: Rows, asked: Asked, question: Question): Explained | null => {
  const { vendorId, month, base, window: windowMonths } = question;
  const answer = vendorConcentrationOf(rows, asked, { tenant: asked.tenant, base, windowMonths });
  const currency = oneCurrency(
    question,
    answer.currencies.map((each) => each.currency),
  );
  const all = answer.currencies.find((each) => each.currency === currency);
  const shares: Shares | undefined =
    month === undefined ? all : all?.months?.find((each) => each.month === month);
  if (currency === null || shares === undefined) return null;
  const at = (figure: string, of: string | undefined): Address => ({
    ...{ view: 'concentration', figure, vendorId: of, currency, base, month },
    ...{ window: windowMonths, asOf: asked.asOf },
  });
  const of: Of = { rows, asked, question, currency, shares, at };
  const figures = vendorId === undefined ? ofAll(of) : ofVendor(of, vendorId);
  if (figures === null) return null;
  return chosen(question, figures)();
};

interface Of {
  readonly rows: Rows;
  readonly asked: Asked;
  readonly question: Question;
  readonly currency: string;
  readonly shares: Shares;
  readonly at: (figure: string, vendorId: string | undefined) => Address;
}

type Figures = Readonly<Record<string, () => Explained>>;

const ofAll = ({ currency, shares, at }: Of): Figures => {
  const amounts = shares.vendors.map(({ amount }) => unitsOf(amount.amount));
  const each = (side: Operand['side']) =>
    shares.vendors.map(({ vendorId, amount }) =>
      operand('amount', unitsOf(amount.amount), { side, address: at('amount', vendorId) }),
    );
  const indexed = (figure: string | null, formula: string, made: string | null) => () =>
    figure === null
      ? absent({ currency, figure }, 'nothing-positive')
      : ratio({ currency, figure }, formula, each('numerator'), made);
  return {
    baseAmount: () =>
      sum(
        { currency, figure: shares.baseAmount },
        'sum of the positive amounts of the vendors',
        each('sum').filter(({ units }) => (units ?? 0n) > 0n),
      ),
    top1: indexed(shares.top1, 'largest amount / baseAmount', topShare(amounts, 1)),
    top3: indexed(shares.top3, 'three largest amounts / baseAmount', topShare(amounts, 3)),
    hhi: indexed(shares.hhi, '10,000 x sum of (amount / baseAmount)^2', hhi(amounts)),
    effectiveNumber: indexed(
      shares.effectiveNumber,
      'baseAmount^2 / sum of amount^2',
      effectiveNumber(amounts),
    ),
  };
};

/** Null: the vendor has no amount. */
const ofVendor = (of: Of, vendorId: string): Figures | null => {
  const { currency, shares, at } = of;
  const found = shares.vendors.find((each) => each.vendorId === vendorId);
  if (found === undefined) return null;
  const units = unitsOf(found.amount.amount);
  const base = unitsOf(shares.baseAmount.amount);
  const made = { currency, figure: found.amount };
  return {
    amount: () =>
      of.question.base === 'spend'
        ? sum(made, 'sum of the entries of its agreements', [], spendOf(of, vendorId))
        : sum(made, 'what its commitments come to', obligedTo(of, vendorId)),
    share: () =>
      found.share === null
        ? absent({ currency, figure: null }, 'nothing-positive')
        : ratio(
            { currency, figure: found.share },
            'amount / baseAmount',
            [
              operand('amount', units, { side: 'numerator', address: at('amount', vendorId) }),
              operand('baseAmount', base, {
                side: 'denominator',
                address: at('baseAmount', undefined),
              }),
            ],
            share(maxUnits(0n, units), base),
          ),
  };
};

const spendOf = ({ rows, asked, question, currency }: Of, vendorId: string) => {
  const agreements = agreementsAsOf(rows.agreements);
  const wanted = vendorConcentrationWanted(
    { tenant: asked.tenant, windowMonths: question.window },
    asked,
  ).spend;
  const keys = new Set(rows.spend.map(({ agreementId }) => agreementId));
  const streams = [...keys]
    .filter((key) => (agreements.get(key)?.vendorId ?? 'unknown') === vendorId)
    .sort()
    .map((key) => ({ tenant: asked.tenant, kind: 'commitment' as const, key }));
  const { month } = question;
  return entriesOf({
    from: { streams },
    projection: vendorConcentrationProjection,
    wanted: sums(spendDays, {
      by: ['agreementId', 'currency'],
      per: 'day',
      ...(wanted.from === null ? {} : { from: wanted.from }),
    }),
    amountOf: (row) =>
      row.currency === currency && (month === undefined || row.when.startsWith(month))
        ? row.gross
        : 0n,
    decidedBy: spentBy,
  });
};

/** What is left, or committed, of each of its commitments that binds. */
const obligedTo = (of: Of, vendorId: string): readonly Operand[] => {
  const { rows, asked, currency, question } = of;
  const agreements = agreementsAsOf(rows.agreements);
  const applied = new Map(rows.applied.map((row) => [row.commitmentId, row.applied]));
  return [...commitmentsAsOf(rows.commitments).values()].flatMap((commitment) => {
    const { commitmentId, agreementId } = commitment;
    const agreement = agreements.get(agreementId);
    if (!agreement || !isBinding(agreement) || agreement.vendorId !== vendorId) return [];
    if (commitment.currency !== currency) return [];
    const used = applied.get(commitmentId) ?? 0n;
    const at = (figure: string): Pick<Operand, 'address'> => ({
      address: { view: 'burn-down', commitmentId, figure, asOf: asked.asOf },
    });
    if (question.base === 'remaining')
      return [operand('remaining', remainingOf(commitment, used), at('remaining'))];
    return [
      operand('total', commitment.total, at('total')),
      operand('released', -releasedOf(commitment, used), at('released')),
      ...limit(
        'its-term-has-ended',
        hasEnded(commitment, asked.effectiveBefore) ? -committedOf(commitment, used) : 0n,
      ),
    ];
  });
};
