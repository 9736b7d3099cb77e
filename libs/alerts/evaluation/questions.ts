import type { QueryBus } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { Instant } from '../../domain/instant.js';
import type { Projection } from '../../projections/engine/projection.js';
import { burnDownReads } from '../../projections/burn-down/burn-down.js';
import { factsProjection } from '../../projections/facts/facts.js';
import { GetForecast } from '../../projections/forecast/get-forecast.js';
import { GetPortfolio } from '../../projections/portfolio/get-portfolio.js';
import { ListObligations } from '../../projections/remaining-obligation/get-remaining-obligation.js';
import { ListTranches } from '../../projections/tranche-pipeline/get-tranches.js';
import { GetVendorConcentration } from '../../projections/vendor-concentration/get-vendor-concentration.js';
import { vendorConcentrationReads } from '../../projections/vendor-concentration/vendor-concentration.js';
import type { Questions } from './evaluations.js';
import type { Forecasts } from './forecasts.js';
import { heardOf } from './heard.js';
import { isRunning } from './pace.js';
import type { ViewsStanding } from './views-standing.js';

export interface Asking {
  readonly pool: Pool;
  readonly queries: Pick<QueryBus, 'execute'>;
  readonly shardCount: number;
  readonly forecasts: Forecasts;
  readonly standing: ViewsStanding;
  readonly now: Instant;
}

/** All commitments in one answer: whoever may state rules for all of them may read all of them. */
const ALL = { after: null, limit: 1_000_000 } as const;

/** The questions of one tenant, answered from views that have seen all that the ledger has of it, or not at all. */
export const questionsOf = (asking: Asking, tenant: string): Questions => {
  const { pool, queries, shardCount, forecasts, standing, now } = asking;
  const ask = <Answer>(reads: readonly Projection[], execute: () => Promise<Answer>) =>
    once(async () => {
      standing.require(tenant, reads);
      return execute();
    });
  const heard = once((ids: readonly string[]) => heardOf(pool, tenant, ids, shardCount));
  return {
    now,
    obligations: ask(burnDownReads, () => queries.execute(new ListObligations({ tenant }))),
    concentration: ask(vendorConcentrationReads, () =>
      queries.execute(new GetVendorConcentration({ tenant })),
    ),
    portfolio: ask(burnDownReads, () => queries.execute(new GetPortfolio({ tenant, ...ALL }))),
    tranches: ask([factsProjection], () => queries.execute(new ListTranches({ tenant, ...ALL }))),
    heard: ({ data }) =>
      heard([...new Set(data.filter(isRunning).map(({ agreementId }) => agreementId))]),
    forecast: (owed, asOf) =>
      forecasts.of(tenant, asOf, owed, (commitmentId) =>
        queries.execute(new GetForecast({ tenant, commitmentId })),
      ),
    viewsBehind: () => standing.behind,
  };
};

const once = <Asked extends readonly unknown[], Answer>(
  ask: (...asked: Asked) => Promise<Answer>,
): ((...asked: Asked) => Promise<Answer>) => {
  let answer: Promise<Answer> | undefined;
  return (...asked) => (answer ??= ask(...asked));
};
