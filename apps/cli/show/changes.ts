import type { QueryBus } from '@nestjs/cqrs';
import type { TimeAxes } from '../../../libs/projections/asking/question.js';
import type {
  Changes,
  CommitmentChange,
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
  let after: string | null = null;
  for (;;) {
    const page: Changes = await queries.execute(
      new GetChanges({ ...axes, ...of, after, limit: COMMITMENTS_A_QUESTION }),
    );
    data.push(...page.data);
    if (page.next === null) {
      return changesReport({ ...page, data, hasMore: false, next: null }, asked.since);
    }
    after = page.next;
  }
};

const whyOf = ({ type, entries, applied }: EntriesOfType): readonly Cell[] => [
  `${entries} × ${type}`,
  figure(applied),
];

/** What moved, figure by figure, and below it the entries that moved it. */
const changesReport = (answer: Changes, since: string): Report => {
  const { data } = answer;
  const rows = data.flatMap(({ commitmentId, figures }) =>
    figures.map((each) => ({ commitmentId, ...each })),
  );
  const why = data.flatMap((each) => each.why.map((of) => ({ ...each, of })));
  const currencies = [...new Set(rows.map(({ by }) => by.currency))];
  const inCurrency = currencies.length === 1 ? `, in ${currencies[0]}` : '';
  const currencyCell = (currency: string): Cell[] => (inCurrency === '' ? [currency] : []);
  const currencyColumn = inCurrency === '' ? [{ title: '', align: 'left' } as const] : [];
  return {
    headline:
      data.length === 0
        ? `Nothing moved since ${since}.`
        : `${plural(data.length, 'commitment')} moved since ${since}.`,
    tables:
      data.length === 0
        ? []
        : [
            {
              title: `What moved${inCurrency}`,
              columns: [
                { title: 'Commitment', align: 'left' },
                { title: 'Figure', align: 'left' },
                ...currencyColumn,
                { title: 'Before', align: 'right', drop: 2 },
                { title: 'After', align: 'right', drop: 1 },
                { title: 'By', align: 'right' },
              ],
              rows: rows.map(({ commitmentId, figure: name, before, after, by }) => [
                ...[commitmentId, name, ...currencyCell(by.currency)],
                ...[figure(before), figure(after), figure(by)],
              ]),
            },
            {
              title: `Why${inCurrency}`,
              columns: [
                { title: 'Commitment', align: 'left' },
                ...currencyColumn,
                { title: 'Entries', align: 'left' },
                { title: 'Applied', align: 'right' },
                { title: 'Overage', align: 'right', drop: 1 },
                { title: 'Ineligible', align: 'right', drop: 2 },
              ],
              rows: why.map(({ commitmentId, of }) => [
                ...[commitmentId, ...currencyCell(of.applied.currency), ...whyOf(of)],
                ...[figure(of.overage), figure(of.ineligible)],
              ]),
            },
          ],
    notes: [
      ...(data.some(({ whyComplete }) => !whyComplete)
        ? ['Where there are many entries the table of reasons has the first 2,000 of them.']
        : []),
      ...(data.length === 0
        ? []
        : ['Entry by entry: explain burn-down applied COMMITMENT with the same --since.']),
    ],
    answer,
    records: recordsOf(rows, [
      ['commitment', ({ commitmentId }) => commitmentId],
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
