import { unitsOf, type MoneyText } from '../../../libs/domain/money.js';
import type {
  ObligationList,
  ObligationTogether,
  RemainingObligation,
} from '../../../libs/projections/remaining-obligation/answer.js';
import { figure } from '../cells.js';
import { amount, day, plural, roundMoney } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';
import type { Table } from '../table.js';
import { currencyOf, inWords } from './portfolio.js';

interface Due {
  readonly when: string;
  readonly amount: MoneyText;
}

const isZero = ({ amount: text }: MoneyText): boolean => unitsOf(text) === 0n;

const dueOf = ({ byDue }: Pick<ObligationTogether, 'byDue'>): readonly Due[] => [
  { when: 'Past due', amount: byDue.pastDue },
  ...byDue.years.map(({ from, to, amount: due }) => ({ when: `${from} to ${to}`, amount: due })),
  { when: 'Thereafter', amount: byDue.thereafter },
  { when: 'End unknown', amount: byDue.undated },
];

/** By due date, as an auditor's note of obligations has it: past due, five years, thereafter, undated. */
const dueTable = (owed: readonly Pick<ObligationTogether, 'remaining' | 'byDue'>[]): Table => {
  const all = owed.map(dueOf);
  return {
    title: 'When it falls due',
    columns: [
      { title: 'Due', align: 'left' },
      ...owed.map(({ remaining }) => ({ title: remaining.currency, align: 'right' }) as const),
    ],
    rows: (all[0] ?? []).map(({ when }, at) => [
      when,
      ...all.map((dues) => figure(dues[at]?.amount ?? null)),
    ]),
    total: ['Remaining obligation', ...owed.map(({ remaining }) => figure(remaining))],
  };
};

type OfCommitment = Pick<RemainingObligation, 'commitmentId' | 'byDue'>;

const dueRecords = (answers: readonly OfCommitment[]): Report['records'] =>
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

/** Commitments by their ids, and all that bind together. */
export const obligationsReport = (answer: ObligationList): Report => {
  const answers = answer.data;
  const { together } = answer;
  const currency = currencyOf(answers.map(({ total }) => total));
  const soon = together.flatMap(({ byDue }) => (byDue.years[0] ? [byDue.years[0].amount] : []));
  const binding = together.reduce((sum, { commitments }) => sum + commitments, 0);
  const others = answers.filter((each) => !each.binding);
  return {
    headline:
      answers.length === 0
        ? 'There are no commitments there. The reference deals are loaded by commitment-ledger seed.'
        : `${inWords(together.map(({ remaining }) => remaining))} is still to be spent under ` +
          `${plural(binding, 'commitment')}, ${inWords(soon)} of it within twelve months.`,
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
              rows: answers.map((each) => [
                each.commitmentId,
                ...(currency === null ? [each.total.currency] : []),
                figure(each.total),
                figure(each.applied),
                figure(each.remaining),
                each.endsAt === null ? 'unknown' : day(each.endsAt),
              ]),
            },
            ...(together.length === 0 ? [] : [dueTable(together)]),
          ],
    notes:
      others.length === 0
        ? []
        : [`Bind nobody, and not counted: ${others.map((each) => each.commitmentId).join(', ')}.`],
    answer,
    records: dueRecords(answers),
    seen: answer,
  };
};
