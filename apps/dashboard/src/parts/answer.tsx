import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/client.js';
import { instantOf } from '../format/words.js';

interface AnswerProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** How tall it will be, so that nothing jumps when it comes. */
  readonly size: 'tiles' | 'table' | 'chart' | 'line';
  readonly children: (data: Data) => ReactNode;
}

/** What was answered; until then its place; and where it is refused, what was known before, greyed, with a way on. */
export const Answer = <Data,>({ query, size, children }: AnswerProps<Data>) => {
  const { data, error, isPlaceholderData } = query;
  if (data === undefined && error === null)
    return (
      <div className={`loading ${size}`} role="status">
        <span className="unseen">Loading …</span>
      </div>
    );
  return (
    <>
      {error !== null && <Refused query={query} error={error} />}
      {data !== undefined && (
        <div className={error !== null || isPlaceholderData ? 'old' : 'fresh'}>
          {children(data)}
        </div>
      )}
    </>
  );
};

interface RefusedProps {
  readonly query: Pick<UseQueryResult, 'refetch' | 'dataUpdatedAt'>;
  readonly error: Error;
}

const Refused = ({ query, error }: RefusedProps) => {
  const code = error instanceof ApiProblem ? error.code : 'unexpected';
  const since =
    query.dataUpdatedAt === 0
      ? ''
      : ` What you see is of ${instantOf(new Date(query.dataUpdatedAt).toISOString())}.`;
  return (
    <div className="refused" role="alert">
      <p>
        {error.message} <code>{code}</code>
        {since}
      </p>
      <button type="button" onClick={() => void query.refetch()}>
        Try again
      </button>
    </div>
  );
};
