import type pg from 'pg';
import { displayInstant } from '../domain/instant.js';
import type { ItemProblem } from './usage-event.js';
import { kept } from './refusals.js';

/** What was taken and is not in the ledger. Times are RFC 3339 in UTC. */
export interface KeptUsage {
  readonly outcome: 'parked' | 'refused' | 'discarded';
  /** The number of the refusal; null: it is parked. */
  readonly refusal: number | null;
  /** Null: refused before anybody could tell whose it was. */
  readonly tenant: string | null;
  readonly source: string | null;
  readonly id: string | null;
  readonly agreement: string | null;
  readonly channel: string;
  /** Why it waits, or was refused. */
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
  /** Whose key, process or command sent it; null: not known. */
  readonly sentBy: string | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** How often it came. */
  readonly times: number;
  /** How often it was tried while it was parked. */
  readonly attempts: number;
  /** When it is tried again; null: not by itself. */
  readonly nextTry: string | null;
  /** SHA-256 of what came, hexadecimal. */
  readonly digest: string | null;
  readonly encoding: 'utf-8' | 'base64';
  /** What is kept is only the beginning. */
  readonly truncated: boolean;
  /** What came. In lists only the first of it. */
  readonly payload: string | null;
  readonly problems: readonly ItemProblem[];
  readonly parkedAt: string | null;
  readonly parkedFor: string | null;
  /** The parked row as it was found, where it was not what had been parked. */
  readonly altered: string | null;
  readonly discarded: Discarded | null;
}

export interface Discarded {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
}

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
  /** When it came first: from (included), to (not). RFC 3339. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Also commands that came by Kafka. */
  readonly commands?: boolean;
}

/** Where a list goes on: parked usage first, then refusals, each from the newest to the oldest. */
export type KeptCursor =
  | { readonly of: 'parked'; readonly at: string; readonly source: string; readonly id: string }
  | { readonly of: 'refused'; readonly refusal: number };

/** Characters of the payload that a list shows. */
const EXCERPT = 200;

type Row = Record<string, string | number | boolean | null>;

/** At most `limit`, and where the next page begins: null where this was the last. */
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
    items.push(...rows.map(toParked));
    if (items.length > limit) return { items: items.slice(0, limit), next: cursorOf(rows[limit - 1]!) };
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

const cursorOf = (row: Row): KeptCursor => ({
  of: 'parked',
  at: row['first_seen'] as string,
  source: row['source'] as string,
  id: row['id'] as string,
});

const time = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const PARKED_COLUMNS = `
  'parked' AS outcome, NULL::text AS refusal, p.tenant, p.source, p.event_id AS id, p.agreement, p.channel,
  p.reason AS code, h.actor AS sent_by, ${time('p.first_seen')} AS first_seen, ${time('p.next_try')} AS next_try,
  p.attempts, encode(p.digest, 'hex') AS digest`;

const REFUSED_COLUMNS = `
  CASE WHEN r.settled_as IS NULL THEN 'refused' ELSE r.settled_as END AS outcome, r.refusal, r.tenant, r.source,
  r.reference AS id, r.agreement, r.channel, r.code, r.pointer, r.problems, r.actor AS sent_by, r.times,
  ${time('r.at')} AS first_seen, ${time('coalesce(r.last_seen, r.at)')} AS last_seen, coalesce(r.attempts, 0) AS attempts,
  encode(r.payload_digest, 'hex') AS digest, r.encoding, r.truncated, ${time('r.parked_at')} AS parked_at, r.parked_for,
  r.altered, ${time('d.at')} AS discarded_at, d.actor AS discarded_by, d.reason AS discarded_reason`;

const PARKED_FROM = `
  FROM ledger.parked p LEFT JOIN ledger.usage_history h ON h.entry = p.arrival AND h.step = 'parked'`;
const REFUSED_FROM = `
  FROM ledger.refused r LEFT JOIN ledger.usage_history d ON d.refusal = r.refusal AND d.step = 'discarded'`;

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

const parkedRows = async (
  pool: Pick<pg.Pool, 'query'>,
  filter: KeptFilter,
  cursor: KeptCursor | null,
  limit: number,
): Promise<readonly Row[]> => {
  const where = new Conditions();
  where.add('p.tenant = ANY ($::text[])', filter.tenants);
  where.add('p.source = $', text(filter.source));
  where.add('p.event_id = $', text(filter.id));
  where.add('p.agreement = $', text(filter.agreement));
  where.add('p.reason = $', text(filter.code));
  where.add('p.channel = $', filter.channel);
  where.add('p.first_seen >= $::timestamptz', filter.from);
  where.add('p.first_seen < $::timestamptz', filter.to);
  if (cursor?.of === 'parked')
    where.add('(p.first_seen, p.source, p.event_id) < (SELECT * FROM json_to_record($::json) AS c (at timestamptz, source text, id text))', JSON.stringify(cursor));
  const { rows } = await pool.query<Row>(
    `SELECT ${PARKED_COLUMNS}, left(p.payload::json ->> 'event', ${EXCERPT}) AS payload ${PARKED_FROM}
      WHERE ${where.text} ORDER BY p.first_seen DESC, p.source DESC, p.event_id DESC LIMIT ${limit}`,
    where.values,
  );
  return rows;
};

