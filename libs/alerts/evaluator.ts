import type { QueryBus } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { activeRules, RULES_KEY } from '../domain/alert-rules/alert-rules.js';
import { instantOfMicros, type Instant } from '../domain/instant.js';
import type { LedgerReader, StreamReader } from '../ledger/ledger.js';
import { ListObligations } from '../projections/remaining-obligation/get-remaining-obligation.js';
import { GetVendorConcentration } from '../projections/vendor-concentration/get-vendor-concentration.js';
import { evaluate, type Questions } from './evaluation/evaluations.js';
import type { Lease } from './record/lease.js';
import type { Message } from './record/message.js';
import { recordChanges } from './record/record.js';

/** Places where a test can end a process that evaluates. */
export type EvaluatorFaultPoint = 'alerter:before-record' | 'alerter:after-record';

export interface EvaluatorParts {
  readonly pool: Pool;
  readonly reader: LedgerReader & StreamReader;
  readonly queries: Pick<QueryBus, 'execute'>;
  /** For tests: what time it is. */
  readonly now?: (() => Instant) | undefined;
  readonly at?: ((point: EvaluatorFaultPoint) => void | Promise<void>) | undefined;
}

export interface Evaluation {
  readonly messages: readonly Message[];
  /** Of rules that could not be evaluated, and why. */
  readonly troubles: readonly string[];
}

type Positions = Readonly<Record<string, number>>;

/** Where the shards of the ledger end now. */
export const headsOf = async (reader: LedgerReader): Promise<Positions> =>
  Object.fromEntries((await reader.heads()).map(({ shard, position }) => [shard, position]));

/**
 * Evaluates the rules of every tenant once, on views that have seen the ledger up to `heads`: one that lags, is being
 * rebuilt or stands still is waited for, a little, and not evaluated.
 */
export const evaluateAll = async (
  parts: EvaluatorParts,
  lease: Lease,
  heads: Positions,
): Promise<Evaluation> => {
  const messages: Message[] = [];
  const troubles: string[] = [];
  for (const tenant of await tenantsWithRules(parts.pool)) {
    const state = await parts.reader.stateOf({ tenant, kind: 'alert-rules', key: RULES_KEY });
    const rules = activeRules(state);
    const evaluated = await evaluate(rules, questionsOf(parts.queries, tenant, heads));
    troubles.push(
      ...evaluated.flatMap(({ rule, trouble }) =>
        trouble === null ? [] : `${tenant} ${rule.ruleId}: ${trouble}`,
      ),
    );
    await parts.at?.('alerter:before-record');
    const at = parts.now?.() ?? instantOfMicros(BigInt(Date.now()) * 1_000n);
    const moment = { tenant, at, ledgerPosition: heads };
    messages.push(...(await recordChanges(parts.pool, lease, evaluated, moment)));
    await parts.at?.('alerter:after-record');
  }
  return { messages, troubles };
};

const tenantsWithRules = async (pool: Pool): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ tenant: string }>(
    `SELECT DISTINCT tenant FROM ledger.stream WHERE kind = 'alert-rules' ORDER BY tenant`,
  );
  return rows.map(({ tenant }) => tenant);
};

const questionsOf = (
  queries: EvaluatorParts['queries'],
  tenant: string,
  minPosition: Positions,
): Questions => {
  const asked = { tenant, minPosition };
  return {
    obligations: once(() => queries.execute(new ListObligations(asked))),
    concentration: once(() => queries.execute(new GetVendorConcentration(asked))),
  };
};

const once = <Answer>(ask: () => Promise<Answer>): (() => Promise<Answer>) => {
  let answer: Promise<Answer> | undefined;
  return () => (answer ??= ask());
};
