import type pg from 'pg';
import { RULE_KIND_NAMES, SEVERITIES } from '../domain/alert-rules/kinds.js';
import { atMostEvery } from './measures.js';
import type { Measure, Metrics } from './metrics.js';

const EVERY_MS = 15_000;

type AlertMetrics = Pick<
  Metrics,
  'alertsFiring' | 'alertDeliveries' | 'alertRulesWaiting' | 'alertsUnpublished'
>;

/** What fires, and what is still to be told, of all tenants: counts, and no names of anything. */
export const measureAlerts = (
  pool: Pick<pg.Pool, 'query'>,
  { alertsFiring, alertDeliveries }: AlertMetrics,
): Measure => ({
  name: 'alerts',
  measure: atMostEvery(EVERY_MS, async () => {
    const { rows: firing } = await pool.query<{ kind: string; severity: string; count: number }>(
      `SELECT kind, severity, count(*)::float8 AS count FROM ledger.alert
       WHERE resolved_number IS NULL GROUP BY kind, severity`,
    );
    const { rows: deliveries } = await pool.query<{ state: string; count: number }>(
      `SELECT 'pending' AS state, count(*)::float8 AS count FROM ledger.alert_delivery WHERE state = 'pending'
       UNION ALL SELECT 'dead', count(*)::float8 FROM ledger.alert_delivery WHERE state = 'dead'`,
    );
    // Each series is told, also those of which there is none: a rule on a series that is not there is silent.
    for (const kind of RULE_KIND_NAMES)
      for (const severity of SEVERITIES) alertsFiring.set({ kind, severity }, 0);
    for (const { kind, severity, count } of firing) alertsFiring.set({ kind, severity }, count);
    for (const { state, count } of deliveries) alertDeliveries.set({ state }, count);
  }),
  drop: () => {
    alertsFiring.reset();
    alertDeliveries.reset();
  },
});

/** Rules that this process does not evaluate now. */
export const measureWaitingRules = (
  waitingRules: () => number,
  { alertRulesWaiting }: AlertMetrics,
): Measure => ({
  name: 'alert-rules-waiting',
  isElsewhere: true,
  measure: () => {
    alertRulesWaiting.set(waitingRules());
    return Promise.resolve();
  },
  drop: () => alertRulesWaiting.remove(),
});

/** What is still to go into the topic. */
export const measureUnpublished = (
  pool: Pick<pg.Pool, 'query'>,
  { alertsUnpublished }: AlertMetrics,
): Measure => ({
  name: 'alerts-unpublished',
  measure: async () => {
    const { rows } = await pool.query<{ count: number }>(
      'SELECT (last_number - published)::float8 AS count FROM ledger.alert_evaluator',
    );
    for (const { count } of rows) alertsUnpublished.set(count);
  },
  drop: () => alertsUnpublished.remove(),
});
