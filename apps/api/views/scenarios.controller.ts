import { applyDecorators, Controller, HttpCode, Post } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import type { AnswerOf } from '../../../libs/answers/schema.js';
import { ScenarioBody } from '../../../libs/contract/scenarios/bodies.js';
import { toSuppositions } from '../../../libs/contract/scenarios/to-suppositions.js';
import { Scenario } from '../../../libs/projections/scenario/answer.js';
import { GetScenario } from '../../../libs/projections/scenario/get-scenario.js';
import { bodyRef } from '../document/body-schemas.js';
import { AllowReaders, Who } from '../http/access.js';
import { documented, Problems, QueryParameters, type Answers } from '../http/documented.js';
import { WireBody, WireQuery } from '../http/wire.js';
import { axesOf, ViewQuery } from './view-query.js';

const ScenarioRoute = (): Answers<AnswerOf<typeof Scenario>> =>
  applyDecorators(
    HttpCode(200),
    ApiOperation({
      summary: 'What would come of use, if: beside what is forecast',
      description: 'Nothing is recorded, so it needs no key of its own and may be repeated.',
    }),
    QueryParameters(ViewQuery),
    ApiConsumes('application/json'),
    ApiBody({ schema: bodyRef(ScenarioBody), required: true }),
    ApiResponse({
      status: 200,
      description: 'Forecast and supposition side by side, and what they have seen.',
      schema: documented(Scenario),
    }),
    Problems(400, 401, 403, 404, 408, 409, 413, 415, 422, 503, 504),
  );

@ApiTags('portfolio')
@ApiBearerAuth()
@Controller('v1')
export class ScenariosController {
  constructor(private readonly queries: QueryBus) {}

  @Post('scenarios')
  @AllowReaders()
  @ScenarioRoute()
  suppose(
    @Who() principal: Principal,
    @WireQuery(ViewQuery) query: ViewQuery,
    @WireBody(ScenarioBody) body: ScenarioBody,
  ) {
    return this.queries.execute(
      new GetScenario({ ...axesOf(principal, query), ...body, ...toSuppositions(body) }),
    );
  }
}
