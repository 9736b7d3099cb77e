import type { TermsHistory } from '../../../libs/projections/records/answer.js';
import { figure } from '../cells.js';
import { day, plural } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';

type Version = TermsHistory['versions'][number];

const holdsOf = ({ terms, obligation }: Version): string =>
  terms === null
    ? `what remains ${obligation === 'released' ? 'is released' : 'survives'}`
    : [
        `${day(terms.startsAt)} to ${day(terms.endsAt)}`,
        `${terms.basis} cost`,
        `${terms.schedule.mode}, ${plural(terms.schedule.periods.length, 'period')}`,
        ...(terms.eligibility.length === 0 ? [] : [plural(terms.eligibility.length, 'rule')]),
        ...(terms.caps.length === 0 ? [] : [plural(terms.caps.length, 'cap')]),
      ].join('\n');

const placeOf = ({ shard, position }: Version): string => `${shard}:${position}`;

/** Every version of a commitment's terms; `--json` has all of each. */
export const termsReport = (answer: TermsHistory): Report => {
  const { commitmentId, versions } = answer;
  return {
    headline: `${commitmentId}: ${plural(versions.length, 'version')} of its terms, in the order in which they were recorded.`,
    tables: [
      {
        title: 'Terms',
        columns: [
          { title: 'Version', align: 'right' },
          { title: 'Change', align: 'left' },
          { title: 'From', align: 'left' },
          { title: 'Total', align: 'right' },
          { title: '', align: 'left' },
          { title: 'What holds', align: 'left' },
          { title: 'Recorded', align: 'left', drop: 1 },
          { title: 'Entry', align: 'left', drop: 2 },
        ],
        rows: versions.map((each) => [
          String(each.version),
          each.change,
          day(each.from),
          figure(each.terms?.total ?? null),
          each.terms?.total.currency ?? '',
          holdsOf(each),
          day(each.recordedAt),
          placeOf(each),
        ]),
      },
    ],
    notes: ['Periods, rules and caps of each version: --json.'],
    answer,
    records: recordsOf(versions, [
      'version',
      'change',
      'from',
      ['currency', ({ terms }) => terms?.total.currency ?? null],
      ['total', ({ terms }) => terms?.total.amount ?? null],
      ['basis', ({ terms }) => terms?.basis ?? null],
      ['startsAt', ({ terms }) => terms?.startsAt ?? null],
      ['endsAt', ({ terms }) => terms?.endsAt ?? null],
      ['mode', ({ terms }) => terms?.schedule.mode ?? null],
      'obligation',
      'recordedAt',
      ['entry', placeOf],
    ]),
    seen: answer,
  };
};
