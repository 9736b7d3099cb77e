import type pg from 'pg';
import type { RefusalAnswer } from '../../contract/usage/kept-answers.js';
import {
  PARKED_COLUMNS,
  PARKED_FROM,
  REFUSED_COLUMNS,
  REFUSED_FROM,
  messageIn,
  toParked,
  toRefused,
  type KeptUsage,
  type Row,
} from './kept-rows.js';
import { kept } from './refusals.js';
import { present } from '../../domain/present.js';

export const OUTCOMES = ['parked', 'refused', 'discarded'] as const;

export interface KeptFilter {
  /** Whose. Null: of whatever nobody knows whose it is. */
  readonly tenants: readonly (string | null)[];
  readonly outcome?: KeptUsage['outcome'] | undefined;
  readonly source?: string | undefined;
  readonly id?: string | undefined;
  readonly agreement?: string | undefined;
  readonly code?: string | undefined;
  readonly channel?: string | undefined;
  /** When the usage came first: from (included), to (not). RFC 3339. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Refused commands that came by Kafka are listed too. */
  readonly commands?: boolean;
}

/** Where a list goes on: parked usage first, then refusals, each from the newest to the oldest. */
export type KeptCursor =
  | { readonly of: 'parked'; readonly at: string; readonly source: string; readonly id: string }
  | { readonly of: 'refused'; readonly refusal: number };

/** Characters of the payload that a list shows. */
const EXCERPT = 200;

/** At most `limit` parked or refused usage events, and where the next page begins: null where this was the last. */
export const listKept = async (
  pool: Pick<pg.Pool, 'query'>,
  filter: KeptFilter,
  cursor: KeptCursor | null,
  limit: number,
): Promise<{ readonly items: readonly KeptUsage[]; readonly next: KeptCursor | null }> => {
  const items: KeptUsage[] = [];
  const wantsParked = filter.outcome === undefined || filter.outcome === 'parked';
  if (wantsParked && cursor?.of !== 'refused') {
    const rows = await parkedRows(pool, filter, cursor, limit + 1);
    items.push(...rows.map(toParked).map(excerpted));
    if (items.length > limit)
      return {
        items: items.slice(0, limit),
        next: cursorOf(present(rows[limit - 1], 'last row of a full page')),
      };
  }
  if (filter.outcome === 'parked') return { items, next: null };
  const left = limit - items.length;
  const after = cursor?.of === 'refused' ? cursor.refusal : null;
  const refusals = (await refusedRows(pool, filter, after, left + 1)).map(toRefused);
  const page = [...items, ...refusals.slice(0, left)];
  if (refusals.length <= left) return { items: page, next: null };
  const last = refusals[left - 1]?.refusal ?? Number.MAX_SAFE_INTEGER;
  return { items: page, next: { of: 'refused', refusal: last } };
};

const excerpted = (item: KeptUsage): KeptUsage => ({
  ...item,
  payload: item.payload === null ? null : item.payload.slice(0, EXCERPT),
});

const cursorOf = (row: Row): KeptCursor => ({
  of: 'parked',
  at: row['first_seen'] as string,
  source: row['source'] as string,
  id: row['id'] as string,
});

class Conditions {
  private readonly conditions: string[] = [];
  readonly values: unknown[] = [];

  /** `condition` with `$` where the value goes. Without a value there is no condition. */
  add(condition: string, value: unknown): void {
    if (value === undefined) return;
    this.values.push(value);
    this.conditions.push(condition.replaceAll('$', `$${this.values.length}`));
  }

  say(condition: string): void {
    this.conditions.push(condition);
  }

  get text(): string {
    return this.conditions.join(' AND ');
  }
}

const text = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : kept(value);

const parkedWhere = (filter: KeptFilter): Conditions => {
  const where = new Conditions();
  where.add('p.tenant = ANY ($::text[])', filter.tenants);
  where.add('p.source = $', text(filter.source));
  where.add('p.event_id = $', text(filter.id));
  where.add('p.agreement = $', text(filter.agreement));
  where.add('p.reason = $', text(filter.code));
  where.add('p.channel = $', filter.channel);
  where.add('p.first_seen >= $::timestamptz', filter.from);
  where.add('p.first_seen < $::timestamptz', filter.to);
  return where;
};

/** An identity that was recorded after all is not refused any more, but for what came under it with other content. */
const NOT_CURED = `
  (r.settled_as IS NOT NULL OR r.code IN ('identity-reused', 'parked-altered') OR r.tenant IS NULL OR r.source IS NULL
   OR r.reference IS NULL OR NOT EXISTS (
     SELECT FROM ledger.ledger_event e WHERE e.dedupe_key = r.tenant || ' ' || r.source || ' ' || r.reference))`;

const refusedWhere = (filter: KeptFilter): Conditions => {
  const where = new Conditions();
  where.add(
    filter.tenants.includes(null)
      ? '(r.tenant = ANY ($::text[]) OR r.tenant IS NULL)'
      : 'r.tenant = ANY ($::text[])',
    filter.tenants,
  );
  if (filter.outcome === 'discarded') where.say(`r.settled_as = 'discarded'`);
  else if (filter.outcome === 'refused') where.say('r.settled_as IS NULL');
  else where.say(`(r.settled_as IS NULL OR r.settled_as = 'discarded')`);
  if (filter.commands !== true) where.say(`r.channel <> 'kafka-commands'`);
  where.say(NOT_CURED);
  where.add('left(r.source, 200) = left($, 200) AND r.source = $', text(filter.source));
  where.add('left(r.reference, 200) = left($, 200) AND r.reference = $', text(filter.id));
  where.add('r.agreement = $', text(filter.agreement));
  where.add('r.code = $', text(filter.code));
  where.add('r.channel = $', filter.channel);
  where.add('r.at >= $::timestamptz', filter.from);
  where.add('r.at < $::timestamptz', filter.to);
  return where;
};

