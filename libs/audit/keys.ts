import type { PoolClient } from 'pg';
import type { AccessEvent } from '../domain/access/events.js';
import type { CheckedEntry } from './shard-rows.js';
import type { Findings } from './finding.js';
import { canRead } from './surroundings.js';

interface OnRecord {
  readonly tenant: string;
  issued: Extract<AccessEvent, { type: 'ApiKeyIssued' }>['body'] | null;
  revoked: boolean;
}

interface KeyRow {
  readonly keyId: string;
  readonly tenant: string;
  readonly name: string;
  readonly role: string;
  readonly person: string;
  readonly sources: readonly string[] | null;
  readonly createdAt: string;
  readonly revoked: boolean;
}

export interface CheckedKeys {
  readonly checked: number;
  /** `tenant name` of keys that were made before keys were put on record. */
  readonly beforeRecord: readonly string[];
  /** `tenant name` of keys that have ended, which is not on record: the command that did so was interrupted. */
  readonly endNotRecorded: readonly string[];
}

/** The migration with which keys began to be put on record. */
const RECORDED_SINCE = '0007_key_person.sql';

/** API keys against what the ledger has on record about them. Memory: one item per key. */
export class KeysOnRecord {
  private readonly keys = new Map<string, OnRecord>();
  private firstAt: string | null = null;

  entry({ said }: CheckedEntry): void {
    if (said.type !== 'ApiKeyIssued' && said.type !== 'ApiKeyRevoked') return;
    const { keyId } = said.body as { readonly keyId?: unknown };
    if (typeof keyId !== 'string') return;
    if (this.firstAt === null || said.recordedAt < this.firstAt) this.firstAt = said.recordedAt;
    const known = this.keys.get(keyId) ?? { tenant: said.tenant, issued: null, revoked: false };
    if (said.type === 'ApiKeyRevoked') known.revoked = true;
    else known.issued = said.body as unknown as NonNullable<OnRecord['issued']>;
    this.keys.set(keyId, known);
  }

  /** Null: this role may not read the keys. */
  async compare(client: PoolClient, findings: Findings): Promise<CheckedKeys | null> {
    if (!(await canRead(client, 'ledger.api_key'))) return null;
    const since = await this.recordedSince(client);
    const { rows } = await client.query<KeyRow>(
      `SELECT encode(substring(key_hash FROM 1 FOR 8), 'hex') AS "keyId", tenant, name, role, person, sources,
              to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "createdAt",
              revoked_at IS NOT NULL AS revoked
       FROM ledger.api_key ORDER BY tenant, created_at, name`,
    );
    const beforeRecord: string[] = [];
    const endNotRecorded: string[] = [];
    for (const row of rows) {
      const known = this.keys.get(row.keyId);
      const told = `the key ${row.name} (${row.role}) of tenant ${row.tenant}`;
      const add = (detail: string): void =>
        findings.add('key-mismatch', null, null, `${told} ${detail}`);
      if (known?.issued) {
        const fault = differing(row, known.tenant, known.issued);
        if (fault !== null) add(`is on record with ${fault}`);
      } else if (since !== null && row.createdAt < since)
        beforeRecord.push(`${row.tenant} ${row.name}`);
      else add(`is not on record: no entry says that it was made (${row.createdAt})`);
      if (known?.revoked && !row.revoked) add('has ended by the record, and works');
      if (row.revoked && !known?.revoked) endNotRecorded.push(`${row.tenant} ${row.name}`);
    }
    return { checked: rows.length, beforeRecord, endNotRecorded };
  }

  /** Keys made before this instant need no entry. Null: of this ledger all keys must have one. */
  private async recordedSince(client: PoolClient): Promise<string | null> {
    if (await canRead(client, 'ledger.migration')) {
      const { rows } = await client.query<{ at: string }>(
        `SELECT to_char(m.applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
         FROM ledger.migration m, ledger.ledger l WHERE m.name = $1 AND m.applied_at > l.created_at`,
        [RECORDED_SINCE],
      );
      return rows[0]?.at ?? null;
    }
    // As far as this role can see, there may have been keys before.
    return this.firstAt ?? '9999';
  }
}

const differing = (row: KeyRow, tenant: string, issued: NonNullable<OnRecord['issued']>) => {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['tenant', tenant, row.tenant],
    ['name', issued.name, row.name],
    ['role', issued.role, row.role],
    ['person', issued.person, row.person],
    ['sources', issued.sources ?? null, row.sources],
  ];
  const other = pairs.find(([, said, found]) => JSON.stringify(said) !== JSON.stringify(found));
  return other
    ? `the ${other[0]} ${JSON.stringify(other[1])}, and the table says ${JSON.stringify(other[2])}`
    : null;
};
