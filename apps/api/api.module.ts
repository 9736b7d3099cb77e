import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { UsageInbox } from '../../libs/application/inbox/usage-inbox.js';
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
import { UsageAccountsController } from './usage/usage-accounts.controller.js';
import { UsageController } from './usage/usage.controller.js';
import { UsageFatesController } from './usage/usage-fates.controller.js';
import { UsageRefusalsController } from './usage/usage-refusals.controller.js';
import { ViewsController } from './views/views.controller.js';

@Module({})
export class ApiModule {
  static over(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
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
        { provide: CommandBus, useValue: parts.commands },
        { provide: QueryBus, useValue: parts.queries },
        { provide: UsageInbox, useValue: parts.inbox },
        { provide: APP_FILTER, useValue: new ProblemFilter(parts.logger, parts.health) },
        CommandRequests,
      ],
    };
  }
}
