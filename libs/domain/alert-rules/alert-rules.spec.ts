import { describe, expect, it } from '@jest/globals';
import { deciders, referencesOf } from '../aggregates.js';
import { given as givenOf } from '../testing/given.js';
import { ACTIVE_RULES_MAX, activeRules, RULES_MAX } from './alert-rules.js';
import type { AlertRulesCommand } from './commands.js';
import type { AlertRulesEvent, RuleTerms } from './events.js';

const given = givenOf(deciders['alert-rules'], undefined);

const terms: RuleTerms = {
  name: 'Nearly used up',
  kind: 'utilisation-above',
  threshold: '0.9',
  currency: null,
  agreementId: null,
  commitmentId: null,
};
const ruleId = 'nearly-used-up';
const defined: AlertRulesEvent = {
  type: 'AlertRuleDefined',
  body: { ruleId, version: 1, ...terms },
};
const retired: AlertRulesEvent = {
  type: 'AlertRuleRetired',
  body: { ruleId, version: 2, reason: 'too loud' },
};
const define = (changed: Partial<RuleTerms> & { ruleId?: string } = {}): AlertRulesCommand => ({
  type: 'DefineAlertRule',
  ruleId,
  ...terms,
  ...changed,
});
const change = (changed: Partial<RuleTerms> = {}): AlertRulesCommand => ({
  type: 'ChangeAlertRule',
  ruleId,
  ...terms,
  ...changed,
});
const retire: AlertRulesCommand = { type: 'RetireAlertRule', ruleId, reason: 'too loud' };

