import { unitsOf, type MoneyText } from '../../../libs/domain/money.js';
import type { Seen } from '../../../libs/projections/asking/seen.js';
import type { RemainingObligation } from '../../../libs/projections/remaining-obligation/answer.js';
import { figure } from '../cells.js';
import { amount, day, plural, roundMoney } from '../format.js';
import { recordsOf } from '../records.js';
import { seenTogether, type Report } from '../report.js';
import type { Table } from '../table.js';
import { currencyOf, inWords, sumByCurrency } from './portfolio.js';

interface Due {
  readonly when: string;
  readonly amount: MoneyText;
}

const isZero = ({ amount: text }: MoneyText): boolean => unitsOf(text) === 0n;

const dueOf = ({ byDue }: RemainingObligation): readonly Due[] => [
  { when: 'Past due', amount: byDue.pastDue },
  ...byDue.years.map(({ from, to, amount: due }) => ({ when: `${from} to ${to}`, amount: due })),
  { when: 'Thereafter', amount: byDue.thereafter },
  { when: 'End unknown', amount: byDue.undated },
];

/** By due date, as an auditor's note of obligations has it: past due, five years, thereafter, undated. */
const dueTable = (answers: readonly RemainingObligation[]): Table => {
  const all = answers.map(dueOf);
  const labels = [...new Set(all.flatMap((dues) => dues.map(({ when }) => when)))];
  const currencies = [...new Set(answers.map(({ remaining }) => remaining.currency))].sort();
  const at = (when: string, currency: string): MoneyText | null =>
    sumByCurrency(
      all
        .flatMap((dues) =>
          dues.filter((due) => due.when === when && due.amount.currency === currency),
        )
        .map((due) => due.amount),
    )[0] ?? null;
  return {
    title: 'When it falls due',
    columns: [
      { title: 'Due', align: 'left' },
      ...currencies.map((currency) => ({ title: currency, align: 'right' }) as const),
    ],
    rows: labels.map((when) => [when, ...currencies.map((currency) => figure(at(when, currency)))]),
    total: [
      'Remaining obligation',
      ...currencies.map((currency) =>
        figure(
          sumByCurrency(answers.map(({ remaining }) => remaining)).find(
            (sum) => sum.currency === currency,
          ) ?? null,
        ),
      ),
    ],
  };
};

const dueRecords = (answers: readonly RemainingObligation[]): Report['records'] =>
  recordsOf(
    answers.flatMap((answer) => dueOf(answer).map((due) => ({ ...due, answer }))),
    [
      ['commitment', ({ answer }) => answer.commitmentId],
      ['due', ({ when }) => when],
      ['currency', ({ amount }) => amount.currency],
      'amount',
    ],
  );

const periodTable = (answer: RemainingObligation): Table => ({
  title: `Periods, in ${answer.total.currency}`,
  columns: [
    { title: 'Period', align: 'left' },
    { title: 'Due on', align: 'left', drop: 2 },
    { title: 'State', align: 'left', drop: 3 },
    { title: 'Minimum', align: 'right' },
    { title: 'Applied', align: 'right' },
    { title: 'Missing to date', align: 'right', drop: 1 },
    { title: 'Due', align: 'right' },
  ],
  rows: answer.periods.map((period) => [
    `${day(period.start)} to ${day(period.end)}`,
    period.dueOn ?? '–',
    period.state,
    figure(period.minimum),
    figure(period.applied),
    figure(period.shortfallToDate),
    figure(period.due),
  ]),
});

/** One commitment: what is still owed, by period and by due date. */
export const obligationReport = (answer: RemainingObligation): Report => ({
  headline:
    `${answer.name} (${answer.commitmentId}): ${roundMoney(answer.remaining)} is still to be spent of ${roundMoney(answer.total)}` +
    `${answer.endsAt === null ? '; the end is unknown' : ` until ${day(answer.endsAt)}`}.`,
  tables: [...(answer.periods.length > 1 ? [periodTable(answer)] : []), dueTable([answer])],
  notes: isZero(answer.released)
    ? []
    : [`Released and no longer owed: ${amount(answer.released)} ${answer.released.currency}.`],
  answer,
  records: dueRecords([answer]),
  seen: answer,
});

/** All commitments together. */
export const obligationsReport = (
  answers: readonly RemainingObligation[],
  listed: Seen,
): Report => {
  const currency = currencyOf(answers.map(({ total }) => total));
  const soon = sumByCurrency(
    answers.flatMap(({ byDue }) => (byDue.years[0] ? [byDue.years[0].amount] : [])),
  );
  return {
    headline:
      answers.length === 0
        ? 'There are no commitments yet. Load the reference deals with: commitment-ledger seed'
        : `${inWords(sumByCurrency(answers.map(({ remaining }) => remaining)))} is still to be spent under ` +
          `${plural(answers.length, 'commitment')}, ${inWords(soon)} of it within twelve months.`,
    tables:
      answers.length === 0
        ? []
        : [
            {
              title: `Remaining obligation${currency === null ? '' : `, in ${currency}`}`,
              columns: [
                { title: 'Commitment', align: 'left' },
                ...(currency === null ? [{ title: '', align: 'left' } as const] : []),
                { title: 'Pledged', align: 'right', drop: 1 },
                { title: 'Applied', align: 'right' },
                { title: 'Remaining', align: 'right' },
                { title: 'Ends', align: 'left' },
              ],
              rows: answers.map((answer) => [
                answer.commitmentId,
                ...(currency === null ? [answer.total.currency] : []),
                figure(answer.total),
                figure(answer.applied),
                figure(answer.remaining),
                answer.endsAt === null ? 'unknown' : day(answer.endsAt),
              ]),
            },
            dueTable(answers),
          ],
    notes: [],
    answer: { commitments: answers },
    records: dueRecords(answers),
    seen: seenTogether(listed, answers),
  };
};
