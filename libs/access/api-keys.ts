import { hash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { ROLES, type Principal, type Role } from './principal.js';
import { CODE_RULE, isCode } from '../domain/ids.js';
import { within } from '../waiting/within.js';

/** `cl_` and 256 random bits: nothing to guess, so a plain SHA-256 is enough to keep it by. */
export const newApiKey = (): string => `cl_${randomBytes(32).toString('base64url')}`;
const KEY = /^cl_[A-Za-z0-9_-]{43}$/;

const hashOf = (key: string): Buffer => hash('sha256', key, 'buffer');

/** Names a key without giving it away: so much of its hash, of 256 random bits. */
export const apiKeyId = (key: string): string => idOf(hashOf(key));
const idOf = (keyHash: Buffer): string => keyHash.toString('hex', 0, 8);

/**
 * Makes a key and returns it: the only time that it can be seen. The pool must belong to the owner role or better.
 * @throws TenantRefused.
 */
export const createApiKey = async (
  pool: Pick<pg.Pool, 'query'>,
  { tenant, name, role, person = name, sources }: Principal,
  key = newApiKey(),
): Promise<string> => {
  checkTenant(tenant);
  await pool.query(
    `INSERT INTO ledger.api_key (key_hash, name, tenant, role, person, sources)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [hashOf(key), name, tenant, role, person, sources ?? null],
  );
  return key;
};

/** A tenant that can have no keys. The message says why, and which setting to change. */
export class TenantRefused extends Error {
  readonly code = 'tenant-invalid';
}

/** Agreements of a tenant that is no code could be neither sent to Kafka nor asked for there. @throws TenantRefused. */
export const checkTenant = (tenant: string): void => {
  if (isCode(tenant)) return;
  throw new TenantRefused(
    `The tenant ${JSON.stringify(tenant)} is not a code (${CODE_RULE}), and as part of every Kafka key it must be one. ` +
      `No key was made. Set LEDGER_TENANT to a code, such as ${codeLike(tenant)}.`,
  );
};

const codeLike = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 63) || 'acme';

export interface ListedKey {
  readonly name: string;
  readonly role: string;
  readonly person: string;
  /** Null: any. */
  readonly sources: readonly string[] | null;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** Names, roles, people and times; the keys themselves are not known. */
export const listApiKeys = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
): Promise<readonly ListedKey[]> => {
  const { rows } = await pool.query<ListedKey>(
    `SELECT name, role, person, sources,
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "createdAt",
            to_char(revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "revokedAt"
       FROM ledger.api_key WHERE tenant = $1 ORDER BY created_at, name`,
    [tenant],
  );
  return rows;
};

export interface RevokedKeys {
  /** How many were ended by this. */
  readonly ended: number;
  /** All of that name that have ended, now or earlier. */
  readonly keys: readonly { readonly keyId: string; readonly revokedAt: string }[];
}

/** Keys of that name are unknown from now on; in other processes within `CACHE_MS`. */
export const revokeApiKeys = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  name: string,
): Promise<RevokedKeys> => {
  const { rowCount } = await pool.query(
    'UPDATE ledger.api_key SET revoked_at = now() WHERE tenant = $1 AND name = $2 AND revoked_at IS NULL',
    [tenant, name],
  );
  const { rows } = await pool.query<{ hash: Buffer; at: string }>(
    `SELECT key_hash AS hash, to_char(revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
       FROM ledger.api_key WHERE tenant = $1 AND name = $2 AND revoked_at IS NOT NULL ORDER BY revoked_at`,
    [tenant, name],
  );
  const keys = rows.map(({ hash, at }) => ({ keyId: idOf(hash), revokedAt: at }));
  return { ended: rowCount ?? 0, keys };
};

/** A revoked key or a changed role is noticed within this time. */
export const CACHE_MS = 2_000;
const CACHE_MAX = 10_000;
/** One question that the database is slow to answer does not keep all others waiting for longer. */
const TURN_MS_MAX = 500;

/** Who a key belongs to; null: no such key, or a revoked one. */
export abstract class ApiKeys {
  abstract find(key: string): Promise<Principal | null>;
}

/** Who a key belongs to, looked up in the database by its hash. */
export const databaseKeys = (pool: Pick<pg.Pool, 'query'>): StoredApiKeys =>
  new StoredApiKeys(pool);

interface StoredKey {
  readonly hash: string;
  readonly tenant: string;
  readonly name: string;
  readonly role: string;
  readonly person: string;
  readonly sources: readonly string[] | null;
}

/**
 * What guesses cost the database is bounded: what does not look like a key is not asked for, what was unknown is not
 * asked for again within `CACHE_MS`, and all else is asked for together, one question after another. A key that is made
 * works at once: nobody can have sent it before, so it is not among those remembered as unknown.
 */
export class StoredApiKeys implements ApiKeys {
  private readonly known = new Recent<Principal>();
  /** Apart from those that are known, so that guesses cannot drive these out. */
  private readonly unknown = new Recent<null>();
  private wanted: string[] = [];
  /** The answer to the question that is not asked yet. */
  private next: Promise<ReadonlyMap<string, Principal>> | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async find(key: string): Promise<Principal | null> {
    if (!KEY.test(key)) return null;
    const keyHash = hashOf(key).toString('hex');
    const now = this.now();
    const remembered = this.known.get(keyHash, now) ?? this.unknown.get(keyHash, now);
    if (remembered !== undefined) return remembered;
    const principal = (await this.ask(keyHash)).get(keyHash) ?? null;
    const until = this.now() + CACHE_MS;
    if (principal === null) this.unknown.set(keyHash, null, until);
    else this.known.set(keyHash, principal, until);
    return principal;
  }

  private ask(keyHash: string): Promise<ReadonlyMap<string, Principal>> {
    this.wanted.push(keyHash);
    if (this.next !== null) return this.next;
    const answer = this.turn.then(() => {
      const hashes = this.wanted;
      this.wanted = [];
      this.next = null;
      return this.look(hashes);
    });
    this.next = answer;
    const settled = answer.then(nothing, nothing);
    this.turn = within(TURN_MS_MAX, settled, nothing);
    return answer;
  }

  private async look(hashes: readonly string[]): Promise<ReadonlyMap<string, Principal>> {
    const { rows } = await this.pool.query<StoredKey>(
      `SELECT encode(key_hash, 'hex') AS hash, tenant, name, role, person, sources
         FROM ledger.api_key WHERE key_hash = ANY ($1::bytea[]) AND revoked_at IS NULL`,
      [hashes.map((text) => Buffer.from(text, 'hex'))],
    );
    return new Map(
      rows.flatMap((row) => (isRole(row.role) ? [[row.hash, toPrincipal(row, row.role)]] : [])),
    );
  }
}

const toPrincipal = ({ tenant, name, person, sources }: StoredKey, role: Role): Principal => ({
  tenant,
  name,
  role,
  person,
  ...(sources === null ? {} : { sources }),
});

/** Answers of the last `CACHE_MS`. Bounded: emptied when full. */
class Recent<Value> {
  private readonly entries = new Map<string, { readonly value: Value; readonly until: number }>();

  get(key: string, now: number): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.until > now) return entry?.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, until: number): void {
    if (this.entries.size >= CACHE_MAX) this.entries.clear();
    this.entries.set(key, { value, until });
  }
}

const nothing = (): void => undefined;

const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
