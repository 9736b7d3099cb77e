import { Controller, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import {
  AgreeInvestmentBody,
  AgreeTrancheBody,
  CallTrancheBody,
  FundTrancheBody,
  LapseTrancheBody,
  ReasonBody,
} from '../../../libs/application/wire/investments.js';
import {
  toAgreeInvestment,
  toAgreeTranche,
  toCallTranche,
  toCancelTranche,
  toFundTranche,
  toLapseTranche,
} from '../../../libs/application/wire/to-command.js';
import { Allow } from '../http/access.js';
import { CommandRoute } from '../http/documented.js';
import { Id, WireBody } from '../http/wire.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandRequests, Request, type CommandRequest } from './command-requests.js';

@ApiTags('investments')
@ApiBearerAuth()
@Controller('v1')
export class InvestmentsController {
  constructor(@Inject(CommandRequests) private readonly commands: CommandRequests) {}

  @Post('agreements/:id/investments')
  @Allow('operator')
  @ApiParam({ name: 'id', type: String })
  @CommandRoute({ summary: 'Agree an investment', body: AgreeInvestmentBody })
  agree(
    @Request() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(AgreeInvestmentBody) body: AgreeInvestmentBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, `${id}.${body.id}`, toAgreeInvestment(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('investments/:id/tranches')
  @Allow('operator')
  @ApiParam({ name: 'id', type: String })
  @CommandRoute({ summary: 'Agree a tranche', body: AgreeTrancheBody })
  agreeTranche(
    @Request() request: CommandRequest,
    @Id(2) id: string,
    @WireBody(AgreeTrancheBody) body: AgreeTrancheBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, `${id}.${body.id}`, toAgreeTranche(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('tranches/:id/call')
  @Allow('operator')
  @ApiParam({ name: 'id', type: String })
  @CommandRoute({ summary: 'Call a tranche', body: CallTrancheBody, status: 200 })
  call(
    @Request() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(CallTrancheBody) body: CallTrancheBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toCallTranche(id, body), {
      effectiveAt: body.effectiveAt ?? body.calledAt,
    });
  }

  @Post('tranches/:id/funding')
  @Allow('operator')
  @ApiParam({ name: 'id', type: String })
  @CommandRoute({ summary: 'Record a payment of a tranche', body: FundTrancheBody })
  fund(
    @Request() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(FundTrancheBody) body: FundTrancheBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toFundTranche(id, body), {
      effectiveAt: body.effectiveAt ?? body.valueAt,
    });
  }

  @Post('tranches/:id/cancellation')
  @Allow('operator')
  @ApiParam({ name: 'id', type: String })
  @CommandRoute({ summary: 'Cancel a tranche', body: ReasonBody, status: 200, versioned: true })
  cancel(
    @Request() request: CommandRequest,
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
  @ApiParam({ name: 'id', type: String })
  @CommandRoute({
    summary: 'Declare a tranche lapsed after its long stop',
    body: LapseTrancheBody,
    status: 200,
  })
  lapse(
    @Request() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(LapseTrancheBody) body: LapseTrancheBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toLapseTranche(id), { effectiveAt: body.effectiveAt });
  }
}
