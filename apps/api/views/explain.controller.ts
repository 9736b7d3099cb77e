import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { unknown } from '../../../libs/contract/problem.js';
import { Changes } from '../../../libs/projections/changes/answer.js';
import { GetChanges } from '../../../libs/projections/changes/get-changes.js';
import { Explanation } from '../../../libs/projections/explanation/answer.js';
import { GetExplanation } from '../../../libs/projections/explanation/get-explanation.js';
import type { ExplainedView } from '../../../libs/projections/explanation/question.js';
import { AllowReaders, Who } from '../http/access.js';
import { QueryParameters, ReadRoute } from '../http/documented.js';
import { WireQuery } from '../http/wire.js';
import { ChangesQuery, ExplainQuery } from './explain-query.js';
import { listAsked } from './list-query.js';
import { ViewRoute } from './view-route.js';
import { positionsIn } from '../../../libs/projections/asking/since.js';

/** What a figure of each view is of, where that is not there. */
const OF_VIEW: Readonly<Record<ExplainedView, string>> = {
  portfolio: 'commitment',
  'burn-down': 'commitment',
  'remaining-obligation': 'commitment',
  periods: 'commitment',
  concentration: 'vendor',
  tranches: 'investment',
  circularity: 'pair',
};

@ApiTags('explain')
@ApiBearerAuth()
@Controller('v1')
export class ExplainController {
  constructor(private readonly queries: QueryBus) {}

  @Get('explain')
  @AllowReaders()
  @QueryParameters(ExplainQuery)
  @ReadRoute('The entries, rules and terms that made a figure of a view', Explanation)
  async explain(
    @Who() { tenant }: Principal,
    @WireQuery(ExplainQuery) query: ExplainQuery,
  ): Promise<Explanation> {
    const { period, window, limit, knownPosition, ...asked } = query;
    const answer = await this.queries.execute(
      new GetExplanation({
        ...asked,
        tenant,
        period: period === undefined ? undefined : Number(period),
        window: window === undefined ? undefined : Number(window),
        limit: limit === undefined ? undefined : Number(limit),
        knownPosition: knownPosition === undefined ? undefined : positionsIn(knownPosition),
      }),
    );
    if (answer === null) throw unknown(OF_VIEW[query.view]);
    return answer;
  }

  @Get('changes')
  @AllowReaders()
  @ViewRoute('What moved since a moment, by how much, and why', ChangesQuery, Changes)
  async changes(@Who() principal: Principal, @WireQuery(ChangesQuery) query: ChangesQuery) {
    const { since, commitmentId, agreementId } = query;
    const filter = { since, commitmentId, agreementId };
    const { asked, toPage } = listAsked('changes', principal, query, filter);
    return toPage(await this.queries.execute(new GetChanges(asked)));
  }
}
