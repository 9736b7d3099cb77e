import type { MoneyText } from '../../../libs/domain/money.js';
import type { Scenario, ScenarioCommitment } from '../../../libs/projections/scenario/answer.js';
import { figure, type Cell } from '../cells.js';
import { plural, roundMoney, times } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';
import type { Table } from '../table.js';
import { currencyOf, sumByCurrency } from './portfolio.js';

type Outcome = ScenarioCommitment['baseline'];

const missingOf = (outcome: Outcome): MoneyText | null => outcome?.end.shortfall?.expected ?? null;
const beyondOf = (outcome: Outcome): MoneyText | null => outcome?.end.overage.expected ?? null;
const usedUpOf = (outcome: Outcome): string | null => outcome?.exhaustion.on ?? null;

const sumsOf = (amounts: readonly (MoneyText | null)[]): string =>
  sumByCurrency(amounts.filter((amount) => amount !== null))
    .map(roundMoney)
    .join(' and ') || 'nothing';

/** A figure on one line, or on two where the scenario changes it. */
const beside = (before: Cell, after: Cell): Cell => [before, after].flat();

const commitmentTable = ({ commitments }: Scenario): Table => {
  const currency = currencyOf(commitments.map(({ total }) => total));
  return {
    title: `Commitments${currency === null ? '' : `, in ${currency}`}: as forecast, and below it as supposed`,
    columns: [
      { title: 'Commitment', align: 'left' },
      ...(currency === null ? [{ title: '', align: 'left' } as const] : []),
      { title: 'Applied at the end', align: 'right', drop: 1 },
      { title: 'Missing', align: 'right' },
      { title: 'Beyond it', align: 'right', drop: 2 },
      { title: 'Used up', align: 'left' },
    ],
    rows: commitments.map(({ commitmentId, change, total, baseline, supposed }) => [
      change === null ? commitmentId : [commitmentId, change],
      ...(currency === null ? [total.currency] : []),
      beside(
        figure(baseline?.end.applied.expected ?? null),
        figure(supposed?.end.applied.expected ?? null),
      ),
      beside(figure(missingOf(baseline)), figure(missingOf(supposed))),
      beside(figure(beyondOf(baseline)), figure(beyondOf(supposed))),
      beside(usedUpOf(baseline) ?? '–', usedUpOf(supposed) ?? '–'),
    ]),
  };
};

const concentrationTable = ({ concentration }: Scenario): Table => {
  const { today, baseline, supposed } = concentration;
  const hhiIn = (side: typeof today, currency: string): Cell =>
    side.find((each) => each.currency === currency)?.hhi ?? '–';
  const currencies = [...new Set([...today, ...supposed].map(({ currency }) => currency))].sort();
  return {
    title: 'Concentration (HHI): of the last twelve months, and of the next',
    columns: [
      { title: 'Currency', align: 'left' },
      { title: 'Today', align: 'right' },
      { title: 'Forecast', align: 'right' },
      { title: 'Supposed', align: 'right' },
    ],
    rows: currencies.map((currency) => [
      currency,
      hhiIn(today, currency),
      hhiIn(baseline, currency),
      hhiIn(supposed, currency),
    ]),
  };
};

/** Only where something is supposed of commitments themselves: else it stays as it is. */
const committedTable = ({ concentration: { committed } }: Scenario): Table => ({
  title: 'Committed, by vendor: today, and as supposed',
  columns: [
    { title: 'Vendor', align: 'left' },
    { title: 'Currency', align: 'left' },
    { title: 'Today', align: 'right' },
    { title: 'Supposed', align: 'right' },
  ],
  rows: committed.supposed.flatMap(({ currency, vendors, hhi }) => {
    const today = committed.today.find((each) => each.currency === currency);
    const before = (id: string) => today?.vendors.find(({ vendorId }) => vendorId === id);
    return [
      ...vendors.map(({ vendorId, amount }) => [
        vendorId,
        currency,
        figure(before(vendorId)?.amount ?? null),
        figure(amount),
      ]),
      ['HHI', currency, today?.hhi ?? '–', hhi ?? '–'],
    ];
  }),
});

const circularityTable = ({ circularity }: Scenario): Table => ({
  title: 'Circularity: the part of payments that funded capital could have paid',
  columns: [
    { title: 'Vendor', align: 'left' },
    { title: 'Customer', align: 'left' },
    { title: 'Today', align: 'right' },
    { title: 'Forecast', align: 'right' },
    { title: 'Supposed', align: 'right' },
  ],
  rows: circularity.today.map((pair, at) => [
    pair.vendorId,
    pair.customerId,
    times(pair.circularityRatioUpperBound),
    times(circularity.baseline[at]?.circularityRatioUpperBound ?? null),
    times(circularity.supposed[at]?.circularityRatioUpperBound ?? null),
  ]),
});

/** What would come of use, beside what is forecast. */
export const scenarioReport = (answer: Scenario): Report => {
  const { commitments } = answer;
  const without = commitments.filter(({ reason }) => reason !== null);
  return {
    headline:
      commitments.length === 0
        ? 'There are no commitments in force to suppose anything of.'
        : `${plural(commitments.length, 'commitment')}: ${sumsOf(commitments.map(({ supposed }) => missingOf(supposed)))} would be missing ` +
          `when their terms end, instead of ${sumsOf(commitments.map(({ baseline }) => missingOf(baseline)))} as forecast.`,
    tables:
      commitments.length === 0
        ? []
        : [
            commitmentTable(answer),
            concentrationTable(answer),
            ...(commitments.every(({ change }) => change === null) ? [] : [committedTable(answer)]),
            ...(answer.circularity.today.length === 0 ? [] : [circularityTable(answer)]),
          ],
    notes: [
      'Supposed and computed now; nothing is recorded.',
      ...without.map(({ commitmentId }) => `${commitmentId} has no forecast and is left as it is.`),
    ],
    answer,
    records: recordsOf(commitments, [
      ['commitment', ({ commitmentId }) => commitmentId],
      'change',
      ['currency', ({ total }) => total.currency],
      'total',
      'applied',
      ['baselineApplied', ({ baseline }) => baseline?.end.applied.expected ?? null],
      ['supposedApplied', ({ supposed }) => supposed?.end.applied.expected ?? null],
      ['baselineShortfall', ({ baseline }) => missingOf(baseline)],
      ['supposedShortfall', ({ supposed }) => missingOf(supposed)],
      ['baselineOverage', ({ baseline }) => beyondOf(baseline)],
      ['supposedOverage', ({ supposed }) => beyondOf(supposed)],
      ['baselineExhaustedOn', ({ baseline }) => usedUpOf(baseline)],
      ['supposedExhaustedOn', ({ supposed }) => usedUpOf(supposed)],
      'reason',
    ]),
    seen: answer,
  };
};
