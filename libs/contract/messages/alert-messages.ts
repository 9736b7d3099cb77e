import type { OutgoingRecord } from './records.js';

/** An alert as it is told: what webhooks post, to the byte. */
export interface AlertMessage {
  /** In the order in which they were recorded, without gaps, over all tenants. */
  readonly number: number;
  readonly tenant: string;
  /** The same at every repeat: `webhook-id` of the webhooks. */
  readonly id: string;
  readonly state: 'firing' | 'resolved';
  readonly ruleId: string;
  readonly subject: string;
  /** RFC 3339. */
  readonly at: string;
  readonly body: string;
}

/**
 * One message of `ledger.alerts`: a CloudEvent in binary mode whose data is what webhooks post. The key is the tenant, and
 * there is one partition, so that a reader that knows the last number it has taken knows every repeat.
 */
export const toAlertRecord = (message: AlertMessage, ledgerId: string): OutgoingRecord => {
  const { number, tenant, id, state, ruleId, subject, at, body } = message;
  return {
    key: tenant,
    value: body,
    timestampMs: Date.parse(at),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_type: `commitment-ledger.alert-${state}.v1`,
      ce_source: `/ledgers/${ledgerId}/alerts`,
      ce_id: id,
      ce_subject: `${ruleId} ${subject}`,
      ce_time: at,
      ce_number: String(number),
    },
  };
};