/** An identity that was recorded after all is not refused any more, but for what came under it with other content. */
const NOT_CURED = `
  (r.settled_as IS NOT NULL OR r.code IN ('identity-reused', 'parked-altered') OR r.tenant IS NULL OR r.source IS NULL
   OR r.reference IS NULL OR NOT EXISTS (
     SELECT FROM ledger.ledger_event e WHERE e.dedupe_key = r.tenant || ' ' || r.source || ' ' || r.reference))`;

const refusedRows = async (
  pool: Pick<pg.Pool, 'query'>,
  filter: KeptFilter,
  before: number | null,
  limit: number,
): Promise<readonly Row[]> => {
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
  where.add('r.refusal < $', before ?? undefined);
  const { rows } = await pool.query<Row>(
    `SELECT ${REFUSED_COLUMNS}, left(r.payload, ${EXCERPT}) AS payload ${REFUSED_FROM}
      WHERE ${where.text} ORDER BY r.refusal DESC LIMIT ${limit}`,
    where.values,
  );
  return rows;
};

/** What waits under an identity, whole. */
export const keptParked = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  source: string,
  id: string,
): Promise<KeptUsage | null> => {
  const { rows } = await pool.query<Row>(
    `SELECT ${PARKED_COLUMNS}, p.payload::json ->> 'event' AS payload ${PARKED_FROM}
      WHERE p.tenant = $1 AND p.source = $2 AND p.event_id = $3`,
    [tenant, kept(source), kept(id)],
  );
  return rows[0] === undefined ? null : toParked(rows[0]);
};

/** A refusal by its number, whole; also one that has become something else. */
export const keptRefusal = async (
  pool: Pick<pg.Pool, 'query'>,
  refusal: number,
): Promise<(KeptUsage & { readonly settledAs: string | null }) | null> => {
  const { rows } = await pool.query<Row>(
    `SELECT ${REFUSED_COLUMNS}, r.payload ${REFUSED_FROM} WHERE r.refusal = $1`,
    [refusal],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { ...toRefused(row), settledAs: row['outcome'] === 'refused' ? null : (row['outcome'] as string) };
};

/** Refusals of an identity, newest first, at most `limit`; also those that have become something else. */
export const refusalsOf = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  source: string,
  id: string,
  limit: number,
): Promise<readonly (KeptUsage & { readonly settledAs: string | null })[]> => {
  const { rows } = await pool.query<Row>(
    `SELECT ${REFUSED_COLUMNS}, r.settled_as, r.payload ${REFUSED_FROM}
      WHERE r.tenant = $1 AND left(r.source, 200) = left($2, 200) AND r.source = $2
        AND left(r.reference, 200) = left($3, 200) AND r.reference = $3 AND r.channel <> 'kafka-commands'
      ORDER BY r.refusal DESC LIMIT $4`,
    [tenant, kept(source), kept(id), limit],
  );
  return rows.map((row) => ({ ...toRefused(row), settledAs: row['settled_as'] as string | null }));
};

const instant = (value: Row[string] | undefined): string | null =>
  typeof value === 'string' ? displayInstant(value) : null;

const shared = (row: Row) => ({
  tenant: row['tenant'] as string | null,
  source: row['source'] as string | null,
  id: row['id'] as string | null,
  agreement: row['agreement'] as string | null,
  channel: row['channel'] as string,
  code: row['code'] as string,
  sentBy: row['sent_by'] as string | null,
  firstSeen: instant(row['first_seen'])!,
  attempts: row['attempts'] as number,
  digest: row['digest'] as string | null,
  payload: row['payload'] as string | null,
});

const toParked = (row: Row): KeptUsage => ({
  ...shared(row),
  outcome: 'parked',
  refusal: null,
  pointer: '/agreement',
  message: WAITS[row['code'] as string] ?? '',
  lastSeen: instant(row['first_seen'])!,
  times: 1,
  nextTry: instant(row['next_try']),
  encoding: 'utf-8',
  truncated: false,
  problems: [],
  parkedAt: instant(row['first_seen']),
  parkedFor: row['code'] as string,
  altered: null,
  discarded: null,
});

const WAITS: Readonly<Record<string, string>> = {
  'agreement-unknown': 'waits until there is such an agreement',
  'no-commitment-yet': 'waits until its agreement has a commitment',
};

const toRefused = (row: Row): KeptUsage => {
  const code = row['code'] as string;
  const pointer = (row['pointer'] as string | null) ?? '';
  const problems = (
    row['problems'] === null
      ? [{ code, pointer, message: '' }]
      : JSON.parse(row['problems'] as string)
  ) as readonly ItemProblem[];
  return {
    ...shared(row),
    outcome: row['outcome'] === 'discarded' ? 'discarded' : 'refused',
    refusal: Number(row['refusal']),
    pointer,
    message: problems[0]?.message ?? '',
    lastSeen: instant(row['last_seen'])!,
    times: row['times'] as number,
    nextTry: null,
    encoding: row['encoding'] as 'utf-8' | 'base64',
    truncated: row['truncated'] as boolean,
    problems,
    parkedAt: instant(row['parked_at']),
    parkedFor: row['parked_for'] as string | null,
    altered: row['altered'] as string | null,
    discarded:
      row['discarded_at'] === null
        ? null
        : {
            at: instant(row['discarded_at'])!,
            by: row['discarded_by'] as string,
            reason: row['discarded_reason'] as string,
          },
  };
};
