import { Controller, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import {
  AgreeInvestmentBody,
  AgreeTrancheBody,
  CallTrancheBody,
  FundTrancheBody,
  LapseTrancheBody,
  ReasonBody,
} from '../../../libs/contract/investments/bodies.js';
import {
  toAgreeInvestment,
  toAgreeTranche,
  toCallTranche,
  toCancelTranche,
  toFundTranche,
  toLapseTranche,
} from '../../../libs/contract/investments/to-command.js';
import { Allow } from '../http/access.js';
import { CommandRoute } from '../http/documented.js';
import { Id, WireBody } from '../http/wire.js';
import type { CommandAnswer } from '../../../libs/contract/command-answer.js';
import { CommandRequests, CurrentRequest, type CommandRequest } from './command-requests.js';

@ApiTags('investments')
@ApiBearerAuth()
@Controller('v1')
export class InvestmentsController {
  constructor(private readonly commands: CommandRequests) {}

  @Post('agreements/:id/investments')
  @Allow('operator')
  @CommandRoute({ summary: 'Agree an investment', body: AgreeInvestmentBody })
  agreeInvestment(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(AgreeInvestmentBody) body: AgreeInvestmentBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, `${id}.${body.id}`, toAgreeInvestment(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('investments/:id/tranches')
  @Allow('operator')
  @CommandRoute({ summary: 'Agree a tranche', body: AgreeTrancheBody })
  agreeTranche(
    @CurrentRequest() request: CommandRequest,
    @Id(2) id: string,
    @WireBody(AgreeTrancheBody) body: AgreeTrancheBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, `${id}.${body.id}`, toAgreeTranche(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('tranches/:id/call')
  @Allow('operator')
  @CommandRoute({ summary: 'Call a tranche', body: CallTrancheBody, status: 200 })
  callTranche(
    @CurrentRequest() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(CallTrancheBody) body: CallTrancheBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toCallTranche(id, body), {
      effectiveAt: body.effectiveAt ?? body.calledAt,
    });
  }

  @Post('tranches/:id/funding')
  @Allow('operator')
  @CommandRoute({ summary: 'Record a payment of a tranche', body: FundTrancheBody })
  fundTranche(
    @CurrentRequest() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(FundTrancheBody) body: FundTrancheBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toFundTranche(id, body), {
      effectiveAt: body.effectiveAt ?? body.valueAt,
    });
  }

  @Post('tranches/:id/cancellation')
  @Allow('operator')
  @CommandRoute({ summary: 'Cancel a tranche', body: ReasonBody, status: 200, versioned: true })
  cancelTranche(
    @CurrentRequest() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(ReasonBody) body: ReasonBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toCancelTranche(id, body), {
      effectiveAt: body.effectiveAt,
      versioned: true,
    });
  }

  @Post('tranches/:id/lapse')
  @Allow('operator')
  @CommandRoute({
    summary: 'Declare a tranche lapsed after its long stop',
    body: LapseTrancheBody,
    status: 200,
  })
  lapseTranche(
    @CurrentRequest() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(LapseTrancheBody) body: LapseTrancheBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toLapseTranche(id), { effectiveAt: body.effectiveAt });
  }
}
