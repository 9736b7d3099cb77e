import { Controller, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import {
  ApproveMilestoneBody,
  AttestMilestoneBody,
  DefineMilestoneBody,
  ExtendMilestoneBody,
  ReasonBody,
} from '../../../libs/contract/investments/bodies.js';
import {
  toApproveMilestone,
  toAttestMilestone,
  toDefineMilestone,
  toExtendMilestone,
  toWaiveMilestone,
} from '../../../libs/contract/investments/to-command.js';
import { Allow } from '../http/access.js';
import { CommandRoute } from '../http/documented.js';
import { Id, WireBody } from '../http/wire.js';
import type { CommandAnswer } from '../../../libs/contract/command-answer.js';
import { CommandRequests, CurrentRequest, type CommandRequest } from './command-requests.js';

@ApiTags('milestones')
@ApiBearerAuth()
@Controller('v1')
export class MilestonesController {
  constructor(private readonly commands: CommandRequests) {}

  @Post('investments/:id/milestones')
  @Allow('operator')
  @CommandRoute({ summary: 'Define a milestone', body: DefineMilestoneBody })
  defineMilestone(
    @CurrentRequest() request: CommandRequest,
    @Id(2) id: string,
    @WireBody(DefineMilestoneBody) body: DefineMilestoneBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, `${id}.${body.id}`, toDefineMilestone(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('milestones/:id/attestations')
  @Allow('operator', 'approver')
  @CommandRoute({ summary: 'Attest that a milestone was met or missed', body: AttestMilestoneBody })
  attestMilestone(
    @CurrentRequest() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(AttestMilestoneBody) body: AttestMilestoneBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toAttestMilestone(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('milestones/:id/approval')
  @Allow('approver')
  @CommandRoute({
    summary: 'Approve or decline an attestation of somebody else',
    body: ApproveMilestoneBody,
    status: 200,
  })
  approveMilestone(
    @CurrentRequest() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(ApproveMilestoneBody) body: ApproveMilestoneBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toApproveMilestone(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('milestones/:id/waiver')
  @Allow('approver')
  @CommandRoute({ summary: 'Waive a milestone', body: ReasonBody, status: 200 })
  waiveMilestone(
    @CurrentRequest() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(ReasonBody) body: ReasonBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toWaiveMilestone(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('milestones/:id/extension')
  @Allow('operator')
  @CommandRoute({
    summary: 'Give a milestone a later due date',
    body: ExtendMilestoneBody,
    status: 200,
  })
  extendMilestone(
    @CurrentRequest() request: CommandRequest,
    @Id(3) id: string,
    @WireBody(ExtendMilestoneBody) body: ExtendMilestoneBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toExtendMilestone(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }
}
