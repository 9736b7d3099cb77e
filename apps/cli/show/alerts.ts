import type { AlertAnswer, AlertsAnswer } from '../../../libs/contract/alerts/answers.js';
import type { MoneyText } from '../../../libs/domain/money.js';
import { figure, tinted } from '../cells.js';
import { plural } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';

type Fact = string | MoneyText | null | undefined;

const factOf = ({ facts }: AlertAnswer, name: string): Fact =>
  (facts as Readonly<Record<string, Fact>>)[name];

const shown = (fact: Fact) =>
  typeof fact === 'object' && fact !== null ? figure(fact) : (fact ?? '–');

const plain = (fact: Fact): string | null =>
  typeof fact === 'object' && fact !== null ? fact.amount : (fact ?? null);

/** An instant to the second. */
const when = (instant: string): string => instant.slice(0, 19).replace('T', ' ');

/** What fires and what has fired, newest first. */
export const alertsReport = (answer: AlertsAnswer): Report => {
  const { data, hasMore } = answer;
  const firing = data.filter(({ state }) => state === 'firing').length;
  return {
    headline:
      data.length === 0
        ? 'Nothing fires, and nothing has fired.'
        : `${plural(firing, 'alert')} of ${data.length} shown ${firing === 1 ? 'fires' : 'fire'} now.`,
    tables:
      data.length === 0
        ? []
        : [
            {
              title: 'Alerts, newest first (UTC)',
              columns: [
                { title: 'State', align: 'left' },
                { title: 'Rule', align: 'left' },
                { title: 'For', align: 'left' },
                { title: 'Value', align: 'right' },
                { title: 'Threshold', align: 'right', drop: 3 },
                { title: 'Fired', align: 'left' },
                { title: 'Resolved', align: 'left', drop: 2 },
                { title: 'Kind', align: 'left', drop: 1 },
                { title: 'Severity', align: 'left', drop: 4 },
              ],
              rows: data.map((alert) => [
                alert.state === 'firing' ? tinted('firing', 'red') : 'resolved',
                alert.ruleId,
                alert.subject,
                shown(factOf(alert, 'value')),
                shown(factOf(alert, 'threshold')),
                when(alert.firedAt),
                alert.resolvedAt === null ? '–' : when(alert.resolvedAt),
                alert.kind,
                alert.severity,
              ]),
            },
          ],
    notes: hasMore ? ['There are older ones: --limit shows more.'] : [],
    answer,
    records: recordsOf(data, [
      ...(['number', 'state', 'ruleId', 'kind', 'subject', 'severity'] as const),
      ['value', (alert) => plain(factOf(alert, 'value'))],
      ['threshold', (alert) => plain(factOf(alert, 'threshold'))],
      ...(['firedAt', 'resolvedAt', 'because'] as const),
    ]),
    seen: null,
  };
};
