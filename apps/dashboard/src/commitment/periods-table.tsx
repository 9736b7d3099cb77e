import { useQuery } from '@tanstack/react-query';
import { exact } from '../format/money.js';
import { dayOf, lastDayOf, spoken } from '../format/words.js';
import { Answer } from '../parts/answer.js';
import { Figure, whyOf } from '../parts/figure.js';
import { useMoment } from '../state/address.js';
import { periods } from '../state/questions.js';

/** The periods of the term against what each of them demands. */
export const PeriodsTable = ({ id }: { readonly id: string }) => (
  <section aria-labelledby="periods">
    <h2 id="periods">Periods</h2>
    <Answer query={useQuery(periods(id, useMoment()))} size="table">
      {(answer) => (
        <div className="scrolls" tabIndex={0} role="region" aria-label="Table of periods">
          <table>
            <thead>
              <tr>
                <th scope="col">Period</th>
                <th scope="col">State</th>
                <th scope="col" className="amount">
                  Minimum
                </th>
                <th scope="col" className="amount">
                  Applied
                </th>
                <th scope="col" className="amount">
                  Overage
                </th>
                <th scope="col" className="amount">
                  Shortfall
                </th>
                <th scope="col">Due on</th>
              </tr>
            </thead>
            <tbody>
              {answer.periods.map((period) => (
                <tr key={period.index} className={period.state}>
                  <th scope="row">
                    {dayOf(period.start)} to {lastDayOf(period.end)}
                  </th>
                  <td>{spoken(period.state)}</td>
                  <td className="amount">
                    {period.minimum === null ? 'none' : exact(period.minimum)}
                  </td>
                  {(['applied', 'overage', 'shortfall'] as const).map((figure) => (
                    <td key={figure} className="amount">
                      <Figure
                        of={period[figure]}
                        name={`${spoken(figure)} of the period from ${dayOf(period.start)}`}
                        why={whyOf('periods', figure, id, period.index)}
                      />
                    </td>
                  ))}
                  <td>{period.dueOn ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Answer>
  </section>
);
