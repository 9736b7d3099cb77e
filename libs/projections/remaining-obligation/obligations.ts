import type { TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { facts, said, sums, type RowsOf } from '../asking/rows-wanted.js';
import type { Seen, Told } from '../asking/seen.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { commitmentFacts } from '../facts/commitments.js';
import type { RemainingObligation } from './answer.js';
import { remainingObligationOf } from './query.js';

/** What is still owed of every commitment, ended ones included, by its id. */
export interface Obligations extends Seen {
  readonly commitments: readonly Told<RemainingObligation>[];
}

/** One reading of all, where a reading of each would be as many statements as there are commitments. */
export const obligations = async (views: Views, axes: TimeAxes): Promise<Obligations> => {
  const { rows, seen, asked } = await readView(views, burnDownReads, axes, obligationsWanted);
  const commitments = [...byCommitment(rows)].flatMap(
    ([commitmentId, its]) => remainingObligationOf(its, asked, commitmentId) ?? [],
  );
  return { commitments, ...seen };
};

export const obligationsWanted = () => ({
  commitments: facts(commitmentFacts),
  said: said(commitmentFacts),
  periods: sums(burnDownDays, { by: ['commitmentId', 'period', 'currency'], per: 'all' }),
});

type Rows = RowsOf<ReturnType<typeof obligationsWanted>>;

export const byCommitment = ({ commitments, said, periods }: Rows): ReadonlyMap<string, Rows> => {
  const factsOf = grouped(commitments);
  const saidOf = grouped(said);
  const sumsOf = grouped(periods);
  return new Map(
    [...factsOf.keys()].sort().map((id) => [
      id,
      {
        commitments: factsOf.get(id) ?? [],
        said: saidOf.get(id) ?? [],
        periods: sumsOf.get(id) ?? [],
      },
    ]),
  );
};

const grouped = <Row extends { readonly commitmentId: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Row[]> => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.commitmentId);
    if (group) group.push(row);
    else groups.set(row.commitmentId, [row]);
  }
  return groups;
};
