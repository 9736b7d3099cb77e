import { unitsOf, type MoneyText } from '../../../libs/domain/money.js';
import type { Explanation, ExplanationLine } from '../../../libs/projections/explanation/answer.js';
import { figure, type Cell } from '../cells.js';
import { amount, plural, roundMoney } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';

/** What a line is, in one cell: an entry with its type and place, a figure with its name, a limit with its rule. */
const nameOf = ({ because, entry, name, rule, side }: ExplanationLine): Cell => {
  const of = side === 'denominator' ? 'divided by ' : '';
  if (because === 'figure') return `${of}${name}${rule === null ? '' : ` (${rule})`}`;
  if (because === 'limit') return `limit: ${rule}`;
  return entry === null ? because : [`${entry.type} ${entry.id}`, `from ${entry.source}`];
};

const ruleOf = ({ because, rule, class: name, terms }: ExplanationLine): string => {
  if (because === 'figure' || because === 'limit') return '';
  const decided = [rule, name, terms === null ? null : `terms ${terms.version}`];
  return [because, ...decided.filter((part) => part !== null && part !== '')].join(', ');
};

const placeOf = ({ entry }: ExplanationLine): string =>
  entry === null ? '' : `${entry.shard}:${entry.position}`;

const isEntry = ({ entry, because }: ExplanationLine): boolean =>
  entry !== null && because !== 'figure' && because !== 'limit';

const title = ({ view, figure: name, of }: Explanation): string =>
  [`${name} of ${view}`, ...Object.entries(of).map(([what, which]) => `${what} ${which}`)].join(
    ', ',
  );

const headline = (answer: Explanation): string => {
  const { value, ratio, absent, formula } = answer;
  if (absent !== null) return `${title(answer)}: none (${absent}).`;
  return `${title(answer)}: ${value === null ? ratio : roundMoney(value)} = ${formula}.`;
};

/** Whether the lines make the figure; what is not all of it says so. */
const verdict = ({
  addsUp,
  difference,
  hasMore,
  next,
  subtotal,
  before,
}: Explanation): string[] => {
  if (hasMore)
    return [
      `This page comes to ${amountOf(subtotal)}, the pages before it to ${amountOf(before)}; more: --cursor ${next}`,
    ];
  if (addsUp === null) return [];
  return addsUp
    ? ['The lines add up to the figure that the view answers.']
    : [
        `MISMATCH: the lines differ from the view's figure${difference === null ? '' : ` by ${amount(difference)}`}.`,
      ];
};

const amountOf = (money: MoneyText | null): string => (money === null ? '–' : amount(money));

/** What made a figure, as a table that adds up. */
export const explanationReport = (answer: Explanation): Report => {
  const { lines, total, value } = answer;
  const hasEntries = lines.some(isEntry);
  const explained = lines.filter(({ explainedBy }) => explainedBy !== null).length;
  return {
    headline: headline(answer),
    tables:
      lines.length === 0
        ? []
        : [
            {
              title: `What made it${value === null ? '' : `, in ${value.currency}`}`,
              columns: [
                { title: 'Line', align: 'left', wraps: true },
                { title: 'Day', align: 'left', drop: 3 },
                ...(hasEntries
                  ? [{ title: 'Rule and terms', align: 'left', drop: 2 } as const]
                  : []),
                { title: 'Entry', align: 'left', drop: 1 },
                { title: 'Amount', align: 'right' },
              ],
              rows: lines.map((line) => [
                nameOf(line),
                line.day ?? (line.period === null ? '' : `period ${line.period}`),
                ...(hasEntries ? [ruleOf(line)] : []),
                placeOf(line),
                line.number ?? figure(line.amount),
              ]),
              ...(total === null || unitsOf(total.amount) === unitsOf(answer.before?.amount ?? '0')
                ? {}
                : { total: ['In all', '', ...(hasEntries ? [''] : []), '', figure(total)] }),
            },
          ],
    notes: [
      ...verdict(answer),
      ...(explained === 0
        ? []
        : [
            `${plural(explained, 'line')} can be explained in turn: explain VIEW ID --figure NAME with the same options.`,
          ]),
    ],
    answer,
    records: recordsOf(lines, [
      ['figure', () => answer.figure],
      'name',
      'side',
      ['currency', ({ amount: money }) => money?.currency ?? null],
      'amount',
      'number',
      'because',
      'rule',
      'class',
      'day',
      'period',
      ['termsVersion', ({ terms }) => terms?.version ?? null],
      ['entry', placeOf],
      ['hash', ({ entry }) => entry?.hash ?? null],
      ['type', ({ entry }) => entry?.type ?? null],
      ['source', ({ entry }) => entry?.source ?? null],
      ['id', ({ entry }) => entry?.id ?? null],
      ['recordedAt', ({ entry }) => entry?.recordedAt ?? null],
      ['effectiveAt', ({ entry }) => entry?.effectiveAt ?? null],
      'explainedBy',
    ]),
    seen: answer,
  };
};
