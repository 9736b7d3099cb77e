import type { CurrencyConcentration } from '../api/types.js';
import { counted, percent } from '../format/words.js';
import { Figure, Opens } from '../parts/figure.js';
import { useAsked, useNames } from './asked.js';
import { whyOfShares } from './why.js';

/** Each vendor's share as a bar and as a number, the largest first. */
export const SharesTable = ({ of }: { readonly of: CurrencyConcentration }) => {
  const asked = useAsked();
  const { vendor } = useNames();
  const unlisted = of.vendorCount - of.vendors.length;
  return (
    <>
      <table className="due shares">
        <thead>
          <tr>
            <th scope="col">Vendor</th>
            <th scope="col" className="share">
              Share
            </th>
            <th scope="col" className="amount">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {of.vendors.map(({ vendorId, amount, share }) => {
            const why = (figure: string) =>
              whyOfShares(figure, { ...asked, currency: of.currency, vendorId });
            return (
              <tr key={vendorId}>
                <th scope="row">
                  {vendor(vendorId)}
                  <svg
                    className="bullet"
                    viewBox="0 0 100 10"
                    preserveAspectRatio="none"
                    aria-hidden="true"
                  >
                    <rect className="of" width="100" height="6" y="2" />
                    <rect className="used" width={Number(share ?? 0) * 100} height="6" y="2" />
                  </svg>
                </th>
                <td className="share">
                  <Opens name={`Share of ${vendor(vendorId)}`} why={why('share')}>
                    <span className="compact">{percent(share)}</span>
                  </Opens>
                </td>
                <td className="amount">
                  <Figure of={amount} name={`Amount of ${vendor(vendorId)}`} why={why('amount')} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {unlisted > 0 && (
        <p className="quiet">
          And {counted(unlisted, 'smaller vendor')}, of which the figures above are too.
        </p>
      )}
    </>
  );
};
