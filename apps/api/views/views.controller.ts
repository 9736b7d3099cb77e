import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { BurnDown } from '../../../libs/projections/burn-down/answer.js';
import { GetBurnDown } from '../../../libs/projections/burn-down/get-burn-down.js';
import { Circularity } from '../../../libs/projections/circularity/answer.js';
import { GetCircularity } from '../../../libs/projections/circularity/get-circularity.js';
import { Agreement, Party } from '../../../libs/projections/deals/answer.js';
import { Commitment } from '../../../libs/projections/deals/commitment-answer.js';
import { Forecast } from '../../../libs/projections/forecast/answer.js';
import { GetForecast } from '../../../libs/projections/forecast/get-forecast.js';
import {
  GetAgreement,
  GetCommitment,
  GetInvestment,
  GetParty,
} from '../../../libs/projections/deals/get-deals.js';
import { Investment } from '../../../libs/projections/deals/investment-answer.js';
import { Portfolio } from '../../../libs/projections/portfolio/answer.js';
import { GetPortfolio } from '../../../libs/projections/portfolio/get-portfolio.js';
import {
  CommitmentPeriods,
  RemainingObligation,
} from '../../../libs/projections/remaining-obligation/answer.js';
import {
  GetPeriods,
  GetRemainingObligation,
} from '../../../libs/projections/remaining-obligation/get-remaining-obligation.js';
import { Tranche, TranchePipeline } from '../../../libs/projections/tranche-pipeline/answer.js';
import {
  GetTranche,
  GetTranches,
} from '../../../libs/projections/tranche-pipeline/get-tranches.js';
import { Concentration } from '../../../libs/projections/vendor-concentration/answer.js';
import { AllowReaders, Who } from '../http/access.js';
import { Id, WireQuery } from '../http/wire.js';
import { listAsked, PortfolioQuery } from './list-query.js';
import { concentrationAsked } from './concentration-page.js';
import { ViewRoute } from './view-route.js';
import {
  axesOf,
  BurnDownQuery,
  CircularityQuery,
  ConcentrationQuery,
  ForecastQuery,
  ViewQuery,
} from './view-query.js';

@ApiBearerAuth()
@Controller('v1')
export class ViewsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('portfolio')
  @ApiTags('portfolio')
  @AllowReaders()
  @ViewRoute('How every commitment stands, the most at risk first', PortfolioQuery, Portfolio)
  async getPortfolio(
    @Who() principal: Principal,
    @WireQuery(PortfolioQuery) query: PortfolioQuery,
  ) {
    const { sort, direction, vendorId, customerId } = query;
    const filter = { sort, direction, vendorId, customerId };
    const { asked, toPage } = listAsked('portfolio', principal, query, filter);
    return toPage(await this.queries.execute(new GetPortfolio(asked)));
  }

  @Get('agreements/:id')
  @ApiTags('agreements')
  @AllowReaders()
  @ViewRoute(
    'One agreement with its commitments and investments',
    ViewQuery,
    Agreement,
    'agreement',
  )
  getAgreement(
    @Who() principal: Principal,
    @Id(1) agreementId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetAgreement({ ...axesOf(principal, query), agreementId }));
  }

  @Get('parties/:id')
  @ApiTags('parties')
  @AllowReaders()
  @ViewRoute('One party, what it holds in others and they in it', ViewQuery, Party, 'party')
  getParty(
    @Who() principal: Principal,
    @Id(1) partyId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetParty({ ...axesOf(principal, query), partyId }));
  }

  @Get('commitments/:id')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('The terms of a commitment', ViewQuery, Commitment, 'commitment')
  getCommitment(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetCommitment({ ...axesOf(principal, query), commitmentId }));
  }

  @Get('commitments/:id/burn-down')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('How much of a commitment is used, over time', BurnDownQuery, BurnDown, 'commitment')
  getBurnDown(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(BurnDownQuery) query: BurnDownQuery,
  ) {
    const { from, to, interval } = query;
    return this.queries.execute(
      new GetBurnDown({ ...axesOf(principal, query), commitmentId, from, to, interval }),
    );
  }

  @Get('commitments/:id/forecast')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute(
    'How the use of a commitment may go on, and what that comes to under its terms',
    ForecastQuery,
    Forecast,
    'commitment',
  )
  getForecast(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ForecastQuery) query: ForecastQuery,
  ) {
    const { interval } = query;
    return this.queries.execute(
      new GetForecast({ ...axesOf(principal, query), commitmentId, interval }),
    );
  }

  @Get('commitments/:id/remaining-obligation')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('What is still owed, by due period', ViewQuery, RemainingObligation, 'commitment')
  getRemainingObligation(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(
      new GetRemainingObligation({ ...axesOf(principal, query), commitmentId }),
    );
  }

  @Get('commitments/:id/periods')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute(
    'The periods of a commitment, and what is used in each',
    ViewQuery,
    CommitmentPeriods,
    'commitment',
  )
  getPeriods(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetPeriods({ ...axesOf(principal, query), commitmentId }));
  }

  @Get('vendors/concentration')
  @ApiTags('portfolio')
  @AllowReaders()
  @ViewRoute('How much hangs on one vendor', ConcentrationQuery, Concentration)
  async getVendorConcentration(
    @Who() principal: Principal,
    @WireQuery(ConcentrationQuery) query: ConcentrationQuery,
  ) {
    const { question, toPage } = concentrationAsked(principal, query);
    return toPage(await this.queries.execute(question));
  }

  @Get('investments/:id')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute('One investment and its payments', ViewQuery, Investment, 'investment')
  getInvestment(
    @Who() principal: Principal,
    @Id(2) investmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetInvestment({ ...axesOf(principal, query), investmentId }));
  }

  @Get('investments/:id/tranches')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute(
    'Tranches of an investment and what they wait for',
    ViewQuery,
    TranchePipeline,
    'investment',
  )
  getTranches(
    @Who() principal: Principal,
    @Id(2) investmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetTranches({ ...axesOf(principal, query), investmentId }));
  }

  @Get('tranches/:id')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute('One tranche and what it waits for', ViewQuery, Tranche, 'tranche')
  getTranche(
    @Who() principal: Principal,
    @Id(3) trancheId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetTranche({ ...axesOf(principal, query), trancheId }));
  }

  @Get('relations/circularity')
  @ApiTags('portfolio')
  @AllowReaders()
  @ViewRoute('Capital that vendors put into their own customers', CircularityQuery, Circularity)
  getCircularity(
    @Who() principal: Principal,
    @WireQuery(CircularityQuery) query: CircularityQuery,
  ) {
    const { vendorId, customerId } = query;
    return this.queries.execute(
      new GetCircularity({ ...axesOf(principal, query), vendorId, customerId }),
    );
  }
}
