import { Link } from 'wouter';
import type { ListedObligation } from '../api/types.js';
import { Figure, whyOf } from '../parts/figure.js';
import { useHref } from '../state/address.js';

/** What would be owed and is not: its agreement is a proposal, or another one took its place. */
export const Proposed = ({ listed }: { readonly listed: readonly ListedObligation[] }) => {
  const href = useHref();
  if (listed.length === 0) return null;
  return (
    <section aria-labelledby="proposed">
      <h2 id="proposed">Not counted: it does not bind</h2>
      <table className="due">
        <thead>
          <tr>
            <th scope="col">Commitment</th>
            <th scope="col" className="amount">
              Would remain
            </th>
          </tr>
        </thead>
        <tbody>
          {listed.map(({ commitmentId, name, remaining }) => (
            <tr key={commitmentId}>
              <th scope="row">
                <Link href={href(`/commitments/${commitmentId}`)}>{name}</Link>
              </th>
              <td className="amount">
                <Figure
                  of={remaining}
                  name={`Remaining of ${name}`}
                  why={whyOf('remaining-obligation', 'remaining', commitmentId)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};
