import type pg from 'pg';
import type { ItemProblem, UsageChannel } from './usage-event.js';

/** Something that was refused before it could become an event. */
export interface Refusal {
  /** Null: not said, or not to be believed. */
  readonly tenant: string | null;
  readonly source: string | null;
  readonly id: string | null;
  readonly problem: ItemProblem;
  /** SHA-256 of what came, hexadecimal; null: nothing was kept to hash. */
  readonly digest: string | null;
}

const TEXT_MAX = 512;

/** PostgreSQL takes no NUL in text, and what was refused may hold anything. */
const kept = (text: string | null): string | null =>
  text === null ? null : text.replaceAll('\u0000', '\uFFFD').slice(0, TEXT_MAX);

/** A line in `ledger.refused` each. */
export const recordRefusals = async (
  pool: Pick<pg.Pool, 'query'>,
  channel: UsageChannel | 'parked',
  refusals: readonly Refusal[],
): Promise<void> => {
  if (refusals.length === 0) return;
  await pool.query(
    `INSERT INTO ledger.refused (channel, tenant, source, reference, code, pointer, payload_digest)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])`,
    [
      channel,
      refusals.map(({ tenant }) => tenant),
      refusals.map(({ source }) => kept(source)),
      refusals.map(({ id }) => kept(id)),
      refusals.map(({ problem }) => problem.code),
      refusals.map(({ problem }) => kept(problem.pointer)),
      refusals.map(({ digest }) => (digest === null ? null : Buffer.from(digest, 'hex'))),
    ],
  );
};
