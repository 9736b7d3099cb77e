import { describe, expect, it } from '@jest/globals';
import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import type { Evaluated } from '../evaluation/evaluations.js';
import { changesOf, type Firing } from './changes.js';

const rule = (ruleId: string): AlertRule => ({
  ...{ ruleId, status: 'active', version: 1, name: 'A rule', kind: 'past-due' },
  ...{ threshold: null, currency: null, agreementId: null, commitmentId: null },
});

const evaluated = (ruleId: string, ...subjects: readonly string[]): Evaluated => ({
  rule: rule(ruleId),
  findings: subjects.map((subject) => ({ subject, facts: { value: subject } })),
  unknown: null,
});

const firing = (number: number, ruleId: string, subject: string): Firing => ({
  ...{ number, ruleId, kind: 'past-due', subject, severity: 'warning' },
});

describe('what changed between what fires and what was found', () => {
  it('fires for what is found and did not fire', () => {
    expect(changesOf([evaluated('due', 'a', 'b')], [firing(1, 'due', 'a')])).toEqual([
      {
        ...{ state: 'firing', ruleId: 'due', kind: 'past-due', subject: 'b' },
        ...{ severity: 'warning', facts: { value: 'b' } },
      },
    ]);
  });

  it('is nothing while the same is found', () => {
    expect(changesOf([evaluated('due', 'a')], [firing(1, 'due', 'a')])).toEqual([]);
    expect(changesOf([], [])).toEqual([]);
  });

  it('is resolved when it is found no more, or its rule is not there any more', () => {
    const alert = firing(1, 'due', 'a');
    const gone = firing(2, 'retired', 'a');
    expect(changesOf([evaluated('due', 'b')], [alert, gone])).toMatchObject([
      { state: 'resolved', alert, because: 'condition-ended' },
      { state: 'resolved', alert: gone, because: 'rule-retired' },
      { state: 'firing', subject: 'b' },
    ]);
  });

  it('is nothing for a rule of which nothing is known', () => {
    const unknown = { because: 'view-behind', reason: 'the view facts is behind' } as const;
    const evaluated: Evaluated = { rule: rule('due'), findings: null, unknown };
    expect(changesOf([evaluated], [firing(1, 'due', 'a')])).toEqual([]);
  });
});
