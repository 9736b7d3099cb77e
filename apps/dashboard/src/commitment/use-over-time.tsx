import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { BurnDown, Forecast } from '../api/types.js';
import { compact, isZero } from '../format/money.js';
import { lastDayOf } from '../format/words.js';
import { Answer } from '../parts/answer.js';
import { useMoment } from '../state/address.js';
import { burnDown, forecast } from '../state/questions.js';
import { pointsOf } from './points.js';
import { PointsTable } from './points-table.js';

/** Charts are a part of their own: nobody waits for them who reads the numbers. */
const UseChart = lazy(async () => ({ default: (await import('./use-chart.js')).UseChart }));

/** Use, plan, ceiling and forecast over the term, said, drawn, and as a table. */
export const UseOverTime = ({ of }: { readonly of: BurnDown }) => {
  const moment = useMoment();
  const { commitmentId, endsAt } = of;
  // With the plan to the end of the term, where one is known.
  const whole = endsAt === null ? moment : { ...moment, to: lastDayOf(endsAt) };
  const use = useQuery(burnDown(commitmentId, whole));
  const expected = useQuery(forecast(commitmentId, moment));
  return (
    <section aria-labelledby="over-time">
      <h2 id="over-time">Use over time</h2>
      <Answer query={expected} size="line">
        {(answer) => <p>{inWords(answer)}</p>}
      </Answer>
      <Answer query={use} size="chart">
        {(answer) => {
          const points = pointsOf(answer, expected.data ?? null);
          return (
            <>
              <Suspense fallback={<div className="loading chart" />}>
                <UseChart points={points} total={answer.total} asOf={answer.asOf} />
              </Suspense>
              <details>
                <summary>The same as a table</summary>
                <PointsTable points={points} />
              </details>
            </>
          );
        }}
      </Answer>
    </section>
  );
};

const REASONS: Readonly<Record<NonNullable<Forecast['reason']>, string>> = {
  'history-too-short': 'the history of use is too short',
  'history-too-sparse': 'there is too little use to go by',
  terminated: 'it was terminated',
  'term-ended': 'its term is over',
};

const inWords = ({ forecast: made, reason }: Forecast): string => {
  if (made === null)
    return `There is no forecast: ${reason === null ? 'nobody says why' : REASONS[reason]}.`;
  const { end } = made;
  const range = `${compact(end.applied.p10)} to ${compact(end.applied.p90)}`;
  const applied = `Expected to be used by ${end.on}: ${compact(end.applied.expected)} (eight of ten paths end between ${range}).`;
  if (end.shortfall === null) return applied;
  return isZero(end.shortfall.expected)
    ? `${applied} Nothing is then missing.`
    : `${applied} Then ${compact(end.shortfall.expected)} is missing.`;
};
