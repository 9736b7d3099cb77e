import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PoolClient } from 'pg';
import { oddTables } from '../projections/engine/plain-tables.js';
import { CATALOGUE, GRANTS, OWNERS, type Described, type Granted } from './catalogue.sql.js';
import type { Findings } from './finding.js';
import { canRead } from './surroundings.js';

/** What the database says something is, by its name. */
type Definitions = Readonly<Record<string, string>>;

export interface Catalogue {
  readonly objects: Definitions;
  /** What roles other than the owner may do, by object: the most that any of them may. */
  readonly grants: Definitions;
}

const FILE = 'catalogue.json';

/** From the sources and from dist/ alike: the files lie beside the sources. */
const folder = (): string => {
  for (let path = dirname(fileURLToPath(import.meta.url)); ; path = dirname(path)) {
    const found = join(path, 'infra', 'postgres');
    if (existsSync(join(found, FILE))) return found;
    if (path === dirname(path)) throw new Error(`infra/postgres/${FILE} not found`);
  }
};

/** The catalogue that the migrations of this version make; a test writes the file from them. */
const expectedCatalogue = (): Catalogue =>
  JSON.parse(readFileSync(join(folder(), FILE), 'utf8')) as Catalogue;

const expectedMigrations = (): Definitions => {
  const migrations = join(folder(), 'migrations');
  const names = readdirSync(migrations).filter((name) => name.endsWith('.sql'));
  return Object.fromEntries(
    names.sort().map((name) => {
      const sql = readFileSync(join(migrations, name));
      return [`migration ${name}`, createHash('sha256').update(sql).digest('hex')];
    }),
  );
};

/** Every object of the schema `ledger`, the tables of `views` that migrations make, and who may do what with them. */
export const readCatalogue = async (client: Pick<PoolClient, 'query'>): Promise<Catalogue> => {
  const { rows } = await client.query<Described>(CATALOGUE);
  const grants = new Map<string, Set<string>>();
  for (const { name, privilege } of await readGrants(client))
    grants.set(name, (grants.get(name) ?? new Set()).add(privilege));
  return {
    objects: byName(rows),
    grants: Object.fromEntries(
      [...grants].map(([name, privileges]) => [name, [...privileges].sort().join(', ')]),
    ),
  };
};

const readGrants = async (client: Pick<PoolClient, 'query'>): Promise<readonly Granted[]> =>
  (await client.query<Granted>(GRANTS)).rows;

const byName = (rows: readonly Described[]): Definitions =>
  Object.fromEntries(rows.map(({ name, definition }) => [name, definition]));

/**
 * Says what is missing, extra or different of what the migrations made: columns, constraints, indexes, triggers, functions,
 * owners, grants that go too far, and the list of migrations itself. Answers with what this role may not read.
 */
export const checkCatalogue = async (
  client: PoolClient,
  findings: Findings,
): Promise<readonly string[]> => {
  const add = (detail: string): void => findings.add('catalogue-mismatch', null, null, detail);
  const expected = expectedCatalogue();
  const { rows: objects } = await client.query<Described>(CATALOGUE);
  for (const told of unlike(expected.objects, byName(objects))) add(told);
  for (const told of tooMuch(expected.grants, await readGrants(client))) add(told);
  const { rows: owned } = await client.query<{ name: string; role: string; expected: string }>(
    OWNERS,
  );
  for (const { relation, owner, odd } of await oddTables(client))
    add(`${relation} of ${owner} is not as a view's table is made: it ${odd.join(', ')}`);
  for (const { name, role, expected: owner } of owned)
    add(`${name} belongs to ${role}, and the schema ledger to ${owner}`);
  if (!(await canRead(client, 'ledger.migration'))) return ['ledger.migration'];
  const { rows: applied } = await client.query<Described>(
    `SELECT 'migration ' || name AS name, sha256 AS definition FROM ledger.migration`,
  );
  for (const told of unlike(expectedMigrations(), byName(applied))) add(told);
  return [];
};

const unlike = (expected: Definitions, found: Definitions): readonly string[] => [
  ...Object.entries(expected).flatMap(([name, definition]) => {
    if (!Object.hasOwn(found, name)) return [`${name} is missing; it was made as: ${definition}`];
    if (found[name] === definition) return [];
    return [`${name} is not as it was made: ${found[name]}; it was made as: ${definition}`];
  }),
  ...Object.entries(found)
    .filter(([name]) => !Object.hasOwn(expected, name))
    .map(([name, definition]) => `${name} is not made by any migration: ${definition}`),
];

/** Rights beyond the expected ones. SELECT is none: an auditor has a role of his own. One role serves a ledger, and no other appends. */
const tooMuch = (expected: Definitions, granted: readonly Granted[]): readonly string[] => [
  ...granted.flatMap(({ name, role, privilege, grantable }) => {
    const allowed = [...(expected[name]?.split(', ') ?? []), 'SELECT', 'USAGE'];
    if (role !== 'PUBLIC' && !grantable && allowed.includes(privilege)) return [];
    const option = grantable ? ', and hand that on' : '';
    return [`${role} may ${privilege} on ${name}${option}: no migration grants that`];
  }),
  ...[...new Set(granted.filter(({ actsAsOwner }) => actsAsOwner).map(({ role }) => role))].map(
    (role) =>
      `${role} may do whatever the owner of the ledger may, by a role that it is a member of`,
  ),
  ...severalOf(granted.filter(isAppending).map(({ role }) => role)),
];

const isAppending = ({ name, privilege }: Granted): boolean =>
  name === 'ledger.ledger_event' && privilege === 'INSERT';

const severalOf = (roles: readonly string[]): readonly string[] =>
  roles.length < 2 ? [] : [`${roles.join(', ')} may append, and one role serves a ledger`];
