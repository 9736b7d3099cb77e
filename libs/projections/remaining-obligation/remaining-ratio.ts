import { stillOwed } from '../../domain/commitment/obligation/remaining.js';
import { share } from '../../domain/formulas.js';
import { unitsOf } from '../../domain/money.js';
import { coarsestOf } from '../engine/blocks.js';
import { liveGeneration, tableName } from '../engine/generations.js';
import { asked } from '../asking/question.js';
import { nowOf, type Views } from '../asking/read-view.js';
import { unitsOfSum } from '../engine/sql-cells.js';
import { burnDownDays, burnDownProjection } from '../burn-down/burn-down.js';
import { commitmentFacts } from '../facts/commitments.js';
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
  const { asOf, effectiveBefore } = asked({ tenant }, now);
  const { rows } = await views.pool.query<Row>(
    statement(tableName(terms, commitmentFacts), tableName(amounts, burnDownDays)),
    [tenant, effectiveBefore, now, max, asOf],
  );
  return {
    ratios: rows.flatMap(({ commitment_id: commitmentId, total, applied }) => {
      const units = unitsOf(total);
      const ratio = share(stillOwed(units, unitsOfSum(applied), 'owed'), units);
      return ratio === null ? [] : [{ commitmentId, ratio: Number(ratio) }];
    }),
    leftOut: (rows[0]?.in_force ?? 0) - rows.length,
  };
};

interface Row {
  readonly commitment_id: string;
  readonly total: string;
  readonly applied: string;
  readonly in_force: number;
}

/**
 * The terms that hold the latest of each commitment (all its facts are in one shard), unless it is terminated; then the
 * sums of those few that are wanted.
 */
const statement = (commitments: string, days: string): string => `
  WITH latest AS (
    SELECT DISTINCT ON (commitment_id) commitment_id, terms::json AS terms,
           bool_or(change = 'pledged') OVER (PARTITION BY commitment_id) AS pledged,
           bool_or(change = 'terminated') OVER (PARTITION BY commitment_id) AS terminated
      FROM ${commitments}
     WHERE tenant = $1 AND effective_at < $2
     ORDER BY commitment_id, terms IS NULL, change = 'pledged', effective_at DESC, position DESC
  ), wanted AS (
    SELECT commitment_id, terms #>> '{total,amount}' AS total,
           count(*) OVER ()::integer AS in_force
      FROM latest
     WHERE pledged AND NOT terminated
       AND coalesce((terms ->> 'endsAt') COLLATE "C" > $3, true)
     ORDER BY (terms ->> 'endsAt') COLLATE "C" NULLS LAST, commitment_id
     LIMIT $4
  )
  SELECT commitment_id, total, in_force,
         (SELECT coalesce(sum(d.applied), 0)::text FROM ${days} d
           WHERE d.tenant = $1 AND d.commitment_id = wanted.commitment_id
             AND d.span = ${coarsestOf(burnDownDays.blocks)} AND d.effective_day <= $5::date) AS applied
    FROM wanted`;
