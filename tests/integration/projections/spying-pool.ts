import type pg from 'pg';

export interface SpyingPool {
  readonly pool: pg.Pool;
  /** What was sent to PostgreSQL through it, in order. */
  readonly statements: readonly string[];
}

/** The real pool, and what goes through it. */
export const spyingOn = (pool: pg.Pool): SpyingPool => {
  const statements: string[] = [];
  const spied = <Target extends pg.Pool | pg.PoolClient>(target: Target): Target =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        if (name === 'connect') return async () => spied((await of.connect()) as pg.PoolClient);
        return (...given: unknown[]): unknown => {
          if (name === 'query') statements.push(textOf(given[0]));
          return Reflect.apply(value, of, given) as unknown;
        };
      },
    });
  return { pool: spied(pool), statements };
};

const textOf = (query: unknown): string =>
  typeof query === 'string' ? query : (query as pg.QueryConfig).text;
