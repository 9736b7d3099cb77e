import { useQuery } from '@tanstack/react-query';
import type { Obligations } from '../api/types.js';
import { together } from '../format/money.js';
import { Answer } from '../parts/answer.js';
import { HowToBegin } from '../parts/how-to-begin.js';
import { Seen } from '../parts/seen.js';
import { useMoment } from '../state/address.js';
import { obligations } from '../state/questions.js';
import { Ladder } from './ladder.js';
import { Proposed } from './proposed.js';

/** What is still owed, by when it falls due. */
export const ObligationsPage = () => (
  <>
    <title>Obligations · Commitment Ledger</title>
    <Answer query={useQuery(obligations(useMoment()))} size="table">
      {(answer) => (
        <>
          <Sentence of={answer} />
          {answer.together.map((all) => (
            <Ladder
              key={all.currency}
              all={all}
              listed={answer.data.filter(
                ({ binding, total }) => binding && total.currency === all.currency,
              )}
              isAlone={answer.together.length === 1}
              isCut={answer.hasMore}
            />
          ))}
          <Proposed listed={answer.data.filter(({ binding }) => !binding)} />
          <Seen asOf={answer.asOf} position={answer.ledgerPosition} lag={answer.lag} />
        </>
      )}
    </Answer>
  </>
);

/** The answer before it is asked: of all commitments that bind, whatever of them is listed. */
const Sentence = ({ of: { together: all, data } }: { readonly of: Obligations }) => {
  if (data.length === 0)
    return (
      <>
        <h1>Nothing is owed yet</h1>
        <HowToBegin />
      </>
    );
  const due = all.map(({ byDue }) => byDue);
  const remaining = together(all.map((each) => each.remaining));
  const pastDue = together(due.map((each) => each.pastDue));
  const soon = together(due.flatMap(({ years }) => years[0]?.amount ?? []));
  const later = together(
    due.flatMap(({ years, thereafter }) => [
      ...years.slice(1).map(({ amount }) => amount),
      thereafter,
    ]),
  );
  const undated = together(due.map((each) => each.undated));
  const by = due[0]?.years[0]?.to;
  const parts = [
    pastDue === '' ? 'nothing is past due' : `${pastDue} is past due`,
    soon === '' ? `nothing falls due by ${by ?? 'then'}` : `${soon} falls due by ${by ?? 'then'}`,
    ...(later === '' ? [] : [`${later} later`]),
    ...(undated === '' ? [] : [`${undated} on no known day`]),
  ];
  return (
    <h1 className="sentence">
      {remaining === '' ? 'Nothing is owed any more.' : `${remaining} is still owed: `}
      {remaining !== '' && `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}.`}
    </h1>
  );
};