describe('an alert rule', () => {
  it('is defined once, for ever', () => {
    given().when(define()).then(defined);
    given(defined).when(define()).thenRefused('AlertRuleAlreadyDefined', { ruleId });
    given(defined, retired).when(define()).thenRefused('AlertRuleAlreadyDefined', { ruleId });
  });

  it('is changed, each change a version', () => {
    const body = { ruleId, version: 2, ...terms, threshold: '0.8' };
    const changed: AlertRulesEvent = { type: 'AlertRuleChanged', body };
    given(defined)
      .when(change({ threshold: '0.8' }))
      .then(changed);
    given(defined, changed)
      .when(change({ threshold: '0.7' }))
      .then({ type: 'AlertRuleChanged', body: { ...body, version: 3, threshold: '0.7' } });
    given(defined).when(change()).then();
    given().when(change()).thenRefused('AlertRuleUnknown', { ruleId });
    given(defined, retired).when(change()).thenRefused('AlertRuleAlreadyRetired', { ruleId });
  });

  it('is retired, with the reason, and is no more among those that are evaluated', () => {
    given(defined).when(retire).then(retired);
    given().when(retire).thenRefused('AlertRuleUnknown', { ruleId });
    given(defined, retired).when(retire).thenRefused('AlertRuleAlreadyRetired', { ruleId });
    const { initial, evolve, termsVersion } = deciders['alert-rules'];
    const state = [defined, retired].reduce(evolve, initial);
    expect(activeRules(state)).toEqual([]);
    expect(termsVersion(retire, state, undefined)).toBe(2);
    expect(termsVersion(define({ ruleId: 'constructor' }), state, undefined)).toBe(0);
    expect(() => [retired].reduce(evolve, initial)).toThrow('retired before it was defined');
  });

  it.each([
    ['utilisation-above', null, 'a fraction from 0 to 1'],
    ['utilisation-above', '1.01', 'a fraction from 0 to 1'],
    ['utilisation-above', '-0.1', 'a fraction from 0 to 1'],
    ['past-due', '1', 'no threshold'],
    ['period-closes-within', '1.5', 'whole days from 0 to 366'],
    ['period-closes-within', '367', 'whole days from 0 to 366'],
    ['milestone-due-within', '367', 'whole days from 0 to 366'],
    ['ingest-silent-for', '0', 'whole hours from 1 to 8784'],
    ['ingest-silent-for', '1.5', 'whole hours from 1 to 8784'],
    ['ingest-silent-for', '8785', 'whole hours from 1 to 8784'],
    ['behind-pace-by', '1.01', 'a fraction from 0 to 1'],
    ['projection-stopped', '1', 'no threshold'],
    ['hhi-above', '10000.1', 'an index from 0 to 10000'],
    ['remaining-below', null, 'an amount, 0 or more'],
    ['remaining-below', 'much', 'an amount, 0 or more'],
  ] as const)('of kind %s has no threshold %s', (kind, threshold, needed) => {
    const currency = kind === 'remaining-below' ? 'USD' : null;
    const facts = { kind, needed, pointer: '/threshold' };
    given().when(define({ kind, threshold, currency })).thenRefused('AlertThresholdInvalid', facts);
  });

  it('has a currency where its threshold is money, and nowhere else', () => {
    const money = { kind: 'remaining-below', threshold: '100' } as const;
    expect(
      given()
        .when(define({ ...money, currency: 'USD' }))
        .events(),
    ).toHaveLength(1);
    for (const wrong of [money, { ...money, currency: 'XXX' }, { currency: 'USD' }])
      given().when(define(wrong)).thenRefused('AlertCurrencyInvalid');
  });

  it('is about one agreement, or one commitment, or all', () => {
    const agreement = define({ agreementId: 'deal' });
    expect(given().when(agreement).events()).toHaveLength(1);
    expect(referencesOf(agreement)).toEqual([
      { kind: 'agreement', id: 'deal', pointer: '/agreementId' },
    ]);
    expect(referencesOf(define())).toEqual([]);
    given()
      .when(define({ agreementId: 'deal', commitmentId: 'deal.cloud' }))
      .thenRefused('AlertScopeInvalid', { pointer: '/commitmentId' });
    given()
      .when(define({ kind: 'hhi-above', threshold: '2500', agreementId: 'deal' }))
      .thenRefused('AlertScopeInvalid', { needed: 'neither of the two' });
    const milestone = { kind: 'milestone-missed', threshold: null } as const;
    expect(
      given()
        .when(define({ ...milestone, agreementId: 'deal' }))
        .events(),
    ).toHaveLength(1);
    given()
      .when(define({ ...milestone, commitmentId: 'deal.cloud' }))
      .thenRefused('AlertScopeInvalid', { needed: 'no commitment', pointer: '/commitmentId' });
  });

  it('is a warning unless it says otherwise, and says nothing of it then', () => {
    const critical: AlertRulesEvent = {
      type: 'AlertRuleDefined',
      body: { ruleId, version: 1, ...terms, severity: 'critical' },
    };
    given()
      .when(define({ severity: 'critical' }))
      .then(critical);
    given(defined)
      .when(change({ severity: 'warning' }))
      .then();
    given(critical)
      .when(change())
      .then({ type: 'AlertRuleChanged', body: { ruleId, version: 2, ...terms } });
  });

  const many = (count: number, isRetired: boolean): AlertRulesEvent[] =>
    Array.from({ length: count }, (_, index) => `rule-${index}`).flatMap((id) => [
      { type: 'AlertRuleDefined', body: { ...defined.body, ...terms, ruleId: id } } as const,
      ...(isRetired
        ? [{ type: 'AlertRuleRetired', body: { ...retired.body, reason: '', ruleId: id } } as const]
        : []),
    ]);

  it('is one of a bounded number, those that are retired counted by themselves', () => {
    given(...many(ACTIVE_RULES_MAX, false))
      .when(define())
      .thenRefused('AlertRulesTooMany', { most: 100 });
    given(...many(ACTIVE_RULES_MAX, true))
      .when(define())
      .then(defined);
    given(...many(RULES_MAX, true))
      .when(define())
      .thenRefused('AlertRulesTooMany', { most: 1_000 });
  });
});
