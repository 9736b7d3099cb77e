import { useMemo } from 'react';
import type { CurrencyConcentration } from '../api/types.js';
import { add } from '../format/decimal.js';
import { percent, spoken } from '../format/words.js';
import { Bars } from '../parts/bars.js';
import { Figure, Opens } from '../parts/figure.js';
import { firstOnes, type Layer } from '../parts/layers.js';
import { useAsked, useNames } from './asked.js';
import { whyOfShares } from './why.js';
import { points } from './words.js';

type Month = NonNullable<CurrencyConcentration['months']>[number];

/** Null: it had none, or what there was is not positive. */
const shareIn = ({ vendors }: Month, vendorId: string): string | null =>
  vendors.find((each) => each.vendorId === vendorId)?.share ?? null;

const together = (month: Month, ids: readonly string[]): string | null =>
  month.hhi === null ? null : ids.map((id) => shareIn(month, id) ?? '0').reduce(add, '0');

interface ByMonthProps {
  readonly of: CurrencyConcentration;
  readonly months: readonly Month[];
}

const axis = (value: number): string => `${value} %`;

/** Each month by itself: who had which share, drawn and as a table. */
export const ByMonth = ({ of, months }: ByMonthProps) => {
  const { vendor } = useNames();
  const { own, rest } = useMemo(
    () => firstOnes(of.vendors.map(({ vendorId }) => vendorId)),
    [of.vendors],
  );
  const names = useMemo(() => months.map(({ month }) => month), [months]);
  const layers = useMemo(() => {
    const layerOf = (name: string, ids: readonly string[]): Layer => {
      const shares = months.map((month) => together(month, ids));
      return {
        name,
        values: shares.map((share) => (share === null ? null : Number(share) * 100)),
        words: shares.map(percent),
      };
    };
    return [
      ...own.map((id) => layerOf(vendor(id), [id])),
      ...(rest.length === 0 ? [] : [layerOf(`${rest.length} others`, rest)]),
    ];
  }, [months, own, rest, vendor]);
  return (
    <>
      <p>{inWords(months)}</p>
      <Bars
        {...{ names, layers, axis }}
        max={100}
        words={`Shares of the spend in ${of.currency} by month. The table below has every figure.`}
      />
      <details>
        <summary>The same as a table</summary>
        <MonthsTable currency={of.currency} months={months} own={own} />
      </details>
    </>
  );
};

const inWords = (months: readonly Month[]): string => {
  const [first, last] = [months.find(({ hhi }) => hhi !== null), months.at(-1)];
  if (first === undefined || last === undefined) return 'Nothing was spent in these months.';
  if (last.hhi === null) return `Nothing was spent in ${last.month}.`;
  return `The HHI was ${points(first.hhi)} in ${first.month} and is ${points(last.hhi)} in ${last.month}.`;
};

interface MonthsTableProps {
  readonly currency: string;
  readonly months: readonly Month[];
  readonly own: readonly string[];
}

const MonthsTable = ({ currency, months, own }: MonthsTableProps) => {
  const asked = useAsked();
  const { vendor } = useNames();
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label="Shares by month as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Month</th>
            <th scope="col" className="amount">
              Spend
            </th>
            <th scope="col" className="amount">
              HHI
            </th>
            {own.map((id) => (
              <th key={id} scope="col" className="amount">
                {vendor(id)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {months.map((each) => {
            const { month, hhi, band, baseAmount } = each;
            const why = (figure: string, vendorId?: string) =>
              whyOfShares(figure, {
                ...{ ...asked, currency, month },
                ...(vendorId === undefined ? {} : { vendorId }),
              });
            return (
              <tr key={month}>
                <th scope="row">{month}</th>
                <td className="amount">
                  <Figure of={baseAmount} name={`Spend of ${month}`} why={why('baseAmount')} />
                </td>
                <td className="amount">
                  <Opens name={`HHI of ${month}`} why={hhi === null ? undefined : why('hhi')}>
                    <span className="compact">{points(hhi)}</span>
                    {band !== null && <span className="exact">{spoken(band)}</span>}
                  </Opens>
                </td>
                {own.map((id) => {
                  const share = shareIn(each, id);
                  return (
                    <td key={id} className="amount">
                      <Opens
                        name={`Share of ${vendor(id)} in ${month}`}
                        why={share === null ? undefined : why('share', id)}
                      >
                        {percent(share)}
                      </Opens>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};
