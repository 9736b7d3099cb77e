import { Controller, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import {
  ActivateAgreementBody,
  AmendAgreementBody,
  AttachDocumentBody,
  LinkInvestmentBody,
  NoteBody,
  ProposeAgreementBody,
  SupersedeAgreementBody,
  TerminateAgreementBody,
} from '../../../libs/contract/agreements/bodies.js';
import {
  toActivateAgreement,
  toAmendAgreement,
  toAttachDocument,
  toLinkInvestment,
  toNoteOnAgreement,
  toProposeAgreement,
  toSupersedeAgreement,
  toTerminateAgreement,
} from '../../../libs/contract/agreements/to-command.js';
import { Allow } from '../http/access.js';
import { CommandRoute } from '../http/documented.js';
import { Id, WireBody } from '../http/wire.js';
import type { CommandAnswer } from '../../../libs/contract/command-answer.js';
import { CommandRequests, CurrentRequest, type CommandRequest } from './command-requests.js';

@ApiTags('agreements')
@ApiBearerAuth()
@Controller('v1')
export class AgreementsController {
  constructor(private readonly commands: CommandRequests) {}

  @Post('agreements')
  @Allow('operator')
  @CommandRoute({ summary: 'Propose an agreement', body: ProposeAgreementBody, isNew: true })
  proposeAgreement(
    @CurrentRequest() request: CommandRequest,
    @WireBody(ProposeAgreementBody) body: ProposeAgreementBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, body.id, toProposeAgreement(body), {
      effectiveAt: body.effectiveAt,
      isNew: true,
    });
  }

  @Post('agreements/:id/activation')
  @Allow('operator')
  @CommandRoute({
    summary: 'Bring an agreement into force',
    body: ActivateAgreementBody,
    status: 200,
  })
  activateAgreement(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(ActivateAgreementBody) body: ActivateAgreementBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toActivateAgreement(id, body), {
      effectiveAt: body.effectiveAt ?? body.activatedAt,
      opens: id,
    });
  }

  @Post('agreements/:id/amendments')
  @Allow('operator')
  @CommandRoute({ summary: 'Amend an agreement', body: AmendAgreementBody, versioned: true })
  amendAgreement(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(AmendAgreementBody) body: AmendAgreementBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toAmendAgreement(id, body), {
      effectiveAt: body.effectiveAt,
      versioned: true,
    });
  }

  @Post('agreements/:id/termination')
  @Allow('operator')
  @CommandRoute({
    summary: 'Terminate an agreement',
    body: TerminateAgreementBody,
    status: 200,
    versioned: true,
  })
  terminateAgreement(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(TerminateAgreementBody) body: TerminateAgreementBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toTerminateAgreement(id, body), {
      effectiveAt: body.effectiveAt ?? body.terminatedAt,
      versioned: true,
    });
  }

  @Post('agreements/:id/supersession')
  @Allow('operator')
  @CommandRoute({
    summary: 'Put another agreement in its place',
    body: SupersedeAgreementBody,
    status: 200,
    versioned: true,
  })
  supersedeAgreement(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(SupersedeAgreementBody) body: SupersedeAgreementBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toSupersedeAgreement(id, body), {
      effectiveAt: body.effectiveAt ?? body.supersededAt,
      versioned: true,
    });
  }

  @Post('agreements/:id/links')
  @Allow('operator')
  @CommandRoute({ summary: 'Link an investment and a commitment', body: LinkInvestmentBody })
  linkInvestment(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(LinkInvestmentBody) body: LinkInvestmentBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toLinkInvestment(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('agreements/:id/documents')
  @Allow('operator')
  @CommandRoute({ summary: 'Attach a document by its hash', body: AttachDocumentBody })
  attachDocument(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(AttachDocumentBody) body: AttachDocumentBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, id, toAttachDocument(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }

  @Post('agreements/:id/notes')
  @Allow('operator')
  @CommandRoute({ summary: 'Keep a sourced claim beside the terms', body: NoteBody })
  addNote(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(NoteBody) body: NoteBody,
  ): Promise<CommandAnswer> {
    return this.commands.run(request, body.id, toNoteOnAgreement(id, body), {
      effectiveAt: body.effectiveAt,
    });
  }
}
