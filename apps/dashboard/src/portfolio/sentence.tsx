import type { Standing } from '../api/types.js';
import { together } from '../format/money.js';
import { counted } from '../format/words.js';
import { HowToBegin } from '../parts/how-to-begin.js';

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
        <HowToBegin />
      </>
    );
  const [remaining, pastDue] = [
    together(standings.map((standing) => standing.remaining)),
    together(standings.map((standing) => standing.pastDue)),
  ];
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
