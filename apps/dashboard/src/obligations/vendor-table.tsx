import { isZero, sums } from '../format/money.js';
import { Figure } from '../parts/figure.js';
import type { Owed } from './by-vendor.js';

const COLUMNS = ['Past due', 'Within 12 months', 'Later', 'No known day'] as const;

/** The rungs in fewer columns: late, within a year, later, and on no known day. */
const columnsOf = ({ rungs }: Owed) => [
  rungs.slice(0, 1),
  rungs.slice(1, 2),
  rungs.slice(2, -1),
  rungs.slice(-1),
];

/** To each vendor, the one to whom the most is owed first. Sums of what the table above has. */
export const VendorTable = ({ vendors }: { readonly vendors: readonly Owed[] }) => (
  <div className="scrolls" tabIndex={0} role="region" aria-label="Table of vendors">
    <table className="vendors">
      <thead>
        <tr>
          <th scope="col">Vendor</th>
          {COLUMNS.map((name) => (
            <th key={name} scope="col" className="amount">
              {name}
            </th>
          ))}
          <th scope="col" className="amount">
            Remaining
          </th>
        </tr>
      </thead>
      <tbody>
        {vendors.map((owed) => (
          <tr key={owed.vendorId}>
            <th scope="row">{owed.vendor}</th>
            {columnsOf(owed).map((amounts, index) => {
              const [sum] = sums(amounts);
              return (
                <td key={COLUMNS[index]} className="amount">
                  {sum === undefined || isZero(sum) ? (
                    <span className="quiet">nothing</span>
                  ) : (
                    <Figure of={sum} name={COLUMNS[index] ?? ''} />
                  )}
                </td>
              );
            })}
            <td className="amount">
              <Figure of={owed.remaining} name="Remaining" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
