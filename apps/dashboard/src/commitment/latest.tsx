import { useQuery } from '@tanstack/react-query';
import { exact } from '../format/money.js';
import { instantOf, spoken } from '../format/words.js';
import { Answer } from '../parts/answer.js';
import { useMoment, useSetParameters } from '../state/address.js';
import { latest } from '../state/questions.js';

const SHOWN = 8;

/** The entries that moved it last, by the day on which they count; each opens as it was hashed. */
export const Latest = ({ id, asOf }: { readonly id: string; readonly asOf: string }) => {
  const setParameters = useSetParameters();
  return (
    <section aria-labelledby="latest">
      <h2 id="latest">Latest use</h2>
      <Answer query={useQuery(latest(id, useMoment(), asOf))} size="table">
        {({ lines }) => {
          const shown = lines
            .filter(({ entry }) => entry !== null)
            .slice(-SHOWN)
            .reverse();
          if (shown.length === 0)
            return <p className="quiet">Nothing was used in the fortnight to {asOf}.</p>;
          return (
            <div
              className="scrolls"
              tabIndex={0}
              role="region"
              aria-label="Table of the latest use"
            >
              <table>
                <thead>
                  <tr>
                    <th scope="col">Day</th>
                    <th scope="col">Entry</th>
                    <th scope="col" className="amount">
                      Applied
                    </th>
                    <th scope="col">Because</th>
                    <th scope="col">Recorded</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map(({ entry, day, amount, because, rule }, index) =>
                    entry === null ? null : (
                      <tr key={index}>
                        <td>{day}</td>
                        <th scope="row">
                          <button
                            type="button"
                            className="link"
                            onClick={() =>
                              setParameters({ entry: `${entry.shard}:${entry.position}` })
                            }
                          >
                            {entry.shard}:{entry.position}
                          </button>
                        </th>
                        <td className="amount">{amount === null ? '–' : exact(amount)}</td>
                        <td>
                          {spoken(because)}
                          {rule !== null && <span className="quiet">rule {rule}</span>}
                        </td>
                        <td>{instantOf(entry.recordedAt)}</td>
                      </tr>
                    ),
                  )}
                </tbody>
              </table>
            </div>
          );
        }}
      </Answer>
    </section>
  );
};
