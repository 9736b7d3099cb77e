import { formatUnits, unitsOf, type MoneyText } from '../../../libs/domain/money.js';
import type { BurnDown } from '../../../libs/projections/burn-down/answer.js';
import type { Deals, CommitmentSummary } from '../../../libs/projections/deals/answer.js';
import { barOf, figure, type Cell } from '../cells.js';
import { day, percent, plural, roundMoney, times } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';
import type { Table } from '../table.js';

/** Adds up per currency: currencies are never mixed. */
export const sumByCurrency = (amounts: readonly MoneyText[]): readonly MoneyText[] => {
  const sums = new Map<string, bigint>();
  for (const { amount: text, currency } of amounts) {
    sums.set(currency, (sums.get(currency) ?? 0n) + unitsOf(text));
  }
  return [...sums]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([currency, units]) => ({ amount: formatUnits(units), currency }));
};

export const inWords = (sums: readonly MoneyText[]): string =>
  someOf(sums).map(roundMoney).join(' and ') || 'nothing';

/** Currencies with nothing in them are not worth a word, unless all are empty. */
const someOf = (sums: readonly MoneyText[]): readonly MoneyText[] => {
  const some = sums.filter(({ amount: text }) => unitsOf(text) !== 0n);
  return some.length > 0 ? some : sums.slice(0, 1);
};

/** `Remaining USD` when all amounts are in one currency; otherwise a column of its own says which. */
export const currencyOf = (amounts: readonly MoneyText[]): string | null => {
  const currencies = new Set(amounts.map(({ currency }) => currency));
  return currencies.size === 1 ? [...currencies][0]! : null;
};

const share = (applied: string, total: string): string | null =>
  unitsOf(total) === 0n ? null : formatUnits((unitsOf(applied) * unitsOf('1')) / unitsOf(total));

/** Two lines each: the amounts, and below them how the commitment fares. */
const commitmentRow = (
  { agreementId, commitment }: Pledged,
  pace: BurnDown['pace'] | undefined,
  paper: { readonly currency: boolean },
): Cell[] => [
  `${agreementId}\n  ${commitment.commitmentId.slice(agreementId.length + 1)}`,
  ...(paper.currency ? [commitment.total.currency] : []),
  [
    figure(commitment.total),
    commitment.endsAt === null ? 'end unknown' : `ends ${day(commitment.endsAt)}`,
  ],
  [figure(commitment.applied), pace?.paceRatio ? `pace ${times(pace.paceRatio)}` : ''],
  [figure(commitment.remaining), barOf(commitment.utilisation, 17)],
  percent(commitment.utilisation),
];

interface Pledged {
  readonly agreementId: string;
  readonly commitment: CommitmentSummary;
}

const commitmentTable = (
  all: readonly Pledged[],
  paces: ReadonlyMap<string, BurnDown['pace']>,
): Table => {
  const commitments = all.map(({ commitment }) => commitment);
  const currency = currencyOf(commitments.map(({ total }) => total));
  const sum = (pick: (commitment: CommitmentSummary) => MoneyText): MoneyText =>
    sumByCurrency(commitments.map(pick))[0]!;
  const used = (): string | null =>
    share(sum(({ applied }) => applied).amount, sum(({ total }) => total).amount);
  return {
    title: `Commitments${currency === null ? '' : `, in ${currency}`}`,
    columns: [
      { title: 'Agreement', align: 'left' },
      ...(currency === null ? [{ title: '', align: 'left' } as const] : []),
      { title: 'Pledged', align: 'right' },
      { title: 'Applied', align: 'right' },
      { title: 'Remaining', align: 'right' },
      { title: 'Used', align: 'right', drop: 1 },
    ],
    rows: all.map((pledged) =>
      commitmentRow(pledged, paces.get(pledged.commitment.commitmentId), {
        currency: currency === null,
      }),
    ),
    ...(currency === null || commitments.length < 2
      ? {}
      : {
          total: [
            'Together',
            figure(sum(({ total }) => total)),
            figure(sum(({ applied }) => applied)),
            figure(sum(({ remaining }) => remaining)),
            percent(used()),
          ],
        }),
  };
};

const investmentTable = (deals: Deals): Table => {
  const investments = deals.agreements.flatMap(({ investments: all }) => all);
  const currency = currencyOf(investments.map(({ total }) => total));
  return {
    title: `Investments${currency === null ? '' : `, in ${currency}`}: firm and contingent money are never added up`,
    columns: [
      { title: 'Investment', align: 'left' },
      { title: 'Instrument', align: 'left', drop: 2 },
      ...(currency === null ? [{ title: '', align: 'left' } as const] : []),
      { title: 'Firm', align: 'right' },
      { title: 'Funded', align: 'right' },
      { title: 'Up to, contingent', align: 'right', drop: 1 },
    ],
    rows: investments.map((investment) => [
      investment.investmentId,
      investment.instrument,
      ...(currency === null ? [investment.total.currency] : []),
      figure(investment.total),
      figure(investment.funded),
      figure(investment.contingent),
    ]),
  };
};

/** What was pledged, used and invested, over all agreements. `paces`: by commitment, where known. */
export const portfolioReport = (
  answer: Deals,
  paces: ReadonlyMap<string, BurnDown['pace']> = new Map(),
): Report => {
  const pledges = answer.agreements.flatMap(({ agreementId, commitments: all }) =>
    all.map((commitment) => ({ agreementId, commitment })),
  );
  const commitments = pledges.map(({ commitment }) => commitment);
  const investments = answer.agreements.flatMap(({ investments: all }) => all);
  const pledged = inWords(sumByCurrency(commitments.map(({ total }) => total)));
  const applied = inWords(sumByCurrency(commitments.map((commitment) => commitment.applied)));
  const funded = inWords(sumByCurrency(investments.map((investment) => investment.funded)));
  const headline =
    answer.agreements.length === 0
      ? 'There are no agreements yet. Load the reference deals with: commitment-ledger seed'
      : `${plural(answer.agreements.length, 'agreement')}: ${pledged} pledged in ${plural(commitments.length, 'commitment')}, ` +
        `of which ${applied} is used; ${funded} invested.`;
  return {
    headline,
    tables: [
      ...(commitments.length > 0 ? [commitmentTable(pledges, paces)] : []),
      ...(investments.length > 0 ? [investmentTable(answer)] : []),
    ],
    notes:
      paces.size > 0
        ? [
            'Pace: applied against planned to date; without minimums, recent use a day against what is needed a day.',
          ]
        : [],
    answer,
    records: recordsOf(
      answer.agreements.flatMap((agreement) =>
        agreement.commitments.map((commitment) => ({ agreement, ...commitment })),
      ),
      [
        ['agreement', ({ agreement }) => agreement.agreementId],
        ['vendor', ({ agreement }) => agreement.vendor.partyId],
        ['customer', ({ agreement }) => agreement.customer.partyId],
        ['status', ({ agreement }) => agreement.status],
        ['commitment', ({ commitmentId }) => commitmentId],
        ['currency', ({ total }) => total.currency],
        'total',
        'applied',
        'released',
        'remaining',
        'utilisation',
        'endsAt',
      ],
    ),
    seen: answer,
  };
};
