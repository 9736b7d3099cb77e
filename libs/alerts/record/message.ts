import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import type { Severity } from '../../domain/alert-rules/kinds.js';
import { displayInstant, type Instant } from '../../domain/instant.js';
import type { Change } from './changes.js';

/** What a change is told with besides itself. */
export interface Moment {
  readonly tenant: string;
  readonly at: Instant;
  /** How far the ledger was: what it had of the tenant, the views on which it was found had seen. */
  readonly ledgerPosition: Readonly<Record<string, number>>;
}

/** A change of state with its number and id, as it is sent. */
export interface Message {
  readonly number: number;
  /** Of the alert: the number of the message that said that it fires. */
  readonly alert: number;
  readonly id: string;
  readonly state: Change['state'];
  readonly ruleId: string;
  readonly kind: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly body: string;
}

/** In the form of Standard Webhooks: `type`, `timestamp`, `data`. `rule`: as it is now; undefined: it was retired. */
export const messageOf = (
  change: Change,
  rule: AlertRule | undefined,
  number: number,
  id: string,
  { tenant, at, ledgerPosition }: Moment,
): Message => {
  const { ruleId, kind, subject, severity } = change.state === 'firing' ? change : change.alert;
  const alert = change.state === 'firing' ? number : change.alert.number;
  const told = { number, alert, ruleId, kind, subject, severity };
  const body = JSON.stringify({
    type: `alert.${change.state}`,
    timestamp: displayInstant(at),
    data: {
      ...told,
      id,
      tenant,
      state: change.state,
      ruleName: rule?.name ?? null,
      ruleVersion: rule?.version ?? null,
      facts: change.state === 'firing' ? change.facts : null,
      because: change.state === 'resolved' ? change.because : null,
      ledgerPosition,
    },
  });
  return { ...told, id, state: change.state, body };
};
