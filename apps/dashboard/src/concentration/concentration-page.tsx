import { useQuery } from '@tanstack/react-query';
import type { Concentration } from '../api/types.js';
import { percent } from '../format/words.js';
import { Answer } from '../parts/answer.js';
import { Seen } from '../parts/seen.js';
import { useMoment } from '../state/address.js';
import { concentration } from '../state/questions.js';
import { useAsked, useNames } from './asked.js';
import { ByMonth } from './by-month.js';
import { Choices } from './choices.js';
import { IndexFigures } from './index-figures.js';
import { SharesTable } from './shares-table.js';
import { OF_BASE, points } from './words.js';

/** How much hangs on how few vendors. */
export const ConcentrationPage = () => {
  const { base, customerId } = useAsked();
  const of = { base, ...(customerId === null ? {} : { customerId }) };
  const query = useQuery(concentration(useMoment(), of));
  return (
    <>
      <title>Concentration · Commitment Ledger</title>
      <Answer query={query} size="line">
        {(answer) => <Sentence of={answer} />}
      </Answer>
      <Choices />
      <Answer query={query} size="table">
        {(answer) => (
          <>
            {answer.currencies.map((each) => {
              const within = answer.currencies.length === 1 ? '' : `, in ${each.currency}`;
              const id = `in-${each.currency}`;
              return (
                <div key={each.currency} className="pieces">
                  <IndexFigures of={each} bands={answer.bands} />
                  <section aria-labelledby={`${id}-shares`}>
                    <h2 id={`${id}-shares`}>Shares{within}</h2>
                    <SharesTable of={each} />
                  </section>
                  {each.months !== null && (
                    <section aria-labelledby={`${id}-months`}>
                      <h2 id={`${id}-months`}>By month{within}</h2>
                      <ByMonth of={each} months={each.months} />
                    </section>
                  )}
                </div>
              );
            })}
            {customerId !== null && (
              <p className="quiet">
                Figures of one customer do not open; those of all customers do.
              </p>
            )}
            <Seen asOf={answer.asOf} position={answer.ledgerPosition} lag={answer.lag} />
          </>
        )}
      </Answer>
    </>
  );
};

/** The answer before it is asked, of each currency. */
const Sentence = ({ of: { currencies, base } }: { readonly of: Concentration }) => {
  const { customerId } = useAsked();
  const { vendor, customers } = useNames();
  const customer = customers.find(([id]) => id === customerId)?.[1] ?? customerId;
  const said = currencies.flatMap(({ currency, vendors, hhi, band }) => {
    const [first] = vendors;
    if (first === undefined || hhi === null) return [];
    const within = currencies.length === 1 ? '' : ` in ${currency}`;
    return [
      `${vendor(first.vendorId)} has ${percent(first.share)} ${OF_BASE[base]}${within}; ` +
        `HHI ${points(hhi)}, ${band ?? 'no'} concentration.`,
    ];
  });
  return (
    <h1 className="sentence">
      {customer !== null && `${customer}: `}
      {said.length === 0 ? `There is nothing to share out ${OF_BASE[base]}.` : said.join(' ')}
    </h1>
  );
};
