import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { rootOf } from '../domain/ids.js';
import { shardOf } from '../ledger/format/shard.js';
import type { StreamReader } from '../ledger/ledger.js';
import { projections } from '../projections/all.js';
import { Query, type Termed } from '../projections/asking/query.js';
import { QueryRefused, type TimeAxes } from '../projections/asking/question.js';
import type { Views } from '../projections/asking/read-view.js';
import type { MinPosition } from '../projections/engine/projector.js';
import { waitForViews } from '../projections/engine/status.js';
import type { Observer } from './observer.js';
import { presentTermsVersion } from './terms-version.js';
import { OBSERVER, VIEWS } from './tokens.js';

const MIN_POSITION_MS_MAX = 5_000;
/** Shorter than that: nobody asked to wait. */
const FRESH_TERMS_MS_MAX = 2_000;

/** Views over a ledger that also says how its streams are now. */
export type FreshViews = Views & { readonly reader: StreamReader };

/**
 * Answers every query there is: waits for what its views are to have seen, and tells how long it took. The tenant is the
 * asker's, so nothing that is another's is ever found.
 */
@QueryHandler(Query)
export class AnswerQueryHandler implements IQueryHandler<Query<unknown>> {
  constructor(
    @Inject(VIEWS) private readonly views: FreshViews,
    @Inject(OBSERVER) private readonly observer: Observer,
  ) {}

  async execute(query: Query<unknown>): Promise<unknown> {
    const started = performance.now();
    try {
      const { minPosition } = query.asked;
      if (minPosition !== undefined) await this.waitFor(minPosition);
      const terms = query.asked.freshTerms === true ? query.terms() : null;
      return await (terms === null
        ? query.answer(this.views)
        : this.withFreshTerms(query, query.asked, terms));
    } finally {
      this.observer.asked?.(query.name, (performance.now() - started) / 1_000);
    }
  }

  /**
   * Terms at the version that the ledger has: whoever reads after a change may change again. Views without lag have it, and
   * so the ledger is asked only where they have some. A view that does not come up in time answers with the version that it
   * has seen, so that nobody overwrites what they were not shown.
   */
  private async withFreshTerms(
    query: Query<unknown>,
    { tenant, knownAt }: TimeAxes,
    terms: Termed,
  ): Promise<unknown> {
    const { reader } = this.views;
    const answer = await query.answer(this.views);
    if (knownAt !== undefined || numberIn(answer, 'lag') === 0) return answer;
    const present = await presentTermsVersion(reader, tenant, terms);
    if ((numberIn(answer, 'termsVersion') ?? 0) >= present) return answer;
    const shard = shardOf({ tenant, kind: 'agreement', key: rootOf(terms.id) }, reader.shardCount);
    const head = (await reader.heads()).find((each) => each.shard === shard);
    const minPosition = { [shard]: head?.position ?? 0 };
    await waitForViews(this.views, terms.reads, minPosition, FRESH_TERMS_MS_MAX);
    return query.answer(this.views);
  }

  private async waitFor(minPosition: MinPosition): Promise<void> {
    const heads = new Map(
      (await this.views.reader.heads()).map(({ shard, position }) => [shard, position]),
    );
    for (const [shard, position] of Object.entries(minPosition))
      if (position > (heads.get(Number(shard)) ?? -1))
        throw new QueryRefused('position-unknown', 'the ledger has not got that far');
    if (!(await waitForViews(this.views, projections, minPosition, MIN_POSITION_MS_MAX)))
      throw new QueryRefused('view-behind', 'the views have not seen that position yet');
  }
}

/** Null: it has no such member, or there is no answer. */
const numberIn = (answer: unknown, member: string): number | null => {
  if (typeof answer !== 'object' || answer === null) return null;
  const value = (answer as Readonly<Record<string, unknown>>)[member];
  return typeof value === 'number' ? value : null;
};
