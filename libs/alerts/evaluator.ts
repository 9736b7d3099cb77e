import type { QueryBus } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { activeRules, RULES_KEY } from '../domain/alert-rules/alert-rules.js';
import { instantOfMicros, type Instant } from '../domain/instant.js';
import type { LedgerReader, StreamReader } from '../ledger/ledger.js';
import { evaluate, type Evaluated, type Unknown } from './evaluation/evaluations.js';
import type { Forecasts } from './evaluation/forecasts.js';
import { questionsOf, type Asking } from './evaluation/questions.js';
import { standingOf, type Heads } from './evaluation/views-standing.js';
import { LeaseLost, type Lease } from './record/lease.js';
import type { Message } from './record/message.js';
import { recordChanges } from './record/record.js';

/** Places where a test can end a process that evaluates. */
export type EvaluatorFaultPoint = 'alerter:before-record' | 'alerter:after-record';

export interface EvaluatorParts {
  readonly pool: Pool;
  readonly reader: LedgerReader & StreamReader;
  readonly queries: Pick<QueryBus, 'execute'>;
  readonly forecasts: Forecasts;
  /** For tests: what time it is. Days are those of whoever answers `queries`. */
  readonly now?: (() => Instant) | undefined;
  readonly at?: ((point: EvaluatorFaultPoint) => void | Promise<void>) | undefined;
}

/** What is not known, and of what: `tenant rule: why`, or a tenant of which nothing is. */
export interface Trouble {
  readonly because: Unknown['because'];
  readonly text: string;
}

export interface Evaluation {
  readonly messages: readonly Message[];
  readonly troubles: readonly Trouble[];
}

/** Where the shards of the ledger end now. */
export const headsOf = async (reader: LedgerReader): Promise<Heads> =>
  Object.fromEntries((await reader.heads()).map(({ shard, position }) => [shard, position]));

/**
 * Evaluates the rules of every tenant once, on views that have seen of the tenant all that the ledger had up to `heads`. What a view
 * lacks, or a fault, keeps those rules from being evaluated that need it, and nobody else's. `waits`: no view that
 * lags was waited for in vain the last time.
 */
export const evaluateAll = async (
  parts: EvaluatorParts,
  lease: Lease,
  heads: Heads,
  waits: boolean,
): Promise<Evaluation> => {
  const { pool, reader, queries, forecasts } = parts;
  const tenants = await tenantsWithRules(pool);
  if (tenants.length === 0) return { messages: [], troubles: [] };
  const standing = await standingOf(pool, reader, heads, waits);
  forecasts.begin();
  const messages: Message[] = [];
  const troubles: Trouble[] = [];
  for (const tenant of tenants) {
    const now = parts.now?.() ?? instantOfMicros(BigInt(Date.now()) * 1_000n);
    const asking = { pool, queries, forecasts, standing, now, shardCount: reader.shardCount };
    try {
      const evaluated = await evaluateTenant(parts, asking, tenant);
      troubles.push(...troublesOf(evaluated, tenant));
      await parts.at?.('alerter:before-record');
      const moment = { tenant, at: now, ledgerPosition: heads };
      messages.push(...(await recordChanges(pool, lease, evaluated, moment)));
      await parts.at?.('alerter:after-record');
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      troubles.push({ because: 'failed', text: `${tenant}: ${String(error)}` });
    }
  }
  return { messages, troubles };
};

const evaluateTenant = async (
  { reader }: EvaluatorParts,
  asking: Asking,
  tenant: string,
): Promise<readonly Evaluated[]> => {
  const state = await reader.stateOf({ tenant, kind: 'alert-rules', key: RULES_KEY });
  return evaluate(activeRules(state), questionsOf(asking, tenant));
};

const troublesOf = (evaluated: readonly Evaluated[], tenant: string): readonly Trouble[] =>
  evaluated.flatMap(({ rule, unknown }) =>
    unknown === null
      ? []
      : { because: unknown.because, text: `${tenant} ${rule.ruleId}: ${unknown.reason}` },
  );

const tenantsWithRules = async (pool: Pool): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ tenant: string }>(
    `SELECT DISTINCT tenant FROM ledger.stream WHERE kind = 'alert-rules' ORDER BY tenant`,
  );
  return rows.map(({ tenant }) => tenant);
};
