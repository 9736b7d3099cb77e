/** An object of the database, and what it is: text that every PostgreSQL from 15 on writes alike. */
export interface Described {
  readonly name: string;
  readonly definition: string;
}

/**
 * Tables, sequences and views of the schema `ledger`, the list of migrations, and the tables of `views` that migrations
 * make: projections make the others there. NOT NULL is told with the column, because PostgreSQL 18 calls it a constraint
 * as well; columns of views without their table's name, because PostgreSQL 15 writes it in front of each.
 */
const RELATIONS = `
  SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind, c.relpersistence, c.relrowsecurity,
         c.relforcerowsecurity, n.nspname AS schema
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind NOT IN ('i', 'I', 't', 'c')
    AND (n.nspname = 'ledger'
      OR (n.nspname = 'public' AND c.relname = 'ledger_migration')
      OR (n.nspname = 'views' AND c.relname IN ('projection', 'projection_checkpoint', 'quarantine', 'skipped_event')))`;

export const CATALOGUE = `
WITH relation AS (${RELATIONS})
SELECT 'relation ' || name AS name,
       'kind ' || relkind::text || ', persistence ' || relpersistence::text
       || CASE WHEN relrowsecurity OR relforcerowsecurity THEN ', row security' ELSE '' END AS definition
FROM relation
UNION ALL
SELECT 'column ' || r.name || '.' || a.attname,
       pg_catalog.format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
       || coalesce(' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
       || CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END
       || CASE WHEN a.attgenerated <> '' THEN ' generated ' || a.attgenerated::text ELSE '' END
FROM relation r
JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
WHERE r.relkind <> 'S'
UNION ALL
SELECT 'constraint ' || r.name || ' ' || o.conname,
       pg_catalog.pg_get_constraintdef(o.oid) || CASE WHEN o.convalidated THEN '' ELSE ' NOT VALIDATED' END
FROM relation r JOIN pg_catalog.pg_constraint o ON o.conrelid = r.oid AND o.contype <> 'n'
UNION ALL
SELECT 'index ' || r.name || ' ' || i.relname,
       pg_catalog.pg_get_indexdef(i.oid)
       || CASE WHEN x.indisvalid AND x.indisready AND x.indislive THEN '' ELSE ' NOT VALID' END
       || CASE WHEN x.indimmediate THEN '' ELSE ' DEFERRED' END
FROM relation r JOIN pg_catalog.pg_index x ON x.indrelid = r.oid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
UNION ALL
SELECT 'trigger ' || r.name || ' ' || t.tgname,
       pg_catalog.pg_get_triggerdef(t.oid)
       || CASE t.tgenabled::text WHEN 'A' THEN ' enabled always' WHEN 'D' THEN ' DISABLED'
            WHEN 'R' THEN ' enabled on replicas only' ELSE ' enabled unless the session says otherwise' END
FROM relation r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
UNION ALL
-- Before PostgreSQL 16 the columns of a view of one table are written with the table's name.
SELECT 'rule ' || r.name || ' ' || w.rulename,
       CASE WHEN w.ev_type = '1' THEN regexp_replace(pg_catalog.pg_get_ruledef(w.oid), '(SELECT|,)(\\s+)\\w+\\.', '\\1\\2', 'g')
            ELSE pg_catalog.pg_get_ruledef(w.oid) END
FROM relation r JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid
UNION ALL
SELECT 'policy ' || r.name || ' ' || p.polname, p.polcmd::text
FROM relation r JOIN pg_catalog.pg_policy p ON p.polrelid = r.oid
UNION ALL
SELECT 'child of ' || r.name || ' ' || h.inhrelid::regclass, 'inherits'
FROM relation r JOIN pg_catalog.pg_inherits h ON h.inhparent = r.oid
UNION ALL
SELECT 'function ' || n.nspname || '.' || f.proname || '(' || pg_catalog.pg_get_function_identity_arguments(f.oid) || ')',
       'returns ' || pg_catalog.pg_get_function_result(f.oid) || ' language ' || l.lanname
       || CASE WHEN f.prosecdef THEN ' security definer' ELSE '' END
       || coalesce(' set ' || array_to_string(f.proconfig, ', '), '')
       || ' sha256 ' || encode(sha256(convert_to(f.prosrc, 'UTF8')), 'hex')
FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = f.prolang
WHERE n.nspname = 'ledger'
ORDER BY 1`;

/** A right on an object of the database that a role other than the owner has. */
export interface Granted {
  readonly name: string;
  /** PUBLIC: everybody. */
  readonly role: string;
  readonly privilege: string;
  readonly grantable: boolean;
  /** A role that may do what the owner may needs no grants. */
  readonly actsAsOwner: boolean;
}

export const GRANTS = `
WITH relation AS (${RELATIONS}),
granted AS (
  SELECT r.name, c.relowner AS owner, acl.*
  FROM relation r JOIN pg_catalog.pg_class c ON c.oid = r.oid
  CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) acl
  UNION ALL
  SELECT r.name || '.' || a.attname, c.relowner, acl.*
  FROM relation r JOIN pg_catalog.pg_class c ON c.oid = r.oid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped
  CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) acl
  UNION ALL
  SELECT 'schema ' || n.nspname, n.nspowner, acl.*
  FROM pg_catalog.pg_namespace n CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) acl
  WHERE n.nspname IN ('ledger', 'views')
)
SELECT g.name, coalesce(r.rolname, 'PUBLIC') AS role, g.privilege_type AS privilege, g.is_grantable AS grantable,
       r.oid IS NOT NULL AND pg_catalog.pg_has_role(r.oid, g.owner, 'MEMBER') AS "actsAsOwner"
FROM granted g LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee
WHERE g.grantee <> g.owner
ORDER BY 1, 2, 3`;

/** All of ours has one owner: whoever owns a table needs no grants to rewrite it. */
export const OWNERS = `
WITH relation AS (${RELATIONS}),
owned AS (
  SELECT r.name, c.relowner AS owner FROM relation r JOIN pg_catalog.pg_class c ON c.oid = r.oid
  UNION ALL
  SELECT n.nspname || '.' || f.proname, f.proowner
  FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace WHERE n.nspname = 'ledger'
)
SELECT o.name, pg_catalog.pg_get_userbyid(o.owner) AS role, pg_catalog.pg_get_userbyid(n.nspowner) AS expected
FROM owned o JOIN pg_catalog.pg_namespace n ON n.nspname = 'ledger'
WHERE o.owner <> n.nspowner ORDER BY 1`;
