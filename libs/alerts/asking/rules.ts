import type { AlertRuleAnswer, AlertRulesAnswer } from '../../contract/alerts/answers.js';
import { RULES_KEY, severityOf, type AlertRule } from '../../domain/alert-rules/alert-rules.js';
import { alertRules } from '../../domain/alert-rules/aggregate.js';
import type { AlertRulesEvent } from '../../domain/alert-rules/events.js';
import { displayInstant } from '../../domain/instant.js';
import type { LedgerReader, RecordedEntry } from '../../ledger/ledger.js';
import { Query } from '../../projections/asking/query.js';
import type { TimeAxes } from '../../projections/asking/question.js';
import type { Views } from '../../projections/asking/read-view.js';

type Tenant = Pick<TimeAxes, 'tenant'>;

/** Every rule that a tenant ever had, as the ledger has it now. */
export class ListAlertRules extends Query<AlertRulesAnswer, Tenant> {
  readonly name = 'alert-rules';

  async answer({ reader }: Views): Promise<AlertRulesAnswer> {
    return { rules: await rulesOf(reader, this.asked.tenant) };
  }
}

/** One rule as the ledger has it now. Null: there is none of this id. */
export class GetAlertRule extends Query<
  AlertRuleAnswer | null,
  Tenant & { readonly ruleId: string }
> {
  readonly name = 'alert-rule';

  async answer({ reader }: Views): Promise<AlertRuleAnswer | null> {
    const { tenant, ruleId } = this.asked;
    return (await rulesOf(reader, tenant)).find((rule) => rule.ruleId === ruleId) ?? null;
  }
}

const rulesOf = async (
  reader: LedgerReader,
  tenant: string,
): Promise<readonly AlertRuleAnswer[]> => {
  const entries = await reader.readStream({ tenant, kind: 'alert-rules', key: RULES_KEY });
  const { initial, evolve } = alertRules.decider;
  const events = entries.map(({ event }) => event as AlertRulesEvent);
  const { rules } = events.reduce(evolve, initial);
  const lastOf = new Map(
    entries.map((entry) => [(entry.event as AlertRulesEvent).body.ruleId, entry]),
  );
  return Object.values(rules)
    .sort((left, right) => (left.ruleId < right.ruleId ? -1 : 1))
    .flatMap((rule) => toAnswer(rule, lastOf.get(rule.ruleId)));
};

const toAnswer = (
  { version, ...rule }: AlertRule,
  last: RecordedEntry | undefined,
): readonly AlertRuleAnswer[] =>
  last === undefined
    ? []
    : [
        {
          ruleId: rule.ruleId,
          termsVersion: version,
          status: rule.status,
          name: rule.name,
          kind: rule.kind,
          threshold: rule.threshold,
          currency: rule.currency,
          agreementId: rule.agreementId,
          commitmentId: rule.commitmentId,
          severity: severityOf(rule),
          changedAt: displayInstant(last.recordedAt),
          changedBy: last.actor,
        },
      ];
