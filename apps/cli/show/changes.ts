import type { QueryBus } from '@nestjs/cqrs';
import type { TimeAxes } from '../../../libs/projections/asking/question.js';
import type {
  Changes,
  CommitmentChange,
  InvestmentChange,
  EntriesOfType,
} from '../../../libs/projections/changes/answer.js';
import { GetChanges } from '../../../libs/projections/changes/get-changes.js';
import { figure, type Cell } from '../cells.js';
import { plural } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';

interface Asked extends TimeAxes {
  readonly since: string;
  /** The id of a commitment (two codes) or an agreement. Absent: all. */
  readonly id: string | undefined;
}

const COMMITMENTS_A_QUESTION = 1_000;

/** Everything that moved, asked page by page. */
export const showChanges = async (queries: QueryBus, asked: Asked): Promise<Report> => {
  const { id, ...axes } = asked;
  const of = id?.includes('.') === true ? { commitmentId: id } : { agreementId: id };
  const data: CommitmentChange[] = [];
  const investments: InvestmentChange[] = [];
  let first: Changes | null = null;
  let after: string | null = null;
  for (;;) {
    const page: Changes = await queries.execute(
      new GetChanges({ ...axes, ...of, after, limit: COMMITMENTS_A_QUESTION }),
    );
    data.push(...page.data);
    investments.push(...page.investments);
    first ??= page;
    if (page.next === null) {
      const { recorded, recordedComplete } = first;
      const whole = { data, investments, recorded, recordedComplete, hasMore: false, next: null };
      return changesReport({ ...page, ...whole }, asked.since);
    }
    after = page.next;
  }
};

const whyOf = ({ type, entries, applied }: EntriesOfType): readonly Cell[] => [
  `${entries} × ${type}`,
  figure(applied),
];

const movedInWords = ({ data, investments }: Changes): string =>
  [
    ...(data.length === 0 ? [] : [plural(data.length, 'commitment')]),
    ...(investments.length === 0 ? [] : [plural(investments.length, 'investment')]),
  ].join(' and ');

/** What moved, figure by figure, and below it the entries that moved it. */
const changesReport = (answer: Changes, since: string): Report => {
  const { data, investments, recorded } = answer;
  const moved = [
    ...data.map(({ commitmentId: id, figures }) => ({ id, figures })),
    ...investments.map(({ investmentId: id, figures }) => ({ id, figures })),
  ];
  const rows = moved.flatMap(({ id, figures }) => figures.map((each) => ({ id, ...each })));
  const why = data.flatMap((each) => each.why.map((of) => ({ ...each, of })));
  const currencies = [...new Set(rows.map(({ by }) => by.currency))];
  const inCurrency = currencies.length === 1 ? `, in ${currencies[0]}` : '';
  const currencyCell = (currency: string): Cell[] => (inCurrency === '' ? [currency] : []);
  const currencyColumn = inCurrency === '' ? [{ title: '', align: 'left' } as const] : [];
  return {
    headline:
      moved.length === 0
        ? `Nothing moved since ${since}.`
        : `${movedInWords(answer)} moved since ${since}.`,
    tables:
      moved.length === 0
        ? []
        : [
            {
              title: `What moved${inCurrency}`,
              columns: [
                { title: 'Of', align: 'left' },
                { title: 'Figure', align: 'left' },
                ...currencyColumn,
                { title: 'Before', align: 'right', drop: 2 },
                { title: 'After', align: 'right', drop: 1 },
                { title: 'By', align: 'right' },
              ],
              rows: rows.map(({ id, figure: name, before, after, by }) => [
                ...[id, name, ...currencyCell(by.currency)],
                ...[figure(before), figure(after), figure(by)],
              ]),
            },
            {
              title: `Why${inCurrency}`,
              columns: [
                { title: 'Of', align: 'left' },
                ...currencyColumn,
                { title: 'Entries', align: 'left' },
                { title: 'Applied', align: 'right' },
                { title: 'Overage', align: 'right', drop: 1 },
                { title: 'Ineligible', align: 'right', drop: 2 },
              ],
              rows: [
                ...why.map(({ commitmentId, of }) => [
                  ...[commitmentId, ...currencyCell(of.applied.currency), ...whyOf(of)],
                  ...[figure(of.overage), figure(of.ineligible)],
                ]),
                ...investments.flatMap((each) =>
                  each.why.map(({ type, entries }) => [
                    ...[each.investmentId, ...currencyCell(''), `${entries} × ${type}`],
                    ...['–', '–', '–'],
                  ]),
                ),
              ],
            },
          ],
    notes: [
      ...([...data, ...investments].some(({ whyComplete }) => !whyComplete)
        ? ['Where there are many entries the table of reasons has the first 2,000 of them.']
        : []),
      ...(recorded.length === 0
        ? []
        : [
            `Recorded since then: ${recorded.map(({ type, entries }) => `${entries} × ${type}`).join(', ')}` +
              `${answer.recordedComplete ? '' : ', and more'}.`,
          ]),
      ...(data.length === 0
        ? []
        : [
            'Entry by entry: explain burn-down COMMITMENT --figure applied, with the same --since.',
          ]),
    ],
    answer,
    records: recordsOf(rows, [
      ['of', ({ id }) => id],
      'view',
      'figure',
      ['currency', ({ by }) => by.currency],
      'before',
      'after',
      'by',
    ]),
    seen: answer,
  };
};
