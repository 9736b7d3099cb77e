import { Controller, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { LEDGER } from '../../../libs/application/tokens.js';
import { drawdownId } from '../../../libs/application/usage-command.js';
import { COMMAND_SOURCE } from '../../../libs/contract/validation/rules.js';
import { toReverseDrawdown } from '../../../libs/contract/usage/to-command.js';
import { ReverseDrawdownBody } from '../../../libs/contract/usage/bodies.js';
import type { DrawdownRecorded } from '../../../libs/domain/commitment/events.js';
import type { LedgerReader } from '../../../libs/ledger/ledger.js';
import { Allow } from '../http/access.js';
import { CommandRoute } from '../http/documented.js';
import { Id, WireBody } from '../http/wire.js';
import type { CommandAnswer } from '../../../libs/contract/command-answer.js';
import { CommandRequests, CurrentRequest, type CommandRequest } from './command-requests.js';

@ApiTags('usage')
@ApiBearerAuth()
@Controller('v1')
export class ReversalsController {
  constructor(
    private readonly commands: CommandRequests,
    @Inject(LEDGER) private readonly reader: LedgerReader,
  ) {}

  @Post('agreements/:id/reversals')
  @Allow('operator')
  @CommandRoute({ summary: 'Take back a usage event, or a part of it', body: ReverseDrawdownBody })
  async reverseUsage(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(ReverseDrawdownBody) body: ReverseDrawdownBody,
  ): Promise<CommandAnswer> {
    const reversalId = drawdownId(COMMAND_SOURCE, request.key);
    const original = await this.recorded(request.principal.tenant, body);
    const command = toReverseDrawdown(id, body, reversalId, original);
    // A correction takes effect when what it corrects did, unless it says otherwise.
    const effectiveAt = body.effectiveAt ?? original?.effectiveAt;
    return this.commands.run(request, reversalId, command, { effectiveAt });
  }

  /** What was recorded never changes, so it may be read before the decision. */
  private async recorded(
    tenant: string,
    { source, id }: ReverseDrawdownBody,
  ): Promise<DrawdownRecorded['body'] | null> {
    const entry = await this.reader.find(tenant, source, id);
    return entry?.event.type === 'DrawdownRecorded' ? entry.event.body : null;
  }
}
