import { Controller, Get, Inject } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/application/principal.js';
import { burnDown } from '../../../libs/projections/burn-down/query.js';
import { circularity } from '../../../libs/projections/circularity/query.js';
import { portfolio } from '../../../libs/projections/register/query.js';
import { commitmentPeriods } from '../../../libs/projections/remaining-obligation/periods.js';
import { remainingObligation } from '../../../libs/projections/remaining-obligation/query.js';
import {
  tranchePipeline,
  tranchePipelines,
} from '../../../libs/projections/tranche-pipeline/query.js';
import { vendorConcentration } from '../../../libs/projections/vendor-concentration/query.js';
import { AllowReaders, Who } from '../http/access.js';
import { Id, WireQuery } from '../http/wire.js';
import { AnswerViews } from './answer-views.js';
import { ViewRoute } from './view-route.js';
import * as schemas from './view-schemas.js';
import { BurnDownQuery, CircularityQuery, ConcentrationQuery, ViewQuery } from './view-query.js';

@ApiBearerAuth()
@Controller('v1')
export class ViewsController {
  constructor(@Inject(AnswerViews) private readonly views: AnswerViews) {}

  @Get('portfolio')
  @ApiTags('portfolio')
  @AllowReaders()
  @ViewRoute('All agreements with their commitments and investments', ViewQuery, schemas.portfolio)
  getPortfolio(@Who() principal: Principal, @WireQuery(ViewQuery) query: ViewQuery) {
    return this.views.answer(principal, query, (axes) => portfolio(this.views.parts.views, axes));
  }

  @Get('agreements/:id')
  @ApiTags('agreements')
  @AllowReaders()
  @ViewRoute('One agreement with its commitments and investments', ViewQuery, schemas.agreement)
  getAgreement(
    @Who() principal: Principal,
    @Id(1) id: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.views.answer(principal, query, async (axes) => {
      const { agreements, ...seen } = await portfolio(this.views.parts.views, axes);
      const agreement = agreements.find(({ agreementId }) => agreementId === id);
      return agreement ? { ...agreement, ...seen } : null;
    });
  }

  @Get('commitments/:id/burn-down')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('How much of a commitment is used, over time', BurnDownQuery, schemas.burnDown)
  getBurnDown(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(BurnDownQuery) query: BurnDownQuery,
  ) {
    const { from, to, interval } = query;
    return this.views.answer(principal, query, (axes) =>
      burnDown(this.views.parts.views, { ...axes, commitmentId, from, to, interval }),
    );
  }

  @Get('commitments/:id/remaining-obligation')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('What is still owed, by due period', ViewQuery, schemas.remainingObligation)
  getRemainingObligation(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.views.answer(principal, query, (axes) =>
      remainingObligation(this.views.parts.views, { ...axes, commitmentId }),
    );
  }

  @Get('commitments/:id/periods')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('The periods of a commitment, and what is used in each', ViewQuery, schemas.periods)
  getPeriods(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.views.answer(principal, query, (axes) =>
      commitmentPeriods(this.views.parts.views, { ...axes, commitmentId }),
    );
  }

  @Get('vendors/concentration')
  @ApiTags('portfolio')
  @AllowReaders()
  @ViewRoute('How much hangs on one vendor', ConcentrationQuery, schemas.concentration)
  getVendorConcentration(
    @Who() principal: Principal,
    @WireQuery(ConcentrationQuery) query: ConcentrationQuery,
  ) {
    const { base, bands } = query;
    const windowMonths = query.window === undefined ? undefined : Number(query.window);
    return this.views.answer(principal, query, (axes) =>
      vendorConcentration(this.views.parts.views, { ...axes, base, windowMonths, bands }),
    );
  }

  @Get('investments/:id/tranches')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute('Tranches of an investment and what they wait for', ViewQuery, schemas.tranchePipeline)
  getTranches(
    @Who() principal: Principal,
    @Id(2) investmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.views.answer(principal, query, (axes) =>
      tranchePipeline(this.views.parts.views, { ...axes, investmentId }),
    );
  }

  @Get('tranches')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute('Tranches of all investments', ViewQuery, schemas.tranchePipelines)
  listTranches(@Who() principal: Principal, @WireQuery(ViewQuery) query: ViewQuery) {
    return this.views.answer(principal, query, (axes) =>
      tranchePipelines(this.views.parts.views, axes),
    );
  }

  @Get('relations/circularity')
  @ApiTags('portfolio')
  @AllowReaders()
  @ViewRoute(
    'Capital that vendors put into their own customers',
    CircularityQuery,
    schemas.circularity,
  )
  getCircularity(
    @Who() principal: Principal,
    @WireQuery(CircularityQuery) query: CircularityQuery,
  ) {
    const { vendorId, customerId } = query;
    return this.views.answer(principal, query, (axes) =>
      circularity(this.views.parts.views, { ...axes, vendorId, customerId }),
    );
  }
}
