import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Principal } from '../../../libs/access/principal.js';
import { rootOf } from '../../../libs/domain/ids.js';
import { presentTermsVersion, type Termed } from '../../../libs/application/terms-version.js';
import { shardOf } from '../../../libs/ledger/format/shard.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { projections } from '../../../libs/projections/all.js';
import type { TimeAxes } from '../../../libs/projections/asking/question.js';
import { waitForViews } from '../../../libs/projections/engine/status.js';
import { etagOf } from '../http/etag.js';
import { Problem, unknown } from '../http/problem.js';
import { PARTS, type ApiParts } from '../parts.js';
import type { ViewQuery } from './view-query.js';

const WAIT_MS = 5_000;
/** Shorter than that: nobody asked to wait. */
const CATCH_UP_MS = 2_000;

export interface About {
  readonly reply: FastifyReply;
  readonly thing: Termed;
  /** Whose tables the answer is made of. */
  readonly reads: readonly Projection[];
  /** What the path names, where that is not the thing itself. */
  readonly what?: string;
}

/** Asks the views: the tenant comes from the key, and nothing that is not the tenant's is ever found. */
@Injectable()
export class AnswerViews {
  constructor(@Inject(PARTS) readonly parts: ApiParts) {}

  /** `ask` gets the axes of the query. */
  async answer<Answer>(
    principal: Principal,
    query: ViewQuery,
    ask: (axes: TimeAxes) => Promise<Answer>,
  ): Promise<Answer> {
    if (query.minPosition !== undefined) await this.waitFor(query.minPosition);
    return ask({ tenant: principal.tenant, asOf: query.asOf, knownAt: query.knownAt });
  }

  /**
   * As `answer` (null is 404), about one thing that has terms, with their version as the ETag: the version of what the body says, so that
   * nobody overwrites what they were not shown. A view that lags behind a change of these very terms is waited for, so that
   * whoever reads after a change may change again; one that does not come up in time says what it has seen.
   */
  async about<Answer extends { readonly termsVersion: number }>(
    principal: Principal,
    query: ViewQuery,
    { reply, thing, reads, what = thing.kind }: About,
    ask: (axes: TimeAxes) => Promise<Answer | null>,
  ): Promise<Answer> {
    const { reader } = this.parts;
    const answer = await this.answer(principal, query, async (axes) => {
      const present =
        axes.knownAt === undefined ? await presentTermsVersion(reader, principal.tenant, thing) : 0;
      const seen = await ask(axes);
      if ((seen?.termsVersion ?? 0) >= present) return seen;
      await waitForViews(
        this.parts.views,
        reads,
        await this.headOf(principal.tenant, thing),
        CATCH_UP_MS,
      );
      return ask(axes);
    });
    if (answer === null) throw unknown(what);
    void reply.header('etag', etagOf(answer.termsVersion));
    return answer;
  }

  private async headOf(tenant: string, { id }: Termed): Promise<Readonly<Record<string, number>>> {
    const { reader } = this.parts;
    const shard = shardOf({ tenant, kind: 'agreement', key: rootOf(id) }, reader.shardCount);
    const head = (await reader.heads()).find((each) => each.shard === shard);
    return { [shard]: head?.position ?? 0 };
  }

  private async waitFor(text: string): Promise<void> {
    const wanted: Record<string, number> = {};
    for (const part of text.split(',')) {
      const [shard, position] = part.split(':') as [string, string];
      wanted[shard] = Number(position);
    }
    const heads = new Map((await this.parts.reader.heads()).map((head) => [head.shard, head]));
    for (const [shard, position] of Object.entries(wanted))
      if (position > (heads.get(Number(shard))?.position ?? -1))
        throw new Problem(422, 'position-unknown', 'the ledger has not got that far');
    if (!(await waitForViews(this.parts.views, projections, wanted, WAIT_MS)))
      throw new Problem(504, 'view-behind', 'the views have not seen that position yet', {
        headers: { 'retry-after': '2' },
      });
  }
}
