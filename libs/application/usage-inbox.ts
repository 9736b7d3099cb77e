import { hash } from 'node:crypto';
import type pg from 'pg';
import type { Principal } from './principal.js';
import { toRecordDrawdown } from './usage-command.js';
import { recordRefusals, type Refusal } from './refusals.js';
import type { ItemProblem, UsageChannel, UsageEvent } from './usage-event.js';

export interface ParkedItem {
  readonly event: UsageEvent;
  readonly principal: Principal;
  /** Pass the last one back to read on. */
  readonly cursor: string;
}

/** Of one agreement, or whatever is due. */
export type ParkedFilter = { readonly tenant: string; readonly agreement: string } | 'due';

interface Payload {
  readonly event: UsageEvent;
  readonly actor: string;
}

/**
 * What came in and is not in the ledger: usage that waits for its agreement (`parked`), and a record of what was
 * refused and why (`refused`). With these, in = recorded + duplicate + parked + refused can be checked per channel.
 */
export class UsageInbox {
  constructor(private readonly pool: pg.Pool) {}

  /**
   * Idempotent: the same identity stays parked once, with what was sent first. Returns the indexes of items whose
   * identity is already waiting with other content: these are not parked.
   */
  async park(
    principal: Principal,
    items: readonly { readonly event: UsageEvent; readonly reason: string }[],
  ): Promise<ReadonlySet<number>> {
    const payloads = items.map(({ event }) =>
      JSON.stringify({ event, actor: principal.name } satisfies Payload),
    );
    const { rows } = await this.pool.query<{ ordinal: string; held: boolean }>(
      `WITH item AS (
         SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
                WITH ORDINALITY AS i (source, event_id, agreement, reason, payload, digest, ordinal)
       ), inserted AS (
         INSERT INTO ledger.parked (tenant, source, event_id, agreement, reason, payload, digest)
         SELECT DISTINCT ON (source, event_id) $1, source, event_id, agreement, reason, payload, digest
           FROM item ORDER BY source, event_id, ordinal
         ON CONFLICT DO NOTHING
         RETURNING source, event_id, digest
       )
       SELECT item.ordinal, coalesce(inserted.digest, earlier.digest) IS NOT NULL AS held
         FROM item
         LEFT JOIN inserted USING (source, event_id)
         LEFT JOIN ledger.parked AS earlier
                ON earlier.tenant = $1 AND earlier.source = item.source AND earlier.event_id = item.event_id
        WHERE coalesce(inserted.digest, earlier.digest) IS DISTINCT FROM item.digest`,
      [
        principal.tenant,
        items.map(({ event }) => event.source),
        items.map(({ event }) => event.id),
        items.map(({ event }) => event.agreement),
        items.map(({ reason }) => reason),
        payloads,
        items.map(({ event }) => Buffer.from(toRecordDrawdown(event, principal).digest, 'hex')),
      ],
    );
    // Parked by somebody else since the statement began, so that it could be neither inserted nor seen: look again.
    if (rows.some(({ held }) => !held)) return this.park(principal, items);
    return new Set(rows.map(({ ordinal }) => Number(ordinal) - 1));
  }

  async parked(
    filter: ParkedFilter,
    after: string | null,
    limit: number,
  ): Promise<readonly ParkedItem[]> {
    const [afterTenant, afterSource, afterId] = after
      ? (JSON.parse(after) as [string, string, string])
      : ['', '', ''];
    const where =
      filter === 'due' ? 'next_try <= clock_timestamp()' : 'tenant = $5 AND agreement = $6';
    const { rows } = await this.pool.query<{
      tenant: string;
      source: string;
      event_id: string;
      payload: string;
    }>(
      `SELECT tenant, source, event_id, payload FROM ledger.parked
        WHERE ${where} AND (tenant, source, event_id) > ($1, $2, $3)
        ORDER BY tenant, source, event_id LIMIT $4`,
      [
        afterTenant,
        afterSource,
        afterId,
        limit,
        ...(filter === 'due' ? [] : [filter.tenant, filter.agreement]),
      ],
    );
    return rows.map((row) => {
      const { event, actor } = JSON.parse(row.payload) as Payload;
      return {
        event,
        principal: { tenant: row.tenant, name: actor, role: 'poster' },
        cursor: JSON.stringify([row.tenant, row.source, row.event_id]),
      };
    });
  }

  /** Refused for good: no longer waiting. False: somebody else has settled it, and nothing was put on record. */
  async refuseParked(
    tenant: string,
    event: UsageEvent,
    problems: readonly ItemProblem[],
  ): Promise<boolean> {
    const { problem, digest } = refusalOf(tenant, event, problems);
    const { rowCount } = await this.pool.query(
      `WITH settled AS (
         DELETE FROM ledger.parked WHERE tenant = $1 AND source = $2 AND event_id = $3 RETURNING 1
       )
       INSERT INTO ledger.refused (channel, tenant, source, reference, code, pointer, payload_digest)
       SELECT 'parked', $1, $2, $3, $4, $5, decode($6, 'hex') FROM settled`,
      [tenant, event.source, event.id, problem.code, problem.pointer, digest],
    );
    return rowCount === 1;
  }

  /** It is in the ledger: no longer waiting. */
  async settle(tenant: string, event: UsageEvent): Promise<void> {
    await this.pool.query(
      'DELETE FROM ledger.parked WHERE tenant = $1 AND source = $2 AND event_id = $3',
      [tenant, event.source, event.id],
    );
  }

  /** Still no agreement: try again later, at most once an hour. */
  async postpone(tenant: string, event: UsageEvent): Promise<void> {
    await this.pool.query(
      `UPDATE ledger.parked
          SET attempts = attempts + 1,
              next_try = clock_timestamp() + least(interval '1 hour', 2 * (clock_timestamp() - first_seen) + interval '5 seconds')
        WHERE tenant = $1 AND source = $2 AND event_id = $3`,
      [tenant, event.source, event.id],
    );
  }

  /** With the next sweep, however often it was postponed. */
  async makeDue(tenant: string, event: UsageEvent): Promise<void> {
    await this.pool.query(
      `UPDATE ledger.parked SET next_try = clock_timestamp()
        WHERE tenant = $1 AND source = $2 AND event_id = $3`,
      [tenant, event.source, event.id],
    );
  }

  async refuse(channel: UsageChannel | 'parked', refusals: readonly Refusal[]): Promise<void> {
    await recordRefusals(this.pool, channel, refusals);
  }
}

/** The refusal of something that was an event already. */
export const refusalOf = (
  tenant: string,
  event: UsageEvent,
  problems: readonly ItemProblem[],
): Refusal => ({
  tenant,
  source: event.source,
  id: event.id,
  problem: problems[0] ?? { code: 'refused', pointer: '', message: '' },
  digest: hash('sha256', JSON.stringify(event), 'hex'),
});
