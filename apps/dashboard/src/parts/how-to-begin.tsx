/** What an empty ledger says. */
export const HowToBegin = () => (
  <p>
    <code>npm run cli -- seed</code> loads five reference deals; <a href="/docs">the API</a> takes
    yours: parties, an agreement, a commitment, then usage.
  </p>
);
