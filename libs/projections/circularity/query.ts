import { isBinding } from '../../domain/agreement/agreement.js';
import { circularityRatio, commitmentMultiple, recycledCapital } from '../../domain/formulas.js';
import { addTo, moneyIn } from '../../domain/money.js';
import type { TimeAxes } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import type { CircularPair, Circularity } from './answer.js';
import { readView, type Views } from '../asking/read-view.js';
import { agreementFacts, agreementsAsOf } from '../facts/agreements.js';
import { commitmentFacts, commitmentsAsOf, committedOf } from '../facts/commitments.js';
import { facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import { burnDownDays } from '../burn-down/burn-down.js';
import { fundingFacts, investmentFacts } from '../facts/investments.js';
import {
  spendDays,
  vendorConcentrationReads,
} from '../vendor-concentration/vendor-concentration.js';

export interface CircularityQuestion extends TimeAxes {
  /** Only pairs with this vendor, or this customer. */
  readonly vendorId?: string | undefined;
  readonly customerId?: string | undefined;
}

export const circularity = async (
  views: Views,
  question: CircularityQuestion,
): Promise<Circularity> => {
  const view = await readView(views, vendorConcentrationReads, question, circularityWanted);
  return { ...circularityOf(view.rows, question), ...view.seen };
};

export const circularityWanted = () => ({
  agreements: facts(agreementFacts),
  commitments: facts(commitmentFacts),
  investments: facts(investmentFacts),
  fundings: facts(fundingFacts),
  applied: sums(burnDownDays, { by: ['commitmentId', 'currency'], per: 'all' }),
  payments: sums(spendDays, { by: ['agreementId', 'currency'], per: 'all' }),
});

type Rows = RowsOf<ReturnType<typeof circularityWanted>>;

const pairKey = (vendorId: string, customerId: string, currency: string): string =>
  `${vendorId} ${customerId} ${currency}`;

export const circularityOf = (
  rows: Rows,
  { vendorId, customerId }: Pick<CircularityQuestion, 'vendorId' | 'customerId'> = {},
): Told<Circularity> => {
  const funded = new Map<string, bigint>();
  const announced = new Map<string, bigint>();
  const contingent = new Map<string, bigint>();
  const pairOfInvestment = new Map<string, string>();
  for (const investment of rows.investments) {
    const { investmentId, investorId, recipientId, currency, total } = investment;
    const key = pairKey(investorId, recipientId, currency);
    pairOfInvestment.set(investmentId, key);
    addTo(announced, key, total);
    addTo(contingent, key, investment.contingent ?? 0n);
  }
  for (const { investmentId, amount } of rows.fundings) {
    const key = pairOfInvestment.get(investmentId);
    if (key !== undefined) addTo(funded, key, amount);
  }
  const { committed, payments } = dealings(rows);
  const pairs = [...announced.keys()].sort().flatMap((key): CircularPair[] => {
    const [vendor, customer, currency] = key.split(' ') as [string, string, string];
    // An investor that sells nothing to the company it invests in is no pair.
    if (!committed.has(key) && !payments.has(key) && !dealsWith(rows, vendor, customer)) return [];
    if ((vendorId ?? vendor) !== vendor || (customerId ?? customer) !== customer) return [];
    const money = moneyIn(currency);
    const invested = funded.get(key) ?? 0n;
    const firm = announced.get(key) ?? 0n;
    const pledged = committed.get(key) ?? 0n;
    const paid = payments.get(key) ?? 0n;
    return [
      {
        vendorId: vendor,
        customerId: customer,
        currency,
        funded: money(invested),
        announced: money(firm),
        contingent: money(contingent.get(key) ?? 0n),
        committed: money(pledged),
        grossDrawdowns: money(paid),
        multiple: {
          funded: commitmentMultiple(pledged, invested),
          announced: commitmentMultiple(pledged, firm),
        },
        circularityRatioUpperBound: circularityRatio(invested, paid),
        recycledCapital: recycledCapital(invested, paid),
      },
    ];
  });
  return { payments: 'gross-drawdowns', pairs };
};

/** What the customer owes and has paid its vendor, per pair. */
const dealings = (rows: Rows) => {
  const committed = new Map<string, bigint>();
  const payments = new Map<string, bigint>();
  const agreements = agreementsAsOf(rows.agreements);
  const applied = new Map(rows.applied.map((row) => [row.commitmentId, row.applied]));
  for (const commitment of commitmentsAsOf(rows.commitments).values()) {
    const { commitmentId, currency } = commitment;
    const agreement = agreements.get(commitment.agreementId);
    if (!agreement || !isBinding(agreement)) continue;
    const units = committedOf(commitment, applied.get(commitmentId) ?? 0n);
    addTo(committed, pairKey(agreement.vendorId, agreement.customerId, currency), units);
  }
  for (const { agreementId, currency, gross } of rows.payments) {
    const agreement = agreements.get(agreementId);
    if (!agreement) continue;
    addTo(payments, pairKey(agreement.vendorId, agreement.customerId, currency), gross);
  }
  return { committed, payments };
};

const dealsWith = (rows: Rows, vendorId: string, customerId: string): boolean =>
  rows.agreements.some(
    (row) =>
      row.change === 'proposed' && row.vendorId === vendorId && row.customerId === customerId,
  );
