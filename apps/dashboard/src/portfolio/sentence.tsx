import type { Standing } from '../api/types.js';
import { together } from '../format/money.js';
import { counted } from '../format/words.js';
import { HowToBegin } from '../parts/how-to-begin.js';

/** Those that bind: what is proposed is owed by nobody yet, and what a successor took over would count twice. */
export const binding = (standings: readonly Standing[]): readonly Standing[] =>
  standings.filter(({ risk }) => risk.reason !== 'not-binding');

const isBehind = ({ risk }: Standing): boolean =>
  ['past-due', 'ended-short', 'too-late', 'behind-pace'].includes(risk.reason);

export const behind = (standings: readonly Standing[]): readonly Standing[] =>
  standings.filter(isBehind);

/** What is said where there are more commitments than a page takes in. */
export const OF_A_PART = 'of the thousand with the highest risk';

/** The answer before it is asked. */
export const Sentence = ({
  standings: all,
  hasMore,
}: {
  readonly standings: readonly Standing[];
  readonly hasMore: boolean;
}) => {
  if (all.length === 0)
    return (
      <>
        <h1>No commitments yet</h1>
        <HowToBegin />
      </>
    );
  const standings = binding(all);
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
      {hasMore && `, ${OF_A_PART}`}.
    </h1>
  );
};
