import { share } from '../../domain/formulas.js';
import { compareText } from '../../domain/text.js';
import { coarsestOf } from '../engine/blocks.js';
import { liveGeneration, tableName } from '../engine/generations.js';
import { asked, type Asked } from '../asking/question.js';
import { nowOf, type Views } from '../asking/read-view.js';
import { selectWanted } from '../asking/rows-from-sql.js';
import { facts, mergedRows } from '../asking/rows-wanted.js';
import { unitsOfSum } from '../engine/sql-cells.js';
import { burnDownDays, burnDownProjection } from '../burn-down/burn-down.js';
import {
  commitmentFacts,
  commitmentsAsOf,
  remainingOf,
  stateOf,
  type CommitmentAsOf,
  type CommitmentFact,
} from '../facts/commitments.js';
import { factsProjection } from '../facts/facts.js';

export interface RemainingRatio {
  readonly commitmentId: string;
  /** R / C: 1 when nothing is used, 0 when nothing is owed any more. Six decimals, for charts and alerts. */
  readonly ratio: number;
}

export interface RemainingRatios {
  readonly ratios: readonly RemainingRatio[];
  /** Commitments in force beyond `max`. */
  readonly leftOut: number;
}

/**
 * How much is still owed today, of a tenant's commitments that are in force: pledged, not terminated, the term not over.
 * At most `max` of them, those whose terms end first, so that a commitment which is among them stays until its own end.
 */
export const remainingRatios = async (
  views: Views,
  tenant: string,
  max: number,
): Promise<RemainingRatios> => {
  const terms = await liveGeneration(views.pool, factsProjection);
  const amounts = await liveGeneration(views.pool, burnDownProjection);
  if (!terms || !amounts) return { ratios: [], leftOut: 0 };
  const now = nowOf(views);
  const today = asked({ tenant }, now);
  const said = await commitmentRows(views, tableName(terms, commitmentFacts), today);
  const inForce = [...commitmentsAsOf(said).values()]
    .filter((commitment) => ['ahead', 'running'].includes(stateOf(commitment, now)))
    .sort(endingFirst);
  const chosen = inForce.slice(0, max);
  const applied = await appliedOf(views, tableName(amounts, burnDownDays), today, chosen);
  return {
    ratios: chosen.flatMap((commitment) => {
      const { commitmentId, total } = commitment;
      const ratio = share(remainingOf(commitment, applied.get(commitmentId) ?? 0n), total);
      return ratio === null ? [] : [{ commitmentId, ratio: Number(ratio) }];
    }),
    leftOut: inForce.length - chosen.length,
  };
};

/** A term without a known end ends after all others. */
const endingFirst = (left: CommitmentAsOf, right: CommitmentAsOf): number => {
  const [one, other] = [left.terms.endsAt, right.terms.endsAt];
  if (one === other) return compareText(left.commitmentId, right.commitmentId);
  return one === null ? 1 : other === null ? -1 : compareText(one, other);
};

const commitmentRows = async (
  { pool }: Views,
  relation: string,
  today: Asked,
): Promise<readonly CommitmentFact[]> => {
  const wanted = facts(commitmentFacts);
  const { text, values, read } = selectWanted(wanted, relation, today, null);
  const { rows } = await pool.query<(string | null)[]>({
    text,
    values: [...values],
    rowMode: 'array',
  });
  return mergedRows(rows.map(read), wanted) as unknown as readonly CommitmentFact[];
};

/** The sums of a few commitments, by their ids, up to today. */
const appliedOf = async (
  { pool }: Views,
  relation: string,
  { tenant, asOf }: Asked,
  commitments: readonly CommitmentAsOf[],
): Promise<ReadonlyMap<string, bigint>> => {
  const { rows } = await pool.query<{ commitment_id: string; applied: string }>(
    `SELECT commitment_id, sum(applied)::text AS applied FROM ${relation}
      WHERE tenant = $1 AND commitment_id = ANY ($2) AND span = ${coarsestOf(burnDownDays.blocks)}
        AND effective_day <= $3::date
      GROUP BY commitment_id`,
    [tenant, commitments.map(({ commitmentId }) => commitmentId), asOf],
  );
  return new Map(rows.map((row) => [row.commitment_id, unitsOfSum(row.applied)]));
};
