import { displayInstant, parseInstant } from '../../domain/instant.js';
import { parsedPayload } from './parked-seal.js';
import type { DiscardedAnswer } from '../../contract/usage/kept-answers.js';
import type { ItemProblem } from '../../contract/usage/usage-event.js';

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
  /** When the usage happened in business, as far as its payload says it in JSON. */
  readonly effectiveAt: string | null;
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
  /** When the usage is tried again; null: not by itself. */
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
  readonly discarded: DiscardedAnswer | null;
}

export type Row = Readonly<Record<string, string | number | boolean | null>>;

const time = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const effective = (payload: string): string =>
  `substring(${payload} from '"effectiveAt"\\s*:\\s*"([^"]{1,40})"') AS effective_at`;

export const PARKED_COLUMNS = `
  'parked' AS outcome, NULL::text AS refusal, p.tenant, p.source, p.event_id AS id, p.agreement, p.channel,
  p.reason AS code, h.actor AS sent_by, ${time('p.first_seen')} AS first_seen, ${time('p.next_try')} AS next_try,
  p.attempts, encode(p.digest, 'hex') AS digest, p.payload, ${effective('p.payload')}`;

export const REFUSED_COLUMNS = `
  CASE WHEN r.settled_as IS NULL THEN 'refused' ELSE r.settled_as END AS outcome, r.refusal, r.tenant, r.source,
  r.reference AS id, r.agreement, r.channel, r.code, r.pointer, r.problems, r.actor AS sent_by, r.times,
  ${time('r.at')} AS first_seen, ${time('coalesce(r.last_seen, r.at)')} AS last_seen, coalesce(r.attempts, 0) AS attempts,
  encode(r.payload_digest, 'hex') AS digest, r.encoding, r.truncated, ${time('r.parked_at')} AS parked_at, r.parked_for,
  r.altered, ${effective('r.payload')}, ${time('d.at')} AS discarded_at, d.actor AS discarded_by, d.reason AS discarded_reason`;

export const PARKED_FROM = `
  FROM ledger.parked p LEFT JOIN ledger.usage_history h ON h.entry = p.arrival AND h.step = 'parked'`;
export const REFUSED_FROM = `
  FROM ledger.refused r LEFT JOIN ledger.usage_history d ON d.refusal = r.refusal AND d.step = 'discarded'`;

const instantOrNull = (value: Row[string] | undefined): string | null =>
  typeof value === 'string' ? displayInstant(value) : null;

/** The instant in a column that is never null. */
const instant = (value: Row[string] | undefined): string => displayInstant(value as string);

const saidInstant = (value: Row[string] | undefined): string | null => {
  const parsed = typeof value === 'string' ? parseInstant(value) : null;
  return parsed === null ? null : displayInstant(parsed);
};

const shared = (row: Row) => ({
  tenant: row['tenant'] as string | null,
  source: row['source'] as string | null,
  id: row['id'] as string | null,
  agreement: row['agreement'] as string | null,
  channel: row['channel'] as string,
  effectiveAt: saidInstant(row['effective_at']),
  code: row['code'] as string,
  sentBy: row['sent_by'] as string | null,
  firstSeen: instant(row['first_seen']),
  attempts: row['attempts'] as number,
  digest: row['digest'] as string | null,
  payload: row['payload'] as string | null,
});

export const toParked = (row: Row): KeptUsage => ({
  ...shared(row),
  payload: eventText(row['payload'] as string),
  outcome: 'parked',
  refusal: null,
  pointer: '/agreement',
  message: WAITS[row['code'] as string] ?? '',
  lastSeen: instant(row['first_seen']),
  times: 1,
  nextTry: instantOrNull(row['next_try']),
  encoding: 'utf-8',
  truncated: false,
  problems: [],
  parkedAt: instant(row['first_seen']),
  parkedFor: row['code'] as string,
  altered: null,
  discarded: null,
});

/** A row that was altered may hold anything. */
const eventText = (payload: string): string => {
  const parked = parsedPayload(payload);
  return parked === null ? payload : JSON.stringify(parked.event);
};

const WAITS: Readonly<Record<string, string>> = {
  'agreement-unknown': 'waits until there is such an agreement',
  'no-commitment-yet': 'waits until its agreement has a commitment',
};

/** The first of the problems, in words. */
export const messageIn = (problems: string | null): string =>
  problems === null ? '' : ((JSON.parse(problems) as readonly ItemProblem[])[0]?.message ?? '');

export const toRefused = (row: Row): KeptUsage => {
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
    lastSeen: instant(row['last_seen']),
    times: row['times'] as number,
    nextTry: null,
    encoding: row['encoding'] as 'utf-8' | 'base64',
    truncated: row['truncated'] as boolean,
    problems,
    parkedAt: instantOrNull(row['parked_at']),
    parkedFor: row['parked_for'] as string | null,
    altered: row['altered'] as string | null,
    discarded:
      row['discarded_at'] === null
        ? null
        : {
            at: instant(row['discarded_at']),
            by: row['discarded_by'] as string,
            reason: row['discarded_reason'] as string,
          },
  };
};