const parkedRows = async (
  pool: Pick<pg.Pool, 'query'>,
  filter: KeptFilter,
  cursor: KeptCursor | null,
  limit: number,
): Promise<readonly Row[]> => {
  const where = parkedWhere(filter);
  if (cursor?.of === 'parked')
    where.add(
      '(p.first_seen, p.source, p.event_id) < (SELECT * FROM json_to_record($::json) AS c (at timestamptz, source text, id text))',
      JSON.stringify(cursor),
    );
  const { rows } = await pool.query<Row>(
    `SELECT ${PARKED_COLUMNS} ${PARKED_FROM}
      WHERE ${where.text} ORDER BY p.first_seen DESC, p.source DESC, p.event_id DESC LIMIT ${limit}`,
    where.values,
  );
  return rows;
};

const refusedRows = async (
  pool: Pick<pg.Pool, 'query'>,
  filter: KeptFilter,
  before: number | null,
  limit: number,
): Promise<readonly Row[]> => {
  const where = refusedWhere(filter);
  where.add('r.refusal < $', before ?? undefined);
  const { rows } = await pool.query<Row>(
    `SELECT ${REFUSED_COLUMNS}, left(r.payload, ${EXCERPT}) AS payload ${REFUSED_FROM}
      WHERE ${where.text} ORDER BY r.refusal DESC LIMIT ${limit}`,
    where.values,
  );
  return rows;
};

/** How many there are of each; what came several times counts once. */
export const countKept = async (
  pool: Pick<pg.Pool, 'query'>,
  filter: KeptFilter,
): Promise<Record<KeptUsage['outcome'], number>> => {
  const counts = { parked: 0, refused: 0, discarded: 0 };
  for (const outcome of OUTCOMES) {
    if (filter.outcome !== undefined && filter.outcome !== outcome) continue;
    const where = outcome === 'parked' ? parkedWhere(filter) : refusedWhere({ ...filter, outcome });
    const from = outcome === 'parked' ? 'ledger.parked p' : 'ledger.refused r';
    const { rows } = await pool.query<{ count: string }>(
      `SELECT count(*) AS count FROM ${from} WHERE ${where.text}`,
      where.values,
    );
    counts[outcome] = Number(rows[0]?.count ?? 0);
  }
  return counts;
};

/** A refusal of a Kafka message, by the digest of its value. */
export interface RefusedMessage {
  readonly refusal: number;
  readonly letterDigest: string;
  readonly source: string | null;
  readonly id: string | null;
  readonly message: string;
  readonly settledAs: string | null;
}

/** Refusals of the messages with these values: open ones first, then the newest. */
export const refusedMessages = async (
  pool: Pick<pg.Pool, 'query'>,
  letterDigests: readonly string[],
): Promise<readonly RefusedMessage[]> => {
  const { rows } = await pool.query<Row>(
    `SELECT refusal, encode(letter_digest, 'hex') AS digest, source, reference, problems, settled_as
       FROM ledger.refused WHERE letter_digest = ANY ($1::bytea[])
      ORDER BY settled_as IS NOT NULL, refusal DESC`,
    [letterDigests.map((digest) => Buffer.from(digest, 'hex'))],
  );
  return rows.map((row) => ({
    refusal: Number(row['refusal']),
    letterDigest: row['digest'] as string,
    source: row['source'] as string | null,
    id: row['reference'] as string | null,
    message: messageIn(row['problems'] as string | null),
    settledAs: row['settled_as'] as string | null,
  }));
};

/** What waits under an identity, whole. */
export const keptParked = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  source: string,
  id: string,
): Promise<KeptUsage | null> => {
  const { rows } = await pool.query<Row>(
    `SELECT ${PARKED_COLUMNS} ${PARKED_FROM}
      WHERE p.tenant = $1 AND p.source = $2 AND p.event_id = $3`,
    [tenant, kept(source), kept(id)],
  );
  return rows[0] === undefined ? null : toParked(rows[0]);
};

/** A refusal, whole, with what it has become since; null: it still is one. */
export type Refused = KeptUsage & Pick<RefusalAnswer, 'settledAs'>;

/** A refusal by its number; also one that has become something else. */
export const keptRefusal = async (
  pool: Pick<pg.Pool, 'query'>,
  refusal: number,
): Promise<Refused | null> => {
  const { rows } = await pool.query<Row>(
    `SELECT ${REFUSED_COLUMNS}, r.payload ${REFUSED_FROM} WHERE r.refusal = $1`,
    [refusal],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return {
    ...toRefused(row),
    settledAs: row['outcome'] === 'refused' ? null : (row['outcome'] as Refused['settledAs']),
  };
};

/** Refusals of an identity, newest first, at most `limit`; also those that have become something else. */
export const refusalsOf = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  source: string,
  id: string,
  limit: number,
): Promise<readonly Refused[]> => {
  const { rows } = await pool.query<Row>(
    `SELECT ${REFUSED_COLUMNS}, r.settled_as, r.payload ${REFUSED_FROM}
      WHERE r.tenant = $1 AND left(r.source, 200) = left($2, 200) AND r.source = $2
        AND left(r.reference, 200) = left($3, 200) AND r.reference = $3 AND r.channel <> 'kafka-commands'
      ORDER BY r.refusal DESC LIMIT $4`,
    [tenant, kept(source), kept(id), limit],
  );
  return rows.map((row) => ({
    ...toRefused(row),
    settledAs: row['settled_as'] as Refused['settledAs'],
  }));
};
