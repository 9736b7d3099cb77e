import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalProblem, STATUS_OF_REFUSAL } from './refusal-status.js';

/** Names that some decider may give, read from the source: interfaces are gone at run time. */
const namesInDomain = (): string[] => {
  const domain = join(process.cwd(), 'libs', 'domain');
  const names = new Set<string>();
  for (const file of readdirSync(domain, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
    const text = readFileSync(join(domain, file), 'utf8');
    for (const [, body] of text.matchAll(/interface \w*Rejections[^{]*\{([\s\S]*?)\n\}/g))
      for (const [, name] of body!.matchAll(/^ {2}(?:readonly )?([A-Z]\w+):/gm)) names.add(name!);
    for (const [, name] of text.matchAll(/\b(?:reject|refuse)\(\s*'([A-Z]\w+)'/g)) names.add(name!);
  }
  return [...names].sort();
};

describe('the status of a refusal', () => {
  it('is in the table for everything that the domain refuses, and for nothing else', () => {
    const names = namesInDomain();
    expect(names.length).toBeGreaterThan(50);
    expect(Object.keys(STATUS_OF_REFUSAL).sort()).toEqual(names);
  });

  it('comes with the code and the facts, escaped and cut', () => {
    const problem = refusalProblem({
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
});
