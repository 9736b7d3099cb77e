import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { unknown } from '../../../libs/contract/problem.js';
import { Explanation } from '../../../libs/projections/explanation/answer.js';
import { GetExplanation } from '../../../libs/projections/explanation/get-explanation.js';
import { AllowReaders, Who } from '../http/access.js';
import { QueryParameters, ReadRoute } from '../http/documented.js';
import { WireQuery } from '../http/wire.js';
import { ExplainQuery } from './explain-query.js';
import { positionsOf } from './positions.js';

@ApiTags('explain')
@ApiBearerAuth()
@Controller('v1/explain')
export class ExplainController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @AllowReaders()
  @QueryParameters(ExplainQuery)
  @ReadRoute('The entries, rules and terms that made a figure of a view', Explanation)
  async explain(
    @Who() { tenant }: Principal,
    @WireQuery(ExplainQuery) query: ExplainQuery,
  ): Promise<Explanation> {
    const { period, limit, knownPosition, ...asked } = query;
    const answer = await this.queries.execute(
      new GetExplanation({
        ...asked,
        tenant,
        period: period === undefined ? undefined : Number(period),
        limit: limit === undefined ? undefined : Number(limit),
        knownPosition: knownPosition === undefined ? undefined : positionsOf(knownPosition),
      }),
    );
    if (answer === null) throw unknown('commitment');
    return answer;
  }
}
