import { useInfiniteQuery } from '@tanstack/react-query';
import type { Explanation, ExplanationLine } from '../api/types.js';
import { compact, exact } from '../format/money.js';
import { spoken } from '../format/words.js';
import { Answer } from '../parts/answer.js';
import { Drawer } from '../parts/drawer.js';
import { Icon } from '../parts/icon.js';
import { useMoment, useParameter, useSetParameters } from '../state/address.js';
import { explanation, type Why } from '../state/questions.js';

/** What made a figure, line by line, until it adds up. */
export const ExplainDrawer = () => {
  const why = useParameter('why');
  const setParameters = useSetParameters();
  if (why === null) return null;
  const asked = new URLSearchParams(why);
  const of = ['commitmentId', 'trancheId', 'vendorId'].map((name) => asked.get(name)).find(Boolean);
  const title = `${spoken(asked.get('figure') ?? '')}${of === undefined ? '' : ` of ${of}`}`;
  return (
    <Drawer title={title} onClose={() => setParameters({ why: null })}>
      <Lines why={why} />
    </Drawer>
  );
};

const Lines = ({ why }: { readonly why: Why }) => {
  const moment = useMoment();
  const query = useInfiniteQuery({
    queryKey: ['explanation', why, moment],
    queryFn: ({ pageParam }) => explanation(why, moment, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  return (
    <Answer query={query} size="table">
      {({ pages }) => {
        const last = pages.at(-1);
        if (last === undefined) return null;
        return (
          <>
            <Value of={last} />
            <table className="lines">
              <thead>
                <tr>
                  <th scope="col">Day</th>
                  <th scope="col">What</th>
                  <th scope="col">Rule, terms</th>
                  <th scope="col" className="amount">
                    Amount
                  </th>
                </tr>
              </thead>
              <tbody>
                {pages.flatMap(({ lines }, page) =>
                  lines.map((line, index) => <Line key={`${page}.${index}`} line={line} />),
                )}
              </tbody>
            </table>
            {query.hasNextPage && (
              <button
                type="button"
                disabled={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {query.isFetchingNextPage ? 'Loading …' : 'More lines'}
              </button>
            )}
          </>
        );
      }}
    </Answer>
  );
};

const Value = ({ of }: { readonly of: Explanation }) => (
  <>
    <p className="value">
      {of.value === null ? (of.ratio ?? '–') : exact(of.value)}
      {of.absent !== null && <span className="quiet"> {spoken(of.absent)}</span>}
    </p>
    <p className="quiet">
      {of.view}, {of.formula}; as of {of.asOf}.
    </p>
    {of.addsUp === null ? (
      <p className="check">
        {of.total === null
          ? 'There are more lines.'
          : `So far ${exact(of.total)}; there are more lines.`}
      </p>
    ) : (
      <p className={of.addsUp ? 'check holds' : 'check fails'}>
        <Icon name={of.addsUp ? 'low' : 'high'} />
        {of.addsUp ? 'The lines add up to it.' : 'The lines do not add up to it.'}
      </p>
    )}
  </>
);

const Line = ({ line }: { readonly line: ExplanationLine }) => {
  const setParameters = useSetParameters();
  const { entry, explainedBy } = line;
  const what = line.name ?? entry?.type ?? spoken(line.because);
  const open =
    explainedBy !== null
      ? () => setParameters({ why: explainedBy.split('?')[1] ?? null })
      : entry !== null
        ? () => setParameters({ why: null, entry: `${entry.shard}:${entry.position}` })
        : null;
  return (
    <tr>
      <td>{line.day ?? '–'}</td>
      <th scope="row">
        {open === null ? (
          what
        ) : (
          <button type="button" className="link" onClick={open}>
            {what}
          </button>
        )}
        <span className="quiet">{entry === null ? spoken(line.because) : entry.id}</span>
      </th>
      <td>
        {line.rule ?? '–'}
        {line.terms !== null && <span className="quiet">terms {line.terms.version}</span>}
      </td>
      <td className="amount">
        {line.amount === null ? (
          (line.number ?? '–')
        ) : (
          <span title={compact(line.amount)}>{exact(line.amount)}</span>
        )}
      </td>
    </tr>
  );
};
