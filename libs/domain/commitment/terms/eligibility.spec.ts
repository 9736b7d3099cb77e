import { describe, expect, it } from '@jest/globals';
import { unitsOf } from '../../money.js';
import { charge, terms } from '../../testing/builders.js';
import { at } from '../../testing/context.js';
import type { Charge } from '../events.js';
import type { EligibilityRule } from './terms.js';
import { eligibilityOf } from './eligibility.js';
import { profileOf, withQuestions } from './questions.js';
import { statement } from './timeline.js';

const rule = (ruleId: string, changed: Partial<EligibilityRule> = {}): EligibilityRule => ({
  ruleId,
  effect: 'include',
  match: { attributes: {}, tags: {} },
  fraction: '1',
  class: '',
  from: null,
  until: null,
  ...changed,
});

const decide = (
  rules: readonly EligibilityRule[],
  changed: Partial<Charge> = {},
  on = '2026-03',
) => {
  const agreed = terms({ eligibility: rules });
  const questions = withQuestions([], agreed);
  const profile = profileOf(charge('1', changed), questions);
  return eligibilityOf(profile, questions, at(on), statement(at('2026-01'), 0, agreed));
};

describe('eligibility of a charge', () => {
  it('counts in full when no rule says otherwise', () => {
    expect(decide([])).toEqual({ fraction: unitsOf('1'), class: '', rule: 'default' });
  });

  it('goes by the category before any rule', () => {
    const answer = decide([rule('all')], { category: 'credit' });
    expect(answer).toEqual({ fraction: 0n, class: '', rule: 'category:credit' });
  });

  it('takes the first rule that matches every named attribute and tag', () => {
    const match = {
      attributes: { vendor: ['aws', 'azure'], region: ['us-east-1'] },
      tags: { team: ['training'] },
    };
    const rules = [rule('half', { match, fraction: '0.5', class: 'training' }), rule('rest')];
    const matching = {
      attributes: { vendor: 'azure', region: 'us-east-1', sku: 'x' },
      tags: { team: 'training' },
    };
    expect(decide(rules, matching)).toEqual({
      fraction: unitsOf('0.5'),
      class: 'training',
      rule: 'half',
    });
    expect(decide(rules, { ...matching, tags: {} }).rule).toBe('rest');
    expect(decide(rules, { ...matching, attributes: { vendor: 'azure' } }).rule).toBe('rest');
    expect(decide(rules, { ...matching, tags: { team: 'serving' } }).rule).toBe('rest');
  });

  it('excludes whatever fraction the rule names', () => {
    expect(decide([rule('never', { effect: 'exclude', fraction: '1' })]).fraction).toBe(0n);
  });

  it('goes by the version in force when the charge took effect, end-exclusive', () => {
    const rules = [
      rule('old', { until: at('2026-03'), fraction: '0.25' }),
      rule('new', { from: at('2026-03'), fraction: '0.75' }),
    ];
    expect(decide(rules, {}, '2026-02').rule).toBe('old');
    expect(decide(rules, {}, '2026-03').rule).toBe('new');
  });
});
