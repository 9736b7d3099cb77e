import { Link } from 'wouter';
import type { Standing } from '../api/types.js';
import { compact } from '../format/money.js';
import { lastDayOf, percent, projected, spoken, times } from '../format/words.js';
import { Bullet } from '../parts/bullet.js';
import { Figure, whyOf } from '../parts/figure.js';
import { Risk } from '../parts/risk.js';
import { useHref } from '../state/address.js';

/** One row each, the riskiest first, as the api sorts them. */
export const Commitments = ({ standings }: { readonly standings: readonly Standing[] }) => (
  <table className="commitments">
    <thead>
      <tr>
        <th scope="col">Risk</th>
        <th scope="col">Commitment</th>
        <th scope="col">Used, and the plan</th>
        <th scope="col" className="amount">
          Remaining
        </th>
        <th scope="col" className="amount">
          Past due
        </th>
        <th scope="col" className="amount">
          Pace
        </th>
        <th scope="col">Used up, and the end</th>
        <th scope="col">Next due</th>
      </tr>
    </thead>
    <tbody>
      {standings.map((standing) => (
        <Row key={standing.commitmentId} standing={standing} />
      ))}
    </tbody>
  </table>
);

const usedInWords = ({ applied, total, utilisation, pace }: Standing): string =>
  `${percent(utilisation)} used: ${compact(applied)} of ${compact(total)}` +
  (pace?.planned ? `; the plan has ${compact(pace.planned)} by now` : '; no plan');

const Row = ({ standing }: { readonly standing: Standing }) => {
  const { commitmentId, name, vendor, customer, applied, total, pace, nextDue, risk } = standing;
  const href = useHref();
  return (
    <tr className={risk.level}>
      <td data-of="Risk">
        <Risk risk={risk} />
      </td>
      <th scope="row">
        <Link href={href(`/commitments/${commitmentId}`)}>{name}</Link>
        <span className="quiet">
          {customer.name} to {vendor.name}
        </span>
      </th>
      <td data-of="Used" className="bar">
        <Bullet
          {...{ applied, total }}
          planned={pace?.planned ?? null}
          words={usedInWords(standing)}
        />
        <span className="quiet">
          {percent(standing.utilisation)} of {compact(total)}
        </span>
      </td>
      <td data-of="Remaining" className="amount">
        <Figure
          of={standing.remaining}
          name={`Remaining of ${name}`}
          why={whyOf('portfolio', 'remaining', commitmentId)}
        />
      </td>
      <td data-of="Past due" className="amount">
        <Figure
          of={standing.pastDue}
          name={`Past due of ${name}`}
          why={whyOf('portfolio', 'pastDue', commitmentId)}
        />
      </td>
      <td data-of="Pace" className="amount">
        {times(pace?.paceRatio ?? null)}
        <span className="quiet">{pace?.state ? spoken(pace.state) : 'no plan'}</span>
      </td>
      <td data-of="Used up" className="day">
        {standing.projectedEnd.on}
        <span>{projected(standing)}</span>
        <span className="quiet">
          {standing.endsAt === null ? 'end unknown' : `ends ${lastDayOf(standing.endsAt)}`}
        </span>
      </td>
      <td data-of="Next due" className="day">
        {nextDue === null ? (
          '–'
        ) : (
          <>
            {compact(nextDue.amount)}
            <span className="quiet">{nextDue.on ?? 'no day known'}</span>
          </>
        )}
      </td>
    </tr>
  );
};
