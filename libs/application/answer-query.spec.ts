import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { QueryBus } from '@nestjs/cqrs';
import { given } from '../../tests/support/given.js';
import { Query, type Termed } from '../projections/asking/query.js';
import type { TimeAxes } from '../projections/asking/question.js';
import type { FreshViews } from './answer-query.js';
import { QueriesModule } from './application.module.js';
import type { Observer } from './observer.js';
import { OBSERVER, VIEWS } from './tokens.js';

interface Terms {
  readonly termsVersion: number;
  readonly lag?: number;
}

/** Says the versions that its view has, one after the other. */
class GetTerms extends Query<
  Terms,
  TimeAxes & { readonly versions: number[]; readonly lag?: number }
> {
  readonly name = 'terms';

  answer(): Promise<Terms> {
    const { versions, lag } = this.asked;
    const termsVersion = versions.shift() ?? -1;
    return Promise.resolve(lag === undefined ? { termsVersion } : { termsVersion, lag });
  }

  override terms(): Termed {
    return { kind: 'party', id: 'p', reads: [] };
  }
}

class GetNothing extends Query<never> {
  readonly name = 'nothing';

  answer(): Promise<never> {
    return Promise.reject(new Error('no database'));
  }
}

describe('the one handler of all queries', () => {
  let app: INestApplicationContext;
  let queries: QueryBus;
  let polled: number;
  let folded: number;
  let behind: string;
  const told: [string, boolean][] = [];

  beforeAll(async () => {
    const views = {
      pool: {
        query: () => {
          polled += 1;
          return Promise.resolve({ rows: [{ behind }] });
        },
      },
      reader: {
        shardCount: 1,
        heads: () => Promise.resolve([{ shard: 0, position: 7 }]),
        stateOf: () => {
          folded += 1;
          return Promise.resolve({ status: 'registered', termsVersion: 3 });
        },
      },
    } as unknown as FreshViews;
    const observer: Observer = {
      asked: (question, seconds) => told.push([question, seconds >= 0]),
    };
    const providers = [
      { provide: VIEWS, useValue: views },
      { provide: OBSERVER, useValue: observer },
    ];
    const module = given(providers, QueriesModule);
    app = await NestFactory.createApplicationContext(module, { logger: false });
    queries = app.get(QueryBus);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    [polled, folded, behind] = [0, 0, '0'];
    told.length = 0;
  });

  const ask = (versions: number[], more: object = {}) =>
    queries.execute(new GetTerms({ tenant: 'acme', versions, ...more }));

  it('answers with what the view has seen, unless fresh terms are asked for', async () => {
    expect(await ask([2, 3])).toEqual({ termsVersion: 2 });
    expect(polled).toBe(0);
  });

  it('waits for a view that lags behind a change of the very terms', async () => {
    expect(await ask([2, 3], { freshTerms: true })).toEqual({ termsVersion: 3 });
    expect(polled).toBe(1);
  });

  it('does not wait where the view has them, or where it is asked as of an earlier time', async () => {
    expect(await ask([3, -1], { freshTerms: true })).toEqual({ termsVersion: 3 });
    const knownAt = '2026-01-01T00:00:00Z';
    expect(await ask([1, -1], { freshTerms: true, knownAt })).toEqual({ termsVersion: 1 });
    expect(polled).toBe(0);
  });

  it('asks the ledger for its terms only where the view lags', async () => {
    expect(await ask([2, 3], { freshTerms: true, lag: 0 })).toEqual({ termsVersion: 2, lag: 0 });
    expect(folded).toBe(0);
    expect(await ask([2, 3], { freshTerms: true, lag: 1 })).toEqual({ termsVersion: 3, lag: 1 });
    expect(folded).toBe(1);
  });

  it('waits for a position, and refuses one that the ledger has not reached', async () => {
    expect(await ask([2], { minPosition: { '0': 7 } })).toEqual({ termsVersion: 2 });
    expect(polled).toBe(1);
    await expect(ask([2], { minPosition: { '0': 8 } })).rejects.toMatchObject({
      code: 'position-unknown',
    });
    await expect(ask([2], { minPosition: { '4': 0 } })).rejects.toMatchObject({
      code: 'position-unknown',
    });
  });

  it('gives up waiting for a view that does not come', async () => {
    behind = '1';
    await expect(ask([2], { minPosition: { '0': 7 } })).rejects.toMatchObject({
      code: 'view-behind',
    });
  }, 10_000);

  it('tells how long each question took, also one that fails', async () => {
    await ask([1]);
    await expect(queries.execute(new GetNothing({ tenant: 'acme' }))).rejects.toThrow(
      'no database',
    );
    expect(told).toEqual([
      ['terms', true],
      ['nothing', true],
    ]);
  });
});
