import { Controller, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import {
  AmendCommitmentBody,
  PledgeCommitmentBody,
  TerminateCommitmentBody,
} from '../../../libs/contract/commitments/bodies.js';
import {
  toAmendCommitment,
  toPledgeCommitment,
  toTerminateCommitment,
} from '../../../libs/contract/commitments/to-command.js';
import { Allow } from '../http/access.js';
import { CommandRoute } from '../http/documented.js';
import { Id, WireBody } from '../http/wire.js';
import type { CommandAnswer } from '../../../libs/contract/command-answer.js';
import { CommandRequests, CurrentRequest, type CommandRequest } from './command-requests.js';

@ApiTags('commitments')
@ApiBearerAuth()
@Controller('v1')
export class CommitmentsController {
  constructor(private readonly commands: CommandRequests) {}

  @Post('agreements/:id/commitments')
  @Allow('operator')
  @CommandRoute({ summary: 'Pledge a commitment', body: PledgeCommitmentBody })
  pledgeCommitment(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(PledgeCommitmentBody) body: PledgeCommitmentBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, `${id}.${body.id}`, toPledgeCommitment(id, body), {
      effectiveAt: body.effectiveAt,
      opens: id,
    });
  }

  @Post('commitments/:id/amendments')
  @Allow('operator')
  @CommandRoute({ summary: 'Amend a commitment', body: AmendCommitmentBody, versioned: true })
  amendCommitment(
    @CurrentRequest() request: CommandRequest,
    @Id(2) id: string,
    @WireBody(AmendCommitmentBody) body: AmendCommitmentBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toAmendCommitment(id, body), {
      effectiveAt: body.effectiveAt,
      versioned: true,
    });
  }

  @Post('commitments/:id/termination')
  @Allow('operator')
  @CommandRoute({
    summary: 'Terminate a commitment',
    body: TerminateCommitmentBody,
    status: 200,
    versioned: true,
  })
  terminateCommitment(
    @CurrentRequest() request: CommandRequest,
    @Id(2) id: string,
    @WireBody(TerminateCommitmentBody) body: TerminateCommitmentBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toTerminateCommitment(id, body), {
      effectiveAt: body.effectiveAt ?? body.terminatedAt,
      versioned: true,
    });
  }
}
