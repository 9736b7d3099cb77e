import {
  anyObject,
  boolean,
  decimal,
  instant,
  integer,
  list,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import type { TObject } from '@sinclair/typebox';
import { RULE_KIND_NAMES, SEVERITIES } from '../../domain/alert-rules/kinds.js';

const ruleMembers = {
  ruleId: text(),
  termsVersion: integer('How often it was stated, changed or retired; If-Match names it.'),
  status: oneOf(['active', 'retired']),
  name: text(),
  kind: oneOf(RULE_KIND_NAMES),
  threshold: orNull(decimal(), 'Of what the kind says. Null: it has none.'),
  currency: orNull(text(), 'Of a threshold in money.'),
  agreementId: orNull(text(), 'Only commitments of this agreement. Null: of all.'),
  commitmentId: orNull(text(), 'Only this commitment. Null: all.'),
  severity: oneOf(SEVERITIES),
  changedAt: instant('When the ledger recorded its last change.'),
  changedBy: text('Whose key it was.'),
};

export const AlertRuleAnswer = named('AlertRule', ruleMembers);
/** A rule as it is now, and who changed it last. */
export type AlertRuleAnswer = AnswerOf<typeof AlertRuleAnswer>;

export const AlertRulesAnswer = named('AlertRules', {
  rules: list(AlertRuleAnswer, 'By their ids, those that are retired too.'),
});
export type AlertRulesAnswer = AnswerOf<typeof AlertRulesAnswer>;

const alertMembers = {
  number: integer('Of the message that said that it fires.'),
  ruleId: text(),
  kind: text(),
  subject: text(
    'What it fires for: a commitment, its period (`…/2`, `…/end`), an agreement, a milestone, a currency, a view.',
  ),
  severity: oneOf(SEVERITIES, 'Of the rule when it fired.'),
  state: oneOf(['firing', 'resolved']),
  firedAt: instant(),
  resolvedAt: orNull(instant()),
  resolvedNumber: orNull(integer(), 'Of the message that said that it is resolved.'),
  ruleName: orNull(text(), 'As it was called when it fired.'),
  facts: anyObject('The figures when it fired: `value` against `threshold`, and what they are of.'),
  because: orNull(oneOf(['condition-ended', 'rule-retired']), 'Why it is resolved.'),
};
/** One alert, from firing to resolved. */
export type AlertAnswer = AnswerOf<TObject<typeof alertMembers>>;

export const AlertsAnswer = named('Alerts', {
  data: list(named('Alert', alertMembers), 'Newest first.'),
  hasMore: boolean(),
  next: orNull(text()),
});
export type AlertsAnswer = AnswerOf<typeof AlertsAnswer>;

const endpointMembers = {
  endpointId: text(),
  url: text(),
  registeredAt: instant(),
  registeredBy: text(),
  retiredAt: orNull(instant(), 'Null: it is sent to.'),
  retiredBy: orNull(text()),
  retiredBecause: orNull(text()),
  pending: integer('Messages that are still to be delivered.'),
  dead: integer('Messages that were given up.'),
};

const AlertEndpointAnswer = named('AlertEndpoint', endpointMembers);
/** Where alerts are sent. Its secret is told once, when it is registered. */
export type AlertEndpointAnswer = AnswerOf<typeof AlertEndpointAnswer>;

export const AlertEndpointsAnswer = named('AlertEndpoints', {
  endpoints: list(AlertEndpointAnswer, 'By their ids, those that are retired too.'),
});
export type AlertEndpointsAnswer = AnswerOf<typeof AlertEndpointsAnswer>;

export const RegisteredEndpointAnswer = named('RegisteredAlertEndpoint', {
  endpointId: text(),
  url: text(),
  secret: text(
    '`whsec_` and base64: what messages are signed with. Told now; for a day again to the same key, with the same request.',
  ),
});
export type RegisteredEndpointAnswer = AnswerOf<typeof RegisteredEndpointAnswer>;

const AlertDeliveryAnswer = named('AlertDelivery', {
  number: integer('Of the message.'),
  messageId: text('`webhook-id`.'),
  alert: integer(),
  told: oneOf(['firing', 'resolved']),
  state: oneOf(['pending', 'delivered', 'dead']),
  attempts: integer(),
  lastTry: orNull(instant()),
  nextTry: orNull(instant(), 'Null: it is not tried again.'),
  status: orNull(integer(), 'The HTTP status that was answered last. Null: none was.'),
  reason: orNull(text(), 'Why the last try failed.'),
});
export type AlertDeliveryAnswer = AnswerOf<typeof AlertDeliveryAnswer>;

export const AlertDeliveriesAnswer = named('AlertDeliveries', {
  data: list(AlertDeliveryAnswer, 'Newest first.'),
  hasMore: boolean(),
  next: orNull(text()),
});
export type AlertDeliveriesAnswer = AnswerOf<typeof AlertDeliveriesAnswer>;

export const ReplayedAnswer = named('ReplayedAlerts', {
  queued: integer('Messages that are sent again, each with the id that it had.'),
  next: orNull(integer(), 'Where to go on: more than 1,000 follow. Null: that was all.'),
});
export type ReplayedAnswer = AnswerOf<typeof ReplayedAnswer>;
