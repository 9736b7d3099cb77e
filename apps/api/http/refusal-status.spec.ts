import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalProblem } from '../../../libs/contract/refusal-problem.js';
import { REFUSAL_KINDS } from '../../../libs/domain/aggregates.js';
import { rejectionProblem, refusedProblem, statusOfCode } from './refusal-status.js';

describe('the status of a refusal', () => {
  it.each([
    ['tranche-unknown', 404],
    ['commitment-terminated', 409],
    ['self-approval', 403],
    ['amount-too-precise', 422],
    ['source-not-allowed', 403],
    ['of-the-wire', 422],
  ])('of %s is %i', (code, status) => expect(statusOfCode(code)).toBe(status));

  it('is of a kind for everything that the domain refuses, and for nothing else', () => {
    const given = new Set<string>();
    for (const file of readdirSync('libs/domain', { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
      const text = readFileSync(join('libs/domain', file), 'utf8');
      for (const [, name] of text.matchAll(/\brefuse\(\s*'([A-Z]\w+)'/g)) given.add(name!);
    }
    expect([...REFUSAL_KINDS.keys()].sort()).toEqual([...given].sort());
  });

  it('comes with the code and the facts, escaped and cut', () => {
    const problem = rejectionProblem({
      name: 'TrancheNotEligible',
      facts: { trancheId: 'a.b.c', missing: ['x'.repeat(100)], by: '\u001b[31m<b>' },
    });
    expect(problem.body()).toMatchObject({
      status: 409,
      code: 'tranche-not-eligible',
      title: 'Tranche not eligible',
    });
    expect(problem.detail).toContain('trancheId "a.b.c"');
    expect(problem.detail).toContain('\\u001b[31m<b>');
    expect(problem.detail).not.toContain('x'.repeat(64));
  });

  it('has one text, whether a command met it or a usage event', () => {
    const rejection = { name: 'UsageOutsideTerm', facts: { effectiveAt: '1999-01-01' } };
    const said = 'usage outside term: effectiveAt "1999-01-01"';
    expect(rejectionProblem(rejection)).toMatchObject({ status: 422, detail: said });
    expect(refusedProblem([refusalProblem(rejection)])).toMatchObject({
      status: 422,
      detail: said,
    });
  });

  it('says of what the wire refuses which member it is about', () => {
    const problem = { code: 'amount-malformed', pointer: '/amount', message: 'must be a decimal' };
    const { status, detail } = refusedProblem([problem]);
    expect([status, detail]).toEqual([422, '/amount must be a decimal']);
    const several = refusedProblem([problem, problem]);
    expect([several.code, several.detail]).toEqual([
      'invalid',
      '2 things are wrong; each is listed',
    ]);
  });
});
