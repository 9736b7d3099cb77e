import { hash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { ROLES, type Principal, type Role } from '../application/principal.js';

/** `cl_` and 256 random bits: nothing to guess, so a plain SHA-256 is enough to keep it by. */
const newKey = (): string => `cl_${randomBytes(32).toString('base64url')}`;

const hashOf = (key: string): Buffer => hash('sha256', key, 'buffer');

/** Makes a key and returns it: the only time that it can be seen. The pool must belong to the owner role or better. */
export const createApiKey = async (
  pool: Pick<pg.Pool, 'query'>,
  { tenant, name, role }: Principal,
): Promise<string> => {
  const key = newKey();
  await pool.query(
    'INSERT INTO ledger.api_key (key_hash, name, tenant, role) VALUES ($1, $2, $3, $4)',
    [hashOf(key), name, tenant, role],
  );
  return key;
};

export interface ListedKey {
  readonly name: string;
  readonly role: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** Names, roles and times; the keys themselves are not known. */
export const listApiKeys = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
): Promise<readonly ListedKey[]> => {
  const { rows } = await pool.query<ListedKey>(
    `SELECT name, role,
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "createdAt",
            to_char(revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "revokedAt"
       FROM ledger.api_key WHERE tenant = $1 ORDER BY created_at, name`,
    [tenant],
  );
  return rows;
};

/** From now on (within `CACHE_MS` in other processes) every key of that name is unknown. Returns how many there were. */
export const revokeApiKeys = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  name: string,
): Promise<number> => {
  const { rowCount } = await pool.query(
    'UPDATE ledger.api_key SET revoked_at = now() WHERE tenant = $1 AND name = $2 AND revoked_at IS NULL',
    [tenant, name],
  );
  return rowCount ?? 0;
};

/** A revoked key or a changed role is noticed within this time. */
export const CACHE_MS = 2_000;
const CACHE_MAX = 10_000;

/** Who a key belongs to, looked up in the database by its hash. */
export const databaseKeys = (pool: Pick<pg.Pool, 'query'>): StoredApiKeys =>
  new StoredApiKeys(pool);

export class StoredApiKeys {
  private readonly known = new Map<
    string,
    { readonly principal: Principal; readonly until: number }
  >();

  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async find(key: string): Promise<Principal | null> {
    const keyHash = hashOf(key);
    const cacheKey = keyHash.toString('base64');
    const cached = this.known.get(cacheKey);
    if (cached && cached.until > this.now()) return cached.principal;
    this.known.delete(cacheKey);
    const { rows } = await this.pool.query<{ tenant: string; name: string; role: string }>(
      'SELECT tenant, name, role FROM ledger.api_key WHERE key_hash = $1 AND revoked_at IS NULL',
      [keyHash],
    );
    const [row] = rows;
    if (!row || !isRole(row.role)) return null;
    const principal: Principal = { tenant: row.tenant, name: row.name, role: row.role };
    // Unknown keys are not kept: they would fill the cache with guesses.
    if (this.known.size >= CACHE_MAX) this.known.clear();
    this.known.set(cacheKey, { principal, until: this.now() + CACHE_MS });
    return principal;
  }
}

const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
