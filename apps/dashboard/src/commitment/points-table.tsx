import type { Money } from '../api/types.js';
import { exact } from '../format/money.js';
import type { Point } from './points.js';

const amount = (money: Money | null): string => (money === null ? '–' : exact(money));

/** What the chart draws, to the last digit. */
export const PointsTable = ({ points }: { readonly points: readonly Point[] }) => (
  <div className="scrolls" tabIndex={0} role="region" aria-label="Use over time as a table">
    <table>
      <thead>
        <tr>
          <th scope="col">By the end of</th>
          <th scope="col" className="amount">
            Applied
          </th>
          <th scope="col" className="amount">
            Planned
          </th>
          <th scope="col" className="amount">
            Expected
          </th>
          <th scope="col" className="amount">
            1 in 10 below
          </th>
          <th scope="col" className="amount">
            1 in 10 above
          </th>
        </tr>
      </thead>
      <tbody>
        {points.map(({ day, applied, planned, expected, low, high }) => (
          <tr key={day}>
            <th scope="row">{day}</th>
            {[applied, planned, expected, low, high].map((money, index) => (
              <td key={index} className="amount">
                {amount(money)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
