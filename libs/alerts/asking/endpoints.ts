import type {
  AlertDeliveriesAnswer,
  AlertDeliveryAnswer,
  AlertEndpointAnswer,
  AlertEndpointsAnswer,
} from '../../contract/alerts/answers.js';
import { Query } from '../../projections/asking/query.js';
import type { TimeAxes } from '../../projections/asking/question.js';
import type { Views } from '../../projections/asking/read-view.js';
import { instantText } from './instant-text.js';

type Tenant = Pick<TimeAxes, 'tenant'>;

/** Every endpoint that a tenant ever had, without its secret. */
export class ListAlertEndpoints extends Query<AlertEndpointsAnswer, Tenant> {
  readonly name = 'alert-endpoints';

  async answer({ pool }: Views): Promise<AlertEndpointsAnswer> {
    const { rows } = await pool.query<AlertEndpointAnswer>(
      `SELECT p.endpoint_id AS "endpointId", p.url,
              ${instantText('p.registered_at')} AS "registeredAt", p.registered_by AS "registeredBy",
              ${instantText('p.retired_at')} AS "retiredAt", p.retired_by AS "retiredBy",
              p.retired_because AS "retiredBecause",
              count(d) FILTER (WHERE d.state = 'pending')::integer AS pending,
              count(d) FILTER (WHERE d.state = 'dead')::integer AS dead
       FROM ledger.alert_endpoint p
       LEFT JOIN ledger.alert_delivery d USING (tenant, endpoint_id)
       WHERE p.tenant = $1 GROUP BY p.tenant, p.endpoint_id ORDER BY p.endpoint_id`,
      [this.asked.tenant],
    );
    return { endpoints: rows };
  }
}

interface DeliveriesAsked extends Tenant {
  readonly endpointId: string;
  readonly state?: AlertDeliveryAnswer['state'] | undefined;
  /** Only what came before this number; null: from the newest on. */
  readonly before: number | null;
  readonly limit: number;
}

type DeliveryRow = Omit<AlertDeliveryAnswer, 'number' | 'alert'> & {
  readonly number: string;
  readonly alert: string;
};

/** What was, or is to be, sent to an endpoint, newest first. Null: there is no such endpoint. */
export class ListAlertDeliveries extends Query<AlertDeliveriesAnswer | null, DeliveriesAsked> {
  readonly name = 'alert-deliveries';

  async answer({ pool }: Views): Promise<AlertDeliveriesAnswer | null> {
    const { tenant, endpointId, state, before, limit } = this.asked;
    const { rowCount } = await pool.query(
      'SELECT FROM ledger.alert_endpoint WHERE tenant = $1 AND endpoint_id = $2',
      [tenant, endpointId],
    );
    if (rowCount === 0) return null;
    const { rows } = await pool.query<DeliveryRow>(
      `SELECT d.number::text, m.id AS "messageId", m.alert::text, m.state AS told, d.state, d.attempts,
              ${instantText('d.last_try')} AS "lastTry",
              CASE WHEN d.state = 'pending' THEN ${instantText('d.next_try')} END AS "nextTry",
              d.status, d.reason
       FROM ledger.alert_delivery d JOIN ledger.alert_message m USING (number)
       WHERE d.tenant = $1 AND d.endpoint_id = $2 AND ($3::text IS NULL OR d.state = $3)
         AND ($4::bigint IS NULL OR d.number < $4)
       ORDER BY d.number DESC LIMIT $5`,
      [tenant, endpointId, state ?? null, before, limit + 1],
    );
    const data = rows
      .slice(0, limit)
      .map((row) => ({ ...row, number: Number(row.number), alert: Number(row.alert) }));
    const hasMore = rows.length > limit;
    return { data, hasMore, next: hasMore ? String(data.at(-1)?.number ?? 0) : null };
  }
}
