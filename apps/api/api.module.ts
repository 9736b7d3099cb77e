import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { LEDGER, LedgerCommandHandler } from '../../libs/application/ledger-command.js';
import { LedgerController } from './audit/ledger.controller.js';
import { AgreementsController } from './commands/agreements.controller.js';
import { CommandRequests } from './commands/command-requests.js';
import { CommitmentsController } from './commands/commitments.controller.js';
import { InvestmentsController } from './commands/investments.controller.js';
import { MilestonesController } from './commands/milestones.controller.js';
import { PartiesController } from './commands/parties.controller.js';
import { ReversalsController } from './commands/reversals.controller.js';
import { ProblemFilter } from './http/problem.filter.js';
import { OperationsController } from './operations/operations.controller.js';
import { PARTS, type ApiParts } from './parts.js';
import { TakeUsage } from './usage/take-usage.js';
import { UsageAccountsController } from './usage/usage-accounts.controller.js';
import { UsageController } from './usage/usage.controller.js';
import { UsageDeskPart } from './usage/usage-desk.part.js';
import { UsageFatesController } from './usage/usage-fates.controller.js';
import { UsageRefusalsController } from './usage/usage-refusals.controller.js';
import { AnswerViews } from './views/answer-views.js';
import { ViewsController } from './views/views.controller.js';

@Module({})
export class ApiModule {
  static over(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        PartiesController,
        AgreementsController,
        CommitmentsController,
        InvestmentsController,
        MilestonesController,
        UsageController,
        UsageAccountsController,
        UsageFatesController,
        UsageRefusalsController,
        ReversalsController,
        ViewsController,
        LedgerController,
        OperationsController,
      ],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: LEDGER, useValue: parts.ledger },
        { provide: APP_FILTER, useValue: new ProblemFilter(parts.logger, parts.health) },
        LedgerCommandHandler,
        CommandRequests,
        TakeUsage,
        UsageDeskPart,
        AnswerViews,
      ],
    };
  }
}
