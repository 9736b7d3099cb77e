import pg from 'pg';

/**
 * Lets those who may only read the ledger, and its owner, read the tables of its views too. These belong to the role that serves, so
 * that it must do it: for a table that it makes, and at its start for those that were there before somebody became an
 * auditor. Nothing to do costs one query.
 */
export const shareViews = async (db: Pick<pg.ClientBase, 'query'>): Promise<void> => {
  const { rows } = await db.query<{ relation: string; role: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS relation, r.rolname AS role
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'views'
     CROSS JOIN (
       SELECT acl.grantee FROM pg_class event JOIN pg_namespace en ON en.oid = event.relnamespace
       CROSS JOIN aclexplode(event.relacl) AS acl
       WHERE en.nspname = 'ledger' AND event.relname = 'ledger_event' AND acl.grantee NOT IN (0, event.relowner)
       GROUP BY acl.grantee HAVING bool_or(acl.privilege_type = 'SELECT') AND NOT bool_or(acl.privilege_type = 'INSERT')
       UNION SELECT en.nspowner FROM pg_namespace en WHERE en.nspname = 'ledger'
     ) AS reader JOIN pg_roles r ON r.oid = reader.grantee
     WHERE c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'USAGE')
       AND NOT has_table_privilege(r.oid, c.oid, 'SELECT')`,
  );
  for (const { relation, role } of rows)
    await db.query(`GRANT SELECT ON ${relation} TO ${pg.escapeIdentifier(role)}`);
};
