import type pg from 'pg';
import { PostgresError } from '../../ledger/postgres/postgres-error.js';

/** A relation of a view that is not as a projector makes them. */
export interface OddTable {
  readonly relation: string;
  readonly owner: string;
  /** What it is or has, in words for people. */
  readonly odd: readonly string[];
  /** Whether it belongs to another role than the one that asks. */
  readonly isAnothers: boolean;
}

/**
 * Tables of views belong to the role that serves, which can put what it likes in their place. A view, a policy, a cast of
 * a type of its own, the expression of an index: all of these run with the rights of whoever reads, and what checks or
 * fills columns with those of whoever writes. Whoever took that role over would only have to wait for the owner, an auditor
 * or the next role that serves. So nobody else reads or takes over what is not a plain table.
 */
export const oddTables = async (db: Pick<pg.ClientBase, 'query'>): Promise<readonly OddTable[]> => {
  const { rows } = await db.query<OddTable>(ODD);
  return rows;
};

/**
 * Before another role than the one that serves reads views. What is put in place of a table between this and the reading is
 * not seen: the owner's credentials are for migrating, and an auditor's are enough to look.
 * @param whose `anothers`: what one's own role made is read as it is; a comparison needs `all` to be plain.
 * @throws PostgresError `views-altered`.
 */
export const refuseOddTables = async (
  db: Pick<pg.ClientBase, 'query'>,
  whose: 'anothers' | 'all' = 'anothers',
): Promise<void> => {
  const [first] = (await oddTables(db)).filter(({ isAnothers }) => isAnothers || whose === 'all');
  if (first === undefined) return;
  const { relation, owner, odd } = first;
  throw new PostgresError(
    'views-altered',
    `${relation} is not as a view's table is made: it ${odd.join(', ')}. Reading it would run what ` +
      'somebody put there with the rights of whoever reads, and show what he likes.',
    `Find out who used the role ${owner}, and give it another password (migrate ` +
      '--new-runtime-password). Then take away what was put there (DROP … CASCADE) and build the ' +
      'views again: commitment-ledger projection rebuild all',
  );
};

const ODD = `
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation, pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
       found.odd, c.relowner <> me.oid OR session_user <> current_user AS "isAnothers"
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_roles me ON me.rolname = current_user
CROSS JOIN LATERAL (
  SELECT pg_catalog.array_agg(what ORDER BY what) AS odd FROM (
    SELECT 'is no ordinary table' AS what WHERE c.relkind <> 'r'
    UNION ALL SELECT 'has rules' FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid AND c.relkind = 'r'
    UNION ALL SELECT 'has row security' WHERE c.relrowsecurity
    UNION ALL SELECT 'has policies' FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid
    UNION ALL SELECT 'has triggers' FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid
    UNION ALL SELECT 'inherits or is inherited' FROM pg_catalog.pg_inherits h WHERE c.oid IN (h.inhparent, h.inhrelid)
    UNION ALL SELECT 'has columns of types of its own'
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
      JOIN pg_catalog.pg_namespace yn ON yn.oid = y.typnamespace
      WHERE a.attrelid = c.oid AND NOT a.attisdropped AND yn.nspname <> 'pg_catalog'
    UNION ALL SELECT 'has columns that are computed'
      FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.atthasdef AND NOT a.attisdropped
    UNION ALL SELECT 'has constraints beside its key'
      FROM pg_catalog.pg_constraint o WHERE o.conrelid = c.oid AND o.contype NOT IN ('p', 'n')
    UNION ALL SELECT 'has indexes with expressions'
      FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND (x.indexprs IS NOT NULL OR x.indpred IS NOT NULL)
    UNION ALL SELECT 'has statistics of its own' FROM pg_catalog.pg_statistic_ext s WHERE s.stxrelid = c.oid
  ) AS each (what)
) AS found
WHERE n.nspname = 'views' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname ~ '_v[0-9]+_g[0-9]+$'
  AND found.odd IS NOT NULL
ORDER BY 1`;
