import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../../libs/application/principal.js';
import { projections } from '../../../libs/projections/all.js';
import type { TimeAxes } from '../../../libs/projections/question.js';
import { waitForViews } from '../../../libs/projections/status.js';
import { notFound, Problem } from '../http/problem.js';
import { PARTS, type ApiParts } from '../parts.js';
import type { ViewQuery } from './view-query.js';

const WAIT_MS = 5_000;

/** Asks the views: the tenant comes from the key, and nothing that is not the tenant's is ever found. */
@Injectable()
export class AnswerViews {
  constructor(@Inject(PARTS) readonly parts: ApiParts) {}

  /** `ask` gets the axes of the query; null is 404. */
  async answer<Answer>(
    principal: Principal,
    query: ViewQuery,
    ask: (axes: TimeAxes) => Promise<Answer | null>,
  ): Promise<Answer> {
    if (query.minPosition !== undefined) await this.waitFor(query.minPosition);
    const answer = await ask({
      tenant: principal.tenant,
      asOf: query.asOf,
      knownAt: query.knownAt,
    });
    if (answer === null) throw notFound();
    return answer;
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
