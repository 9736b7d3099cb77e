import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import {
  AgreementRecords,
  MilestoneRecord,
  TermsHistory,
} from '../../../libs/projections/records/answer.js';
import {
  GetAgreementRecords,
  GetMilestone,
  GetTermsHistory,
} from '../../../libs/projections/records/get-records.js';
import { AllowReaders, Who } from '../http/access.js';
import { Id, WireQuery } from '../http/wire.js';
import { axesOf, ViewQuery } from './view-query.js';
import { ViewRoute } from './view-route.js';

/** What was put on record, as it was, with who did it and where the ledger has it. */
@ApiBearerAuth()
@Controller('v1')
export class RecordsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('commitments/:id/terms')
  @ApiTags('commitments')
  @AllowReaders()
  @ViewRoute("Every version of a commitment's terms", ViewQuery, TermsHistory, 'commitment')
  getTermsHistory(
    @Who() principal: Principal,
    @Id(2) commitmentId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetTermsHistory({ ...axesOf(principal, query), commitmentId }));
  }

  @Get('agreements/:id/records')
  @ApiTags('agreements')
  @AllowReaders()
  @ViewRoute(
    'Documents and sourced claims that are kept beside the terms of an agreement',
    ViewQuery,
    AgreementRecords,
    'agreement',
  )
  getAgreementRecords(
    @Who() principal: Principal,
    @Id(1) agreementId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    const asked = { ...axesOf(principal, query), agreementId };
    return this.queries.execute(new GetAgreementRecords(asked));
  }

  @Get('milestones/:id')
  @ApiTags('investments')
  @AllowReaders()
  @ViewRoute(
    'One milestone, with who attested and who approved what',
    ViewQuery,
    MilestoneRecord,
    'milestone',
  )
  getMilestone(
    @Who() principal: Principal,
    @Id(3) milestoneId: string,
    @WireQuery(ViewQuery) query: ViewQuery,
  ) {
    return this.queries.execute(new GetMilestone({ ...axesOf(principal, query), milestoneId }));
  }
}
