import { Link } from 'wouter';
import type { ByDue, ListedObligation } from '../api/types.js';
import { bySize, isZero } from '../format/money.js';
import { Figure, whyOf } from '../parts/figure.js';
import { useHref } from '../state/address.js';
import type { Rung } from './rungs.js';

interface DueTableProps {
  readonly byDue: ByDue;
  readonly rungs: readonly Rung[];
  readonly listed: readonly ListedObligation[];
}

/** Each time with its sum, and under it the commitments that make it, the largest first. */
export const DueTable = ({ byDue, rungs, listed }: DueTableProps) => (
  <table className="due">
    <thead>
      <tr>
        <th scope="col">When, and of what</th>
        <th scope="col" className="amount">
          Falls due
        </th>
      </tr>
    </thead>
    {rungs.map((rung) => (
      <Step key={rung.figure} rung={rung} byDue={byDue} listed={listed} />
    ))}
  </table>
);

interface StepProps {
  readonly rung: Rung;
  readonly byDue: ByDue;
  readonly listed: readonly ListedObligation[];
}

const Step = ({ rung: { figure, name, of }, byDue, listed }: StepProps) => {
  const href = useHref();
  const sum = of(byDue);
  const its = listed
    .filter((each) => !isZero(of(each.byDue)))
    .sort((one, other) => bySize(of(one.byDue), of(other.byDue)));
  return (
    <tbody className={isZero(sum) ? 'none' : figure === 'byDue.pastDue' ? 'late' : ''}>
      <tr className="rung">
        <th scope="rowgroup">{name}</th>
        <td className="amount">
          {isZero(sum) ? <span className="quiet">nothing</span> : <Figure of={sum} name={name} />}
        </td>
      </tr>
      {its.map((each) => (
        <tr key={each.commitmentId}>
          <th scope="row">
            <Link href={href(`/commitments/${each.commitmentId}`)}>{each.name}</Link>
            <span className="quiet">
              {each.customer.name ?? each.customer.partyId} to{' '}
              {each.vendor.name ?? each.vendor.partyId}
            </span>
          </th>
          <td className="amount">
            <Figure
              of={of(each.byDue)}
              name={`${name}, of ${each.name}`}
              why={whyOf('remaining-obligation', figure, each.commitmentId)}
            />
          </td>
        </tr>
      ))}
    </tbody>
  );
};
