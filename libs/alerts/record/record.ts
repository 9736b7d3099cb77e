import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { SqlClient } from '../../ledger/postgres/sql-client.js';
import { inTransaction } from '../../projections/engine/transaction.js';
import type { Evaluated } from '../evaluation/evaluations.js';
import { changesOf, type Firing } from './changes.js';
import { lockNumbers, noteNumber, type Lease } from './lease.js';
import { messageOf, type Message, type Moment } from './message.js';

/**
 * Records what changed, with the messages of it and their deliveries to every endpoint of the tenant, in one transaction:
 * all of it or nothing. What fires already is read under the lock of the one evaluator, so a change is recorded once,
 * whoever is killed when. Answers the messages.
 * @throws LeaseLost
 */
export const recordChanges = async (
  pool: Pool,
  lease: Lease,
  evaluated: readonly Evaluated[],
  moment: Moment,
): Promise<readonly Message[]> => {
  // Mostly nothing has changed: no lock for that.
  if (changesOf(evaluated, await firingOf(pool, moment.tenant)).length === 0) return [];
  return inTransaction(pool, 'BEGIN', async (client) => {
    const last = await lockNumbers(client, lease);
    const changes = changesOf(evaluated, await firingOf(client, moment.tenant));
    const rules = new Map(evaluated.map(({ rule }) => [rule.ruleId, rule]));
    const messages = changes.map((change, at) => {
      const { ruleId } = change.state === 'firing' ? change : change.alert;
      return messageOf(change, rules.get(ruleId), last + at + 1, randomUUID(), moment);
    });
    await insertAlerts(client, messages, moment);
    await resolveAlerts(client, messages, moment);
    await insertMessages(client, messages, moment);
    await insertDeliveries(client, messages, moment);
    await noteNumber(client, last + messages.length);
    return messages;
  });
};

const firingOf = async (client: SqlClient, tenant: string): Promise<readonly Firing[]> => {
  const { rows } = await client.query<Omit<Firing, 'number'> & { number: string }>(
    `SELECT number::text, rule_id AS "ruleId", kind, subject, severity FROM ledger.alert
     WHERE tenant = $1 AND resolved_number IS NULL ORDER BY number`,
    [tenant],
  );
  return rows.map(({ number, ...row }) => ({ number: Number(number), ...row }));
};

const columns = <Name extends keyof Message>(
  messages: readonly Message[],
  ...names: readonly Name[]
): unknown[] => names.map((name) => messages.map((message) => message[name]));

const insertAlerts = async (
  client: SqlClient,
  messages: readonly Message[],
  { tenant, at }: Moment,
): Promise<void> => {
  const fired = messages.filter(({ state }) => state === 'firing');
  await client.query(
    `INSERT INTO ledger.alert (tenant, fired_at, number, rule_id, kind, subject, severity)
     SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])`,
    [tenant, at, ...columns(fired, 'number', 'ruleId', 'kind', 'subject', 'severity')],
  );
};

const resolveAlerts = async (
  client: SqlClient,
  messages: readonly Message[],
  { tenant, at }: Moment,
): Promise<void> => {
  const resolved = messages.filter(({ state }) => state === 'resolved');
  const { rowCount } = await client.query(
    `UPDATE ledger.alert a SET resolved_number = r.number, resolved_at = $2
     FROM unnest($3::bigint[], $4::bigint[]) AS r (number, alert)
     WHERE a.number = r.alert AND a.tenant = $1 AND a.resolved_number IS NULL`,
    [tenant, at, ...columns(resolved, 'number', 'alert')],
  );
  if (rowCount !== resolved.length)
    throw new Error('an alert was resolved without the lock of the evaluator');
};

const insertMessages = async (
  client: SqlClient,
  messages: readonly Message[],
  { tenant }: Moment,
): Promise<void> => {
  await client.query(
    `INSERT INTO ledger.alert_message (tenant, number, alert, state, id, body)
     SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])`,
    [tenant, ...columns(messages, 'number', 'alert', 'state', 'id', 'body')],
  );
};

const insertDeliveries = async (
  client: SqlClient,
  messages: readonly Message[],
  { tenant }: Moment,
): Promise<void> => {
  await client.query(
    `INSERT INTO ledger.alert_delivery (tenant, endpoint_id, number, about)
     SELECT e.tenant, e.endpoint_id, m.number, m.rule_id || ' ' || m.subject
     FROM ledger.alert_endpoint e,
          unnest($2::bigint[], $3::text[], $4::text[]) AS m (number, rule_id, subject)
     WHERE e.tenant = $1 AND e.retired_at IS NULL`,
    [tenant, ...columns(messages, 'number', 'ruleId', 'subject')],
  );
};
