import type { Standing } from '../api/types.js';
import { compact, isZero, sums } from '../format/money.js';
import { counted } from '../format/words.js';

const together = (standings: readonly Standing[], member: 'remaining' | 'pastDue'): string =>
  sums(standings.map((standing) => standing[member]))
    .filter((sum) => !isZero(sum))
    .map(compact)
    .join(' and ');

const isBehind = ({ risk }: Standing): boolean =>
  ['past-due', 'too-late', 'behind-pace'].includes(risk.reason);

export const behind = (standings: readonly Standing[]): readonly Standing[] =>
  standings.filter(isBehind);

/** The answer before it is asked. */
export const Sentence = ({
  standings,
  hasMore,
}: {
  readonly standings: readonly Standing[];
  readonly hasMore: boolean;
}) => {
  if (standings.length === 0)
    return (
      <>
        <h1>No commitments yet</h1>
        <p>
          <code>npm run cli -- seed</code> loads five reference deals; <a href="/docs">the API</a>{' '}
          takes yours: parties, an agreement, a commitment, then usage.
        </p>
      </>
    );
  const [remaining, pastDue] = [together(standings, 'remaining'), together(standings, 'pastDue')];
  return (
    <h1 className="sentence">
      {remaining === '' ? 'Nothing remains' : `${remaining} remains`}
      {pastDue === '' ? '; nothing is past due; ' : `; ${pastDue} is past due; `}
      {behind(standings).length} of {counted(standings.length, 'commitment')}{' '}
      {behind(standings).length === 1 ? 'is' : 'are'} behind
      {hasMore && ', of the thousand with the highest risk'}.
    </h1>
  );
};
