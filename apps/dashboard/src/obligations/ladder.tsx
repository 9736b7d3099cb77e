import { useMemo } from 'react';
import type { ListedObligation, Obligations } from '../api/types.js';
import { compact, compactAmount, drawn, exact } from '../format/money.js';
import { Bars } from '../parts/bars.js';
import { firstOnes } from '../parts/layers.js';
import { byVendor, restOf, type Owed } from './by-vendor.js';
import { DueTable } from './due-table.js';
import { rungsOf, type Rung } from './rungs.js';
import { VendorTable } from './vendor-table.js';

interface LadderProps {
  readonly all: Obligations['together'][number];
  readonly listed: readonly ListedObligation[];
  readonly isAlone: boolean;
  /** There are more commitments than are listed. */
  readonly isCut: boolean;
}

/** What is owed in one currency: drawn, as a table, and commitment by commitment. */
export const Ladder = ({ all, listed, isAlone, isCut }: LadderProps) => {
  const rungs = useMemo(() => rungsOf(all.byDue), [all]);
  const vendors = useMemo(() => byVendor(all.currency, listed, rungs), [all, listed, rungs]);
  const within = isAlone ? '' : `, in ${all.currency}`;
  const id = `ladder-${all.currency}`;
  return (
    <>
      <section aria-labelledby={id}>
        <h2 id={id}>By the day on which it falls due{within}</h2>
        {isCut && (
          <p className="quiet">
            Of the first thousand commitments; the sums beside the times are of all.
          </p>
        )}
        <Picture all={all} rungs={rungs} vendors={vendors} />
      </section>
      <section aria-labelledby={`${id}-due`}>
        <h2 id={`${id}-due`}>What falls due, and of which commitment{within}</h2>
        <DueTable byDue={all.byDue} rungs={rungs} listed={listed} />
      </section>
      <section aria-labelledby={`${id}-vendors`}>
        <h2 id={`${id}-vendors`}>To whom it is owed{within}</h2>
        <VendorTable vendors={vendors} />
      </section>
    </>
  );
};

interface PictureProps {
  readonly all: LadderProps['all'];
  readonly rungs: readonly Rung[];
  readonly vendors: readonly Owed[];
}

const axis = (value: number): string =>
  compactAmount(value.toFixed(0)).replace(/\.?0+(?=\s|$)/, '');

const Picture = ({ all, rungs, vendors }: PictureProps) => {
  const { currency, byDue } = all;
  const shown = useMemo(() => {
    const { own, rest } = firstOnes(vendors);
    return rest.length === 0 ? own : [...own, restOf(currency, rest)];
  }, [currency, vendors]);
  const names = useMemo(() => rungs.map(({ short }) => short), [rungs]);
  const layers = useMemo(
    () =>
      shown.map(({ vendor, rungs: amounts }) => ({
        ...{ name: vendor, values: amounts.map(drawn), words: amounts.map(compact) },
      })),
    [shown],
  );
  const said = rungs.map(({ name, of }) => `${name} ${compact(of(byDue))}`).join(', ');
  return (
    <>
      <Bars
        {...{ names, layers, axis }}
        isLadder
        words={`What falls due in ${currency}, by vendor: ${said}. The table below has every figure.`}
      />
      <details>
        <summary>The same as a table</summary>
        <div className="scrolls" tabIndex={0} role="region" aria-label="What falls due as a table">
          <table>
            <thead>
              <tr>
                <th scope="col">Falls due</th>
                {shown.map(({ vendorId, vendor }) => (
                  <th key={vendorId} scope="col" className="amount">
                    {vendor}
                  </th>
                ))}
                <th scope="col" className="amount">
                  Together
                </th>
              </tr>
            </thead>
            <tbody>
              {rungs.map(({ figure, name, of }, index) => (
                <tr key={figure}>
                  <th scope="row">{name}</th>
                  {shown.map(({ vendorId, rungs: amounts }) => (
                    <td key={vendorId} className="amount">
                      {amounts[index] === undefined ? '–' : exact(amounts[index])}
                    </td>
                  ))}
                  <td className="amount">{exact(of(byDue))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
};
