import { formatUnits, unitsOf, type MoneyText } from '../../../libs/domain/money.js';
import type { Deals } from '../../../libs/projections/deals/answer.js';
import type { CommitmentStanding, Portfolio } from '../../../libs/projections/portfolio/answer.js';
import { barOf, figure, tinted, type Cell, type Tint } from '../cells.js';
import { count, day, percent, plural, roundMoney, times } from '../format.js';
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
  const [first = null, ...more] = currencies;
  return more.length === 0 ? first : null;
};

const share = (applied: string, total: string): string | null =>
  unitsOf(total) === 0n ? null : formatUnits((unitsOf(applied) * unitsOf('1')) / unitsOf(total));

const words = (code: string): string => code.replaceAll('-', ' ');

const TINTS: Readonly<Record<CommitmentStanding['risk']['level'], Tint>> = {
  high: 'red',
  medium: 'yellow',
  unknown: 'cyan',
  low: 'green',
  none: 'dim',
};

const projectedEnd = ({ projectedEnd: { on, outcome } }: CommitmentStanding): Cell => {
  if (on === null) return words(outcome);
  const notes = { already: 'used up', 'after-end': 'after its end' } as const;
  return outcome === 'already' || outcome === 'after-end' ? [on, notes[outcome]] : on;
};

/** Two lines each: what a person looks for first, and below it what explains it. */
const standingRow = (standing: CommitmentStanding, hasCurrency: boolean): Cell[] => {
  const { agreementId, commitmentId, risk, pace, nextDue, total, endsAt, pastDue } = standing;
  return [
    `${agreementId}\n  ${commitmentId.slice(agreementId.length + 1)}`,
    [tinted(risk.level, TINTS[risk.level]), words(risk.reason)],
    ...(hasCurrency ? [total.currency] : []),
    [figure(total), endsAt === null ? 'end unknown' : `ends ${day(endsAt)}`],
    [figure(standing.applied), pace?.paceRatio ? `pace ${times(pace.paceRatio)}` : ''],
    [figure(standing.remaining), barOf(standing.utilisation, 12)],
    percent(standing.utilisation),
    unitsOf(pastDue.amount) === 0n ? '–' : figure(pastDue),
    nextDue === null ? '–' : [figure(nextDue.amount), nextDue.on ?? 'end unknown'],
    projectedEnd(standing),
  ];
};

const standingTable = (all: readonly CommitmentStanding[]): Table => {
  const currency = currencyOf(all.map(({ total }) => total));
  const sum = (pick: (standing: CommitmentStanding) => MoneyText): MoneyText | null =>
    sumByCurrency(all.map(pick))[0] ?? null;
  const total = sum((each) => each.total);
  const applied = sum((each) => each.applied);
  const used = total && applied && share(applied.amount, total.amount);
  return {
    title: `Commitments${currency === null ? '' : `, in ${currency}`}`,
    columns: [
      { title: 'Agreement', align: 'left' },
      { title: 'Risk', align: 'left' },
      ...(currency === null ? [{ title: '', align: 'left' } as const] : []),
      { title: 'Pledged', align: 'right' },
      { title: 'Applied', align: 'right' },
      { title: 'Remaining', align: 'right' },
      { title: 'Used', align: 'right', drop: 1 },
      { title: 'Past due', align: 'right', drop: 2 },
      { title: 'Next due', align: 'right', drop: 3 },
      { title: 'Used up on', align: 'left', drop: 4 },
    ],
    rows: all.map((standing) => standingRow(standing, currency === null)),
    ...(currency === null || all.length < 2
      ? {}
      : {
          total: [
            'Together',
            '',
            figure(total),
            figure(applied),
            figure(sum(({ remaining }) => remaining)),
            percent(used),
            figure(sum(({ pastDue }) => pastDue)),
            '',
            '',
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

const LEVELS = ['high', 'medium', 'unknown'] as const;

/** `At risk: 2 high, 1 medium.` */
const atRisk = (standings: readonly CommitmentStanding[]): string => {
  const told = LEVELS.flatMap((level) => {
    const many = standings.filter(({ risk }) => risk.level === level).length;
    return many === 0 ? [] : [`${count(many)} ${level}`];
  });
  return told.length === 0 ? 'None is at risk.' : `At risk: ${told.join(', ')}.`;
};

const NOTES = [
  'Risk: past due, ended short, after its end at the recent pace, behind the pace, no end known; the first that holds.',
  'Pace: applied against planned to date; without minimums, recent use a day against what is needed a day.',
  'Used up on: a straight line of recent use, or along a plan that is kept; not a promise.',
];

/** How every commitment stands, and beside it the capital of the same deals. */
export const portfolioReport = (answer: Portfolio, deals: Deals): Report => {
  const { data } = answer;
  const pledged = inWords(sumByCurrency(data.map(({ total }) => total)));
  const applied = inWords(sumByCurrency(data.map((standing) => standing.applied)));
  const investments = deals.agreements.flatMap(({ investments: all }) => all);
  const funded = inWords(sumByCurrency(investments.map((investment) => investment.funded)));
  const headline =
    deals.agreements.length === 0
      ? 'There are no agreements yet. Load the reference deals with: commitment-ledger seed'
      : `${plural(deals.agreements.length, 'agreement')}: ${pledged} pledged in ${plural(data.length, 'commitment')}, ` +
        `of which ${applied} is used; ${funded} invested.${data.length === 0 ? '' : ` ${atRisk(data)}`}`;
  return {
    headline,
    tables: [
      ...(data.length > 0 ? [standingTable(data)] : []),
      ...(investments.length > 0 ? [investmentTable(deals)] : []),
    ],
    notes: data.length > 0 ? NOTES : [],
    answer,
    records: recordsOf(data, [
      ['agreement', ({ agreementId }) => agreementId],
      ['vendor', ({ vendor }) => vendor.partyId],
      ['customer', ({ customer }) => customer.partyId],
      ['status', ({ agreementStatus }) => agreementStatus],
      ['commitment', ({ commitmentId }) => commitmentId],
      ['currency', ({ total }) => total.currency],
      'total',
      'applied',
      'released',
      'remaining',
      'utilisation',
      'endsAt',
      'state',
      ['risk', ({ risk }) => risk.level],
      ['riskReason', ({ risk }) => risk.reason],
      ['paceRatio', ({ pace }) => pace?.paceRatio ?? null],
      'pastDue',
      ['nextDueOn', ({ nextDue }) => nextDue?.on ?? null],
      ['nextDue', ({ nextDue }) => nextDue?.amount ?? null],
      ['projectedEnd', (each) => each.projectedEnd.outcome],
      ['projectedEndOn', (each) => each.projectedEnd.on],
    ]),
    seen: answer,
  };
};
