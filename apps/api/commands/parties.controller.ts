import { Controller, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import {
  DeclareRelationBody,
  EndRelationBody,
  RegisterPartyBody,
  RenamePartyBody,
} from '../../../libs/contract/parties/bodies.js';
import {
  toDeclareRelation,
  toEndRelation,
  toRegisterParty,
  toRenameParty,
} from '../../../libs/contract/parties/to-command.js';
import { Allow } from '../http/access.js';
import { CommandRoute } from '../http/documented.js';
import { Id, WireBody } from '../http/wire.js';
import type { CommandAnswer } from '../../../libs/contract/command-answer.js';
import { CommandRequests, CurrentRequest, type CommandRequest } from './command-requests.js';

@ApiTags('parties')
@ApiBearerAuth()
@Controller('v1/parties')
export class PartiesController {
  constructor(private readonly commands: CommandRequests) {}

  @Post()
  @Allow('operator')
  @CommandRoute({ summary: 'Register a party', body: RegisterPartyBody, isNew: true })
  registerParty(
    @CurrentRequest() request: CommandRequest,
    @WireBody(RegisterPartyBody) body: RegisterPartyBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, body.id, toRegisterParty(body), {
      effectiveAt: body.effectiveAt,
      isNew: true,
    });
  }

  @Post(':id/rename')
  @Allow('operator')
  @CommandRoute({ summary: 'Rename a party', body: RenamePartyBody, versioned: true, status: 200 })
  renameParty(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(RenamePartyBody) body: RenamePartyBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toRenameParty(id, body), {
      effectiveAt: body.effectiveAt ?? body.renamedAt,
      versioned: true,
    });
  }

  @Post(':id/relations')
  @Allow('operator')
  @CommandRoute({ summary: 'Declare a relation to another party', body: DeclareRelationBody })
  declareRelation(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(DeclareRelationBody) body: DeclareRelationBody,
  ): Promise<CommandAnswer> {
    const effectiveAt = body.effectiveAt ?? body.from;
    return this.commands.run(request, body.id, toDeclareRelation(id, body), { effectiveAt });
  }

  @Post(':id/relations/:relationId/end')
  @Allow('operator')
  @CommandRoute({ summary: 'End a relation', body: EndRelationBody, status: 200 })
  endRelation(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @Id(1, 'relationId') relationId: string,
    @WireBody(EndRelationBody) body: EndRelationBody,
  ): Promise<CommandAnswer> {
    const effectiveAt = body.effectiveAt ?? body.endedAt;
    return this.commands.run(request, relationId, toEndRelation(id, relationId, body), {
      effectiveAt,
    });
  }
}
