import { Controller, Get, Post } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { GetAlertRule, ListAlertRules } from '../../../libs/alerts/asking/rules.js';
import { AlertRuleAnswer, AlertRulesAnswer } from '../../../libs/contract/alerts/answers.js';
import {
  ChangeAlertRuleBody,
  DefineAlertRuleBody,
  RetireAlertRuleBody,
} from '../../../libs/contract/alerts/bodies.js';
import {
  toChangeAlertRule,
  toDefineAlertRule,
  toRetireAlertRule,
} from '../../../libs/contract/alerts/to-command.js';
import type { CommandAnswer } from '../../../libs/contract/command-answer.js';
import {
  CommandRequests,
  CurrentRequest,
  type CommandRequest,
} from '../commands/command-requests.js';
import { Allow, AllowReaders, Who } from '../http/access.js';
import { CommandRoute, ReadRoute } from '../http/documented.js';
import { Id, WireBody } from '../http/wire.js';
import { ShowsTerms } from '../http/shows-terms.js';

/** Rules are terms: who stated and changed them is in the ledger. */
@ApiTags('alerts')
@ApiBearerAuth()
@Controller('v1/alert-rules')
export class AlertRulesController {
  constructor(
    private readonly commands: CommandRequests,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @AllowReaders()
  @ReadRoute('Every rule, those that are retired too', AlertRulesAnswer)
  listAlertRules(@Who() { tenant }: Principal): Promise<AlertRulesAnswer> {
    return this.queries.execute(new ListAlertRules({ tenant }));
  }

  @Get(':id')
  @AllowReaders()
  @ShowsTerms('alert-rule')
  @ReadRoute('One rule, as it is now', AlertRuleAnswer)
  getAlertRule(@Who() { tenant }: Principal, @Id(1) ruleId: string): Promise<AlertRuleAnswer> {
    // One that is not there is 404 by ShowsTerms.
    return this.queries.execute(new GetAlertRule({ tenant, ruleId })) as Promise<AlertRuleAnswer>;
  }

  @Post()
  @Allow('operator')
  @CommandRoute({ summary: 'Define an alert rule', body: DefineAlertRuleBody, isNew: true })
  defineAlertRule(
    @CurrentRequest() request: CommandRequest,
    @WireBody(DefineAlertRuleBody) body: DefineAlertRuleBody,
  ): Promise<CommandAnswer> {
    const { effectiveAt } = body;
    return this.commands.run(request, body.id, toDefineAlertRule(body), {
      ...{ effectiveAt, isNew: true },
    });
  }

  @Post(':id/changes')
  @Allow('operator')
  @CommandRoute({
    ...{ summary: 'Change what an alert rule says', body: ChangeAlertRuleBody },
    ...{ versioned: true, status: 200 },
  })
  changeAlertRule(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(ChangeAlertRuleBody) body: ChangeAlertRuleBody,
  ): Promise<CommandAnswer> {
    const { effectiveAt } = body;
    return this.commands.run(request, id, toChangeAlertRule(id, body), {
      ...{ effectiveAt, versioned: true },
    });
  }

  @Post(':id/retirement')
  @Allow('operator')
  @CommandRoute({ summary: 'Retire an alert rule', body: RetireAlertRuleBody, status: 200 })
  retireAlertRule(
    @CurrentRequest() request: CommandRequest,
    @Id(1) id: string,
    @WireBody(RetireAlertRuleBody) body: RetireAlertRuleBody,
  ): Promise<CommandAnswer> {
    const { effectiveAt } = body;
    return this.commands.run(request, id, toRetireAlertRule(id, body), { effectiveAt });
  }
}
