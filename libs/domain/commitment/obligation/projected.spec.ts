import { describe, expect, it } from '@jest/globals';
import { formatUnits, unitsOf } from '../../money.js';
import { periods, pool, terms, usd } from '../../testing/builders.js';
import type { CommitmentTerms } from '../terms/terms.js';
import { projectedUse } from './projected.js';

const units = (amounts: Readonly<Record<number, string>>) =>
  new Map(Object.entries(amounts).map(([period, amount]) => [Number(period), unitsOf(amount)]));

const text = (amounts: ReadonlyMap<number, bigint>) =>
  Object.fromEntries([...amounts].map(([period, amount]) => [period, formatUnits(amount)]));

const projected = (
  of: CommitmentTerms,
  applied: Readonly<Record<number, string>>,
  added: Readonly<Record<number, string>>,
) => {
  const use = projectedUse(of, units(applied))(units(added));
  return { applied: text(use.applied), overage: text(use.overage) };
};

describe('what is used besides', () => {
  it('fills a pool up to its total, and the rest is overage', () => {
    const of = terms({ total: usd('1000'), schedule: pool() });
    expect(projected(of, { 0: '950' }, { 0: '30' })).toEqual({
      applied: { 0: '980' },
      overage: { 0: '0' },
    });
    expect(projected(of, { 0: '950' }, { 0: '80' })).toEqual({
      applied: { 0: '1000' },
      overage: { 0: '30' },
    });
  });

  it('fills each period up to its need, where the total is their sum', () => {
    const of = terms({ total: usd('400'), schedule: periods('sum-of-periods', ['100', '300']) });
    expect(projected(of, { 0: '90' }, { 0: '25', 1: '200' })).toEqual({
      applied: { 0: '100', 1: '200' },
      overage: { 0: '15', 1: '0' },
    });
  });

  it('counts for later periods where excess carries forward', () => {
    const schedule = {
      ...periods('sum-of-periods', ['100', '300']),
      excessCarriesForward: true,
    };
    const of = terms({ total: usd('400'), schedule });
    expect(projected(of, { 0: '90' }, { 0: '25', 1: '300' })).toEqual({
      applied: { 0: '115', 1: '285' },
      overage: { 0: '0', 1: '15' },
    });
  });

  it('adds nothing where nothing is added, whatever was applied above what the terms take by now', () => {
    const of = terms({ total: usd('100'), schedule: pool() });
    expect(projected(of, { 0: '150' }, {})).toEqual({ applied: { 0: '150' }, overage: { 0: '0' } });
    expect(projected(of, { 0: '150' }, { 0: '10' })).toEqual({
      applied: { 0: '150' },
      overage: { 0: '10' },
    });
  });
});
