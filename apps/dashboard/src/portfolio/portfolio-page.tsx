import { useQuery } from '@tanstack/react-query';
import { Answer } from '../parts/answer.js';
import { useMoment } from '../state/address.js';
import { portfolio } from '../state/questions.js';
import { Commitments } from './commitments.js';
import { Feed } from './feed.js';
import { Sentence } from './sentence.js';
import { Tiles } from './tiles.js';

/** The state of all pledges, the worst first. */
export const PortfolioPage = () => {
  const query = useQuery(portfolio(useMoment()));
  return (
    <>
      <title>Portfolio · Commitment Ledger</title>
      <Answer query={query} size="line">
        {({ data, hasMore }) => <Sentence standings={data} hasMore={hasMore} />}
      </Answer>
      <Tiles />
      <div className="columns">
        <section aria-labelledby="by-risk">
          <h2 id="by-risk">Commitments by risk</h2>
          <Answer query={query} size="table">
            {({ data }) => <Commitments standings={data} />}
          </Answer>
        </section>
        <Feed />
      </div>
    </>
  );
};
