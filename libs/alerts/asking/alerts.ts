import type { Pool } from 'pg';
import type { AlertAnswer, AlertsAnswer } from '../../contract/alerts/answers.js';
import { Query } from '../../projections/asking/query.js';
import type { TimeAxes } from '../../projections/asking/question.js';
import type { Views } from '../../projections/asking/read-view.js';
import type { Facts } from '../evaluation/finding.js';
import { instantText } from './instant-text.js';

export interface AlertsAsked extends Pick<TimeAxes, 'tenant'> {
  readonly state?: 'firing' | 'resolved' | undefined;
  readonly ruleId?: string | undefined;
  /** Only what came before this number; null: from the newest on. */
  readonly before: number | null;
  readonly limit: number;
}

/** What fires and what has fired, newest first. */
export class ListAlerts extends Query<AlertsAnswer, AlertsAsked> {
  readonly name = 'alerts';

  async answer({ pool }: Views): Promise<AlertsAnswer> {
    const { limit } = this.asked;
    const rows = await alertsOf(pool, { ...this.asked, limit: limit + 1 });
    const data = rows.slice(0, limit);
    const hasMore = rows.length > limit;
    return { data, hasMore, next: hasMore ? String(data.at(-1)?.number ?? 0) : null };
  }
}

interface AlertRow extends Pick<
  AlertAnswer,
  'ruleId' | 'kind' | 'subject' | 'severity' | 'firedAt' | 'resolvedAt'
> {
  readonly number: string;
  readonly resolvedNumber: string | null;
  readonly fired: string;
  readonly resolved: string | null;
}

const alertsOf = async (
  pool: Pool,
  { tenant, state, ruleId, before, limit }: AlertsAsked,
): Promise<readonly AlertAnswer[]> => {
  const { rows } = await pool.query<AlertRow>(
    `SELECT a.number::text, a.rule_id AS "ruleId", a.kind, a.subject, a.severity,
            ${instantText('a.fired_at')} AS "firedAt", ${instantText('a.resolved_at')} AS "resolvedAt",
            a.resolved_number::text AS "resolvedNumber", f.body AS fired, r.body AS resolved
     FROM ledger.alert a
     JOIN ledger.alert_message f ON f.number = a.number
     LEFT JOIN ledger.alert_message r ON r.number = a.resolved_number
     WHERE a.tenant = $1 AND ($2::bigint IS NULL OR a.number < $2)
       AND ($3::text IS NULL OR a.rule_id = $3)
       AND ($4::text IS NULL OR (a.resolved_number IS NULL) = ($4 = 'firing'))
     ORDER BY a.number DESC LIMIT $5`,
    [tenant, before, ruleId ?? null, state ?? null, limit],
  );
  return rows.map(toAnswer);
};

/** What is answered of a message, as it was sent. */
interface Told {
  readonly data: {
    readonly ruleName: string | null;
    readonly facts: Facts | null;
    readonly because: AlertAnswer['because'];
  };
}

const toAnswer = ({ number, resolvedNumber, fired, resolved, ...row }: AlertRow): AlertAnswer => {
  const { ruleName, facts } = (JSON.parse(fired) as Told).data;
  const because = resolved === null ? null : (JSON.parse(resolved) as Told).data.because;
  return {
    number: Number(number),
    ...row,
    state: resolvedNumber === null ? 'firing' : 'resolved',
    resolvedNumber: resolvedNumber === null ? null : Number(resolvedNumber),
    ...{ ruleName, facts: facts ?? {}, because },
  };
};
