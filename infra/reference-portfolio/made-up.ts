import type { Portfolio } from './portfolio.js';

/** Which figures nobody reported, in a sentence: no table of the demo may be taken for news. */
export const madeUp = ({ deals }: Portfolio): string => {
  const commitments = deals.flatMap(({ id, commitments: all }) =>
    all.filter(({ name }) => name.includes('(synthetic)')).map((one) => `${id}.${one.id}`),
  );
  const investments = deals.flatMap(({ id, investments: all }) =>
    all.filter(({ synthetic }) => synthetic === true).map((one) => `${id}.${one.id}`),
  );
  return (
    `Made up for the demo: all usage, and with it all that is applied; the commitments ${commitments.join(', ')}; ` +
    `the investment ${investments.join(', ')}. The rest is as the press reported it; where reports contradict each other, ` +
    'they stand side by side in the notes of each agreement.'
  );
};
