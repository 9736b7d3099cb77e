import { Gauge, Histogram, type Registry } from 'prom-client';

/** How the parts of a process stand, told when somebody scrapes. */
export interface StateMetrics {
  readonly poolConnections: Gauge<'state'>;
  readonly poolWaiting: Gauge;
  readonly projectionStoppedShards: Gauge<'projection'>;
  readonly projectionRebuilding: Gauge<'projection'>;
  readonly projectionDelay: Histogram<'projection'>;
  readonly parkedUsage: Gauge;
  readonly parkedOldestSeconds: Gauge;
  readonly intakeLag: Gauge<'topic'>;
  readonly deadLetters: Gauge<'topic'>;
  readonly alertsFiring: Gauge<'kind' | 'severity'>;
  readonly alertDeliveries: Gauge<'state'>;
  readonly alertRulesWaiting: Gauge;
  readonly alertsUnpublished: Gauge;
  readonly lastVerified: Gauge;
  readonly lastVerifiedSound: Gauge;
}

/** A gauge that a process has not measured is not told as 0. */
export const untold = (gauge: Gauge): Gauge => {
  gauge.remove();
  return gauge;
};

export const createStateMetrics = (registers: Registry[]): StateMetrics => ({
  poolConnections: new Gauge({
    name: 'ledger_pool_connections',
    help: 'Connections of the pool to PostgreSQL, by state: in-use or idle.',
    labelNames: ['state'],
    registers,
  }),
  poolWaiting: untold(
    new Gauge({
      name: 'ledger_pool_waiting',
      help: 'Who waits for a connection of the pool.',
      registers,
    }),
  ),
  projectionStoppedShards: new Gauge({
    name: 'ledger_projection_stopped_shards',
    help: 'Shards in which the live view stands still at an event that it cannot fold.',
    labelNames: ['projection'],
    registers,
  }),
  projectionRebuilding: new Gauge({
    name: 'ledger_projection_rebuilding',
    help: '1: the view is being built anew beside the live one.',
    labelNames: ['projection'],
    registers,
  }),
  projectionDelay: new Histogram({
    name: 'ledger_projection_delay_seconds',
    help: 'Time from an event being recorded until the view has it; of the last event of each chunk.',
    labelNames: ['projection'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
    registers,
  }),
  parkedUsage: untold(
    new Gauge({
      name: 'ledger_parked_usage_events',
      help: 'Usage events that wait for their agreement.',
      registers,
    }),
  ),
  parkedOldestSeconds: untold(
    new Gauge({
      name: 'ledger_parked_oldest_seconds',
      help: 'For how long the oldest of them waits; 0: none does.',
      registers,
    }),
  ),
  intakeLag: new Gauge({
    name: 'ledger_intake_lag_records',
    help: 'Records of an ingest topic that the intake has not settled.',
    labelNames: ['topic'],
    registers,
  }),
  deadLetters: new Gauge({
    name: 'ledger_dead_letters',
    help: 'Dead letters of an ingest topic that nobody has retried or discarded, and the brokers have not deleted.',
    labelNames: ['topic'],
    registers,
  }),
  alertsFiring: new Gauge({
    name: 'ledger_alerts_firing',
    help: 'Alerts of all tenants that fire, by what their rule watches and how bad it is.',
    labelNames: ['kind', 'severity'],
    registers,
  }),
  alertDeliveries: new Gauge({
    name: 'ledger_alert_deliveries',
    help: 'Webhooks of all tenants by state: pending are still to be delivered, dead were given up.',
    labelNames: ['state'],
    registers,
  }),
  alertRulesWaiting: untold(
    new Gauge({
      name: 'ledger_alert_rules_waiting',
      help: 'Rules that this process does not evaluate, because a view that they need stands still or is behind.',
      registers,
    }),
  ),
  alertsUnpublished: untold(
    new Gauge({
      name: 'ledger_alerts_unpublished',
      help: 'Messages about alerts that are not yet in the topic.',
      registers,
    }),
  ),
  lastVerified: untold(
    new Gauge({
      name: 'ledger_last_verified_timestamp_seconds',
      help: 'When the report of LEDGER_VERIFY_REPORT was taken. Missing: there is none.',
      registers,
    }),
  ),
  lastVerifiedSound: untold(
    new Gauge({
      name: 'ledger_last_verified_sound',
      help: '1: that report found nothing wrong.',
      registers,
    }),
  ),
});
