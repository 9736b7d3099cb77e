import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '../../../libs/access/principal.js';
import { parentOf } from '../../../libs/domain/ids.js';
import type { Termed } from '../../../libs/application/terms-version.js';
import { burnDownReads } from '../../../libs/projections/burn-down/burn-down.js';
import { burnDown } from '../../../libs/projections/burn-down/query.js';
import { circularity } from '../../../libs/projections/circularity/query.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import { commitment } from '../../../libs/projections/portfolio/commitment.js';
import { party } from '../../../libs/projections/portfolio/party.js';
import { portfolio } from '../../../libs/projections/portfolio/query.js';
import { commitmentPeriods } from '../../../libs/projections/remaining-obligation/periods.js';
import { remainingObligation } from '../../../libs/projections/remaining-obligation/query.js';
import {
  tranche,
  tranchePipeline,
  tranchePipelines,
} from '../../../libs/projections/tranche-pipeline/query.js';
import { vendorConcentration } from '../../../libs/projections/vendor-concentration/query.js';
import { AllowReaders, Who } from '../http/access.js';
import { Id, WireQuery } from '../http/wire.js';
import { AnswerViews, type About } from './answer-views.js';
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
  @ViewRoute(
    'One agreement with its commitments and investments',
    ViewQuery,
    schemas.agreement,
    true,
  )
  getAgreement(
    @Who() principal: Principal,
    @Id(1) id: string,
    @WireQuery(ViewQuery) query: ViewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const about = this.about('agreement', id, burnDownReads, reply);
    return this.views.about(principal, query, about, async (axes) => {
      const { agreements, ...seen } = await portfolio(this.views.parts.views, axes);
      const agreement = agreements.find(({ agreementId }) => agreementId === id);
      return agreement ? { ...agreement, ...seen } : null;
    });
  }

  @Get('parties/:id')
  @ApiTags('parties')
  @AllowReaders()
  @ViewRoute('One party, what it holds in others and they in it', ViewQuery, schemas.party, true)
  getParty(
    @Who() principal: Principal,
    @Id(1) partyId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const about = this.about('party', partyId, [factsProjection], reply);
    return this.views.about(principal, query, about, (axes) =>
      party(this.views.parts.views, { ...axes, partyId }),
    );
  }

  @Get('commitments/:id')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('The terms of a commitment', ViewQuery, schemas.commitment, true)
  getCommitment(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const about = this.about('commitment', commitmentId, [factsProjection], reply);
    return this.views.about(principal, query, about, (axes) =>
      commitment(this.views.parts.views, { ...axes, commitmentId }),
    );
  }

  @Get('commitments/:id/burn-down')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('How much of a commitment is used, over time', BurnDownQuery, schemas.burnDown, true)
  getBurnDown(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(BurnDownQuery) query: BurnDownQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { from, to, interval } = query;
    const about = this.about('commitment', commitmentId, burnDownReads, reply);
    return this.views.about(principal, query, about, (axes) =>
      burnDown(this.views.parts.views, { ...axes, commitmentId, from, to, interval }),
    );
  }

  @Get('commitments/:id/remaining-obligation')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute('What is still owed, by due period', ViewQuery, schemas.remainingObligation, true)
  getRemainingObligation(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const about = this.about('commitment', commitmentId, burnDownReads, reply);
    return this.views.about(principal, query, about, (axes) =>
      remainingObligation(this.views.parts.views, { ...axes, commitmentId }),
    );
  }

  @Get('commitments/:id/periods')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute(
    'The periods of a commitment, and what is used in each',
    ViewQuery,
    schemas.periods,
    true,
  )
  getPeriods(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const about = this.about('commitment', commitmentId, burnDownReads, reply);
    return this.views.about(principal, query, about, (axes) =>
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
  @ViewRoute(
    'Tranches of an investment and what they wait for',
    ViewQuery,
    schemas.tranchePipeline,
    true,
  )
  getTranches(
    @Who() principal: Principal,
    @Id(2) investmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const about = this.about('investment', investmentId, [factsProjection], reply);
    return this.views.about(principal, query, about, (axes) =>
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

  @Get('tranches/:id')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute('One tranche and what it waits for', ViewQuery, schemas.tranche, true)
  getTranche(
    @Who() principal: Principal,
    @Id(3) trancheId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const investmentId = parentOf(trancheId);
    const of = this.about('investment', investmentId, [factsProjection], reply);
    const about = { ...of, what: 'tranche' };
    return this.views.about(principal, query, about, (axes) =>
      tranche(this.views.parts.views, { ...axes, trancheId }),
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

  private about(
    kind: Termed['kind'],
    id: string,
    reads: readonly Projection[],
    reply: FastifyReply,
  ): About {
    return { reply, thing: { kind, id }, reads };
  }
}
