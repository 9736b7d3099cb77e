import type pg from 'pg';
import { displayInstant } from '../../domain/instant.js';
import { formatUnits, unitsOf } from '../../domain/money.js';
import type { LedgerReader, StreamReader } from '../../ledger/ledger.js';
import type { UsageStepAnswer } from '../../contract/usage/fate-answer.js';
import type { KeptUsage } from './kept-rows.js';
import { keptParked, refusalsOf } from './kept-usage.js';
import {
  asDrawdown,
  outcomeOf,
  recordedUsage,
  reversalsOf,
  type DrawdownEntry,
  type RecordedUsage,
  type ReversalEntry,
} from './recorded-usage.js';
import { kept } from './refusals.js';
import { present } from '../../domain/present.js';

/** What became of the usage event of one identity. What is in the ledger wins over what else came under its name. */
export type UsageFate = {
  readonly source: string;
  readonly id: string;
  readonly history: readonly UsageStepAnswer[];
} & (
  | ({ readonly outcome: 'recorded' | 'reversed' } & RecordedUsage)
  | { readonly outcome: KeptUsage['outcome']; readonly kept: KeptUsage }
);

const REFUSALS_MAX = 100;
const STEPS_MAX = 500;

/** Null: nothing of this name came, as far as this ledger knows. */
export const usageFate = async (
  {
    pool,
    reader,
  }: { readonly pool: Pick<pg.Pool, 'query'>; readonly reader: LedgerReader & StreamReader },
  tenant: string,
  source: string,
  id: string,
): Promise<UsageFate | null> => {
  // What waits is looked up before the ledger: between the two it may be recorded, never the other way round.
  const parked = await keptParked(pool, tenant, source, id);
  const refusals = await refusalsOf(pool, tenant, source, id, REFUSALS_MAX);
  const entry = asDrawdown(await reader.find(tenant, kept(source), kept(id)));
  const current =
    parked ??
    refusals.find(({ settledAs }) => settledAs === null) ??
    refusals.find(({ settledAs }) => settledAs === 'discarded') ??
    refusals[0];
  if (entry === null && current === undefined) return null;
  const told = await toldOf(pool, tenant, source, id);
  const [recorded] = entry === null ? [] : await recordedUsage(reader, [entry]);
  const history = [
    ...refusals.map(ofRefusal),
    ...told.filter(({ step }) => step !== 'recorded'),
    ...(recorded === undefined ? [] : [ofEntry(recorded.entry, told)]),
    ...(recorded === undefined ? [] : await reversalsOf(reader, recorded)).map(ofReversal),
  ].sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
  const named = { source, id, history };
  if (recorded !== undefined) return { ...named, outcome: outcomeOf(recorded), ...recorded };
  const row = present(current, 'row of what is not in the ledger');
  return { ...named, outcome: row.outcome, kept: row };
};

const NO_FACTS = {
  ...{ channel: null, code: null, pointer: null, message: null, by: null, reason: null },
  ...{ refusal: null, times: null, lastSeen: null, attempts: null, shard: null, position: null },
  amount: null,
} as const;

const ofRefusal = (line: KeptUsage): UsageStepAnswer => ({
  ...NO_FACTS,
  ...{ at: line.firstSeen, step: 'refused', channel: line.channel, code: line.code },
  ...{ pointer: line.pointer, message: line.message, by: line.sentBy, refusal: line.refusal },
  ...{ times: line.times, lastSeen: line.lastSeen },
  attempts: line.parkedAt === null ? null : line.attempts,
});

/** The sweep, or the person, that got it recorded has told how often it was tried. */
const ofEntry = (entry: DrawdownEntry, told: readonly UsageStepAnswer[]): UsageStepAnswer => {
  const tried = told.find(({ step }) => step === 'recorded');
  return {
    ...NO_FACTS,
    ...{ at: displayInstant(entry.recordedAt), step: 'recorded', by: entry.actor },
    ...{ shard: entry.shard, position: entry.position },
    ...{ channel: tried?.channel ?? null, attempts: tried?.attempts ?? null },
  };
};

const ofReversal = (entry: ReversalEntry): UsageStepAnswer => ({
  ...NO_FACTS,
  ...{ at: displayInstant(entry.recordedAt), step: 'reversed', by: entry.actor },
  ...{ shard: entry.shard, position: entry.position, reason: entry.event.body.reason },
  amount: formatUnits(-unitsOf(entry.event.body.split.gross)),
});

interface ToldRow {
  readonly at: string;
  readonly step: string;
  readonly channel: string | null;
  readonly code: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly refusal: string | null;
  readonly attempts: number | null;
}

const toldOf = async (
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  source: string,
  id: string,
): Promise<readonly UsageStepAnswer[]> => {
  const { rows } = await pool.query<ToldRow>(
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, step, channel, code, actor, reason,
            refusal, attempts
       FROM ledger.usage_history
      WHERE tenant = $1 AND left(source, 200) = left($2, 200) AND source = $2
        AND left(event_id, 200) = left($3, 200) AND event_id = $3
      ORDER BY entry DESC LIMIT $4`,
    [tenant, kept(source), kept(id), STEPS_MAX],
  );
  return rows.reverse().map((row) => ({
    ...NO_FACTS,
    ...{ at: displayInstant(row.at), channel: row.channel, code: row.code, by: row.actor },
    ...{ reason: row.reason, attempts: row.attempts },
    step: (row.step === 'duplicate' ? 'recorded' : row.step) as UsageStepAnswer['step'],
    refusal: row.refusal === null ? null : Number(row.refusal),
  }));
};
