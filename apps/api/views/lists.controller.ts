import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import {
  AgreementList,
  CommitmentList,
  InvestmentList,
  PartyList,
} from '../../../libs/projections/lists/answer.js';
import {
  ListAgreements,
  ListCommitments,
  ListInvestments,
  ListParties,
} from '../../../libs/projections/lists/get-lists.js';
import { ObligationList } from '../../../libs/projections/remaining-obligation/answer.js';
import { GetObligations } from '../../../libs/projections/remaining-obligation/get-remaining-obligation.js';
import { TranchePipelines } from '../../../libs/projections/tranche-pipeline/answer.js';
import { ListTranches } from '../../../libs/projections/tranche-pipeline/get-tranches.js';
import { AllowReaders, Who } from '../http/access.js';
import { WireQuery } from '../http/wire.js';
import {
  AgreementsQuery,
  CommitmentsQuery,
  UnderQuery,
  listAsked,
  PartiesQuery,
} from './list-query.js';
import { ViewRoute } from './view-route.js';

/** What there is, by its ids: pages of one shape, with one kind of cursor. */
@ApiBearerAuth()
@Controller('v1')
export class ListsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('parties')
  @ApiTags('parties')
  @AllowReaders()
  @ViewRoute('Companies, by their ids', PartiesQuery, PartyList)
  async listParties(@Who() principal: Principal, @WireQuery(PartiesQuery) query: PartiesQuery) {
    const { kind } = query;
    const { asked, toPage } = listAsked('parties', principal, query, { kind });
    return toPage(await this.queries.execute(new ListParties(asked)));
  }

  @Get('agreements')
  @ApiTags('agreements')
  @AllowReaders()
  @ViewRoute(
    'Agreements as they are agreed, by their ids; what became of them is in the portfolio',
    AgreementsQuery,
    AgreementList,
  )
  async listAgreements(
    @Who() principal: Principal,
    @WireQuery(AgreementsQuery) query: AgreementsQuery,
  ) {
    const { vendorId, customerId, status } = query;
    const filter = { vendorId, customerId, status };
    const { asked, toPage } = listAsked('agreements', principal, query, filter);
    return toPage(await this.queries.execute(new ListAgreements(asked)));
  }

  @Get('commitments')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute(
    'Commitments as they are agreed, by their ids; what is used of them is in the portfolio',
    CommitmentsQuery,
    CommitmentList,
  )
  async listCommitments(
    @Who() principal: Principal,
    @WireQuery(CommitmentsQuery) query: CommitmentsQuery,
  ) {
    const { vendorId, customerId, agreementId, state } = query;
    const filter = { vendorId, customerId, agreementId, state };
    const { asked, toPage } = listAsked('commitments', principal, query, filter);
    return toPage(await this.queries.execute(new ListCommitments(asked)));
  }

  @Get('investments')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute('Investments, by their ids', UnderQuery, InvestmentList)
  async listInvestments(@Who() principal: Principal, @WireQuery(UnderQuery) query: UnderQuery) {
    const { vendorId, customerId, agreementId } = query;
    const filter = { vendorId, customerId, agreementId };
    const { asked, toPage } = listAsked('investments', principal, query, filter);
    return toPage(await this.queries.execute(new ListInvestments(asked)));
  }

  @Get('tranches')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute('Tranches of investments, by the ids of the investments', UnderQuery, TranchePipelines)
  async listTranches(@Who() principal: Principal, @WireQuery(UnderQuery) query: UnderQuery) {
    const { vendorId, customerId, agreementId } = query;
    const filter = { vendorId, customerId, agreementId };
    const { asked, toPage } = listAsked('tranches', principal, query, filter);
    return toPage(await this.queries.execute(new ListTranches(asked)));
  }

  @Get('obligations')
  @ApiTags('portfolio')
  @AllowReaders()
  @ViewRoute(
    'What is still owed of each commitment, by when it falls due, and of all of them together',
    UnderQuery,
    ObligationList,
  )
  async listObligations(@Who() principal: Principal, @WireQuery(UnderQuery) query: UnderQuery) {
    const { vendorId, customerId, agreementId } = query;
    const filter = { vendorId, customerId, agreementId };
    const { asked, toPage } = listAsked('obligations', principal, query, filter);
    return toPage(await this.queries.execute(new GetObligations(asked)));
  }
}
