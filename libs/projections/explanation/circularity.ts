import { isBinding } from '../../domain/agreement/agreement.js';
import { circularityRatio, commitmentMultiple, recycledCapital } from '../../domain/formulas.js';
import { maxUnits, type MoneyText, unitsOf } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import { facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import type { UpTo } from '../asking/snapshot.js';
import { circularityOf, circularityWanted } from '../circularity/query.js';
import { agreementsAsOf } from '../facts/agreements.js';
import { commitmentsAsOf, releasedOf } from '../facts/commitments.js';
import { factsProjection } from '../facts/facts.js';
import { fundingFacts, investmentFacts } from '../facts/investments.js';
import {
  spendDays,
  vendorConcentrationProjection,
  vendorConcentrationReads,
} from '../vendor-concentration/vendor-concentration.js';
import type { Address } from './address.js';
import { PAID, spentBy, STATED } from './decided-by.js';
import { absent, entriesOf, operand, ratio, sum, type Explained } from './explained.js';
import { figureOfWhat, chosen, oneCurrency, type ExplainQuestion } from './question.js';
import { subject, type Subject } from './subject.js';

type Rows = RowsOf<ReturnType<typeof circularityWanted>>;

/** A vendor that is invested in its customer. */
export const circularitySubject = (question: ExplainQuestion): Subject => {
  const { view, vendorId, customerId } = question;
  if (vendorId === undefined || customerId === undefined) {
    throw figureOfWhat(view, 'is of a pair: say which, as vendorId= and customerId=');
  }
  const pair = { vendorId, customerId };
  return subject({
    reads: vendorConcentrationReads,
    wantedOf: circularityWanted,
    root: null,
    explain: (rows, asked) => explain(rows, asked, question, pair),
  });
};

interface Parties {
  readonly vendorId: string;
  readonly customerId: string;
}

const explain = (
  rows: Rows,
  asked: Asked,
  question: ExplainQuestion,
  parties: Parties,
): Explained | null => {
  const { pairs } = circularityOf(rows, parties);
  const currency = oneCurrency(
    question,
    pairs.map((pair) => pair.currency),
  );
  const pair = pairs.find((each) => each.currency === currency);
  if (pair === undefined) return null;
  const at = (figure: string): Address => ({
    ...{ view: 'circularity', figure, ...parties, currency: pair.currency, asOf: asked.asOf },
  });
  const figures = figuresOf({ rows, asked, parties, pair, at });
  return chosen(question, figures)();
};

interface Of {
  readonly rows: Rows;
  readonly asked: Asked;
  readonly parties: Parties;
  readonly pair: ReturnType<typeof circularityOf>['pairs'][number];
  readonly at: (figure: string) => Address;
}

const placeOf = ({ shard, position }: UpTo): UpTo => ({ shard, position });

const figuresOf = (of: Of): Readonly<Record<string, () => Explained>> => {
  const { rows, parties, pair, at } = of;
  const { currency } = pair;
  const money = (figure: MoneyText) => ({ currency, figure });
  const units = (figure: MoneyText): bigint => unitsOf(figure.amount);
  const investments = rows.investments.filter(
    (row) =>
      row.investorId === parties.vendorId &&
      row.recipientId === parties.customerId &&
      row.currency === currency,
  );
  const ids = new Set(investments.map(({ investmentId }) => investmentId));
  const agreed = (name: 'total' | 'contingent') =>
    entriesOf({
      from: { places: investments.map(placeOf) },
      projection: factsProjection,
      wanted: facts(investmentFacts),
      amountOf: (row) => row[name] ?? 0n,
      decidedBy: STATED,
    });
  const quotient = (
    figure: string | null,
    [top, bottom]: readonly [
      'funded' | 'committed' | 'grossDrawdowns',
      'funded' | 'announced' | 'grossDrawdowns',
    ],
    formula: string,
    made: string | null,
  ) =>
    figure === null
      ? absent({ currency, figure }, `${bottom}-is-zero`)
      : ratio(
          { currency, figure },
          formula,
          [
            operand(top, units(pair[top]), { side: 'numerator', address: at(top) }),
            operand(bottom, units(pair[bottom]), { side: 'denominator', address: at(bottom) }),
          ],
          made,
        );
  const [funded, paid] = [units(pair.funded), units(pair.grossDrawdowns)];
  const [committed, announced] = [units(pair.committed), units(pair.announced)];
  return {
    funded: () =>
      sum(
        money(pair.funded),
        'sum of the payments',
        [],
        entriesOf({
          from: {
            places: rows.fundings.filter(({ investmentId }) => ids.has(investmentId)).map(placeOf),
          },
          projection: factsProjection,
          wanted: facts(fundingFacts),
          amountOf: (row) => row.amount,
          decidedBy: PAID,
        }),
      ),
    announced: () =>
      sum(money(pair.announced), 'firm totals of the investments', [], agreed('total')),
    contingent: () => sum(money(pair.contingent), 'what may come on top', [], agreed('contingent')),
    committed: () =>
      sum(
        money(pair.committed),
        'totals of the commitments less what was released',
        committedParts(of),
      ),
    grossDrawdowns: () =>
      sum(money(pair.grossDrawdowns), 'sum of the entries of its agreements', [], payments(of)),
    'multiple.funded': () =>
      quotient(
        pair.multiple.funded,
        ['committed', 'funded'],
        'committed / funded',
        commitmentMultiple(committed, funded),
      ),
    'multiple.announced': () =>
      quotient(
        pair.multiple.announced,
        ['committed', 'announced'],
        'committed / announced',
        commitmentMultiple(committed, announced),
      ),
    circularityRatioUpperBound: () =>
      quotient(
        pair.circularityRatioUpperBound,
        ['funded', 'grossDrawdowns'],
        'min(funded, grossDrawdowns) / grossDrawdowns',
        circularityRatio(funded, paid),
      ),
    recycledCapital: () =>
      quotient(
        pair.recycledCapital,
        ['grossDrawdowns', 'funded'],
        'min(funded, max(0, grossDrawdowns)) / funded',
        recycledCapital(funded, maxUnits(0n, paid)),
      ),
  };
};

/** Agreements of the pair. */
const agreementsOf = ({ rows, parties }: Of) =>
  [...agreementsAsOf(rows.agreements).values()].filter(
    ({ vendorId, customerId }) =>
      vendorId === parties.vendorId && customerId === parties.customerId,
  );

const committedParts = (of: Of) => {
  const binding = new Set(
    agreementsOf(of)
      .filter(isBinding)
      .map(({ agreementId }) => agreementId),
  );
  const applied = new Map(of.rows.applied.map((row) => [row.commitmentId, row.applied]));
  return [...commitmentsAsOf(of.rows.commitments).values()].flatMap((commitment) => {
    const { commitmentId, agreementId, currency, total } = commitment;
    if (!binding.has(agreementId) || currency !== of.pair.currency) return [];
    const address = (figure: string): { readonly address: Address } => ({
      address: { view: 'burn-down', commitmentId, figure, asOf: of.asked.asOf },
    });
    const released = releasedOf(commitment, applied.get(commitmentId) ?? 0n);
    return [
      operand('total', total, address('total')),
      operand('released', -released, address('released')),
    ];
  });
};

const payments = (of: Of) => {
  const { tenant } = of.asked;
  const keys = agreementsOf(of).map(({ agreementId }) => agreementId);
  return entriesOf({
    from: { streams: keys.sort().map((key) => ({ tenant, kind: 'commitment' as const, key })) },
    projection: vendorConcentrationProjection,
    wanted: sums(spendDays, { by: ['agreementId', 'currency'], per: 'day' }),
    amountOf: (row) => (row.currency === of.pair.currency ? row.gross : 0n),
    decidedBy: spentBy,
  });
};
