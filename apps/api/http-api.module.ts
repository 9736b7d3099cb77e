import { Module, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Sessions } from '../../libs/access/sessions.js';
import { ApplicationModule } from '../../libs/application/application.module.js';
import { OperationsModule } from '../../libs/host/operations/operations.module.js';
import { Readiness } from '../../libs/host/operations/readiness.js';
import { AlertsModule } from '../../libs/host/alerts.module.js';
import { AlertEndpointsController } from './alerts/alert-endpoints.controller.js';
import { AlertRulesController } from './alerts/alert-rules.controller.js';
import { AlertsController } from './alerts/alerts.controller.js';
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
import { SessionController } from './session/session.controller.js';
import { LiveStreams } from './stream/live-streams.js';
import { StreamController } from './stream/stream.controller.js';
import { UsageAccountsController } from './usage/usage-accounts.controller.js';
import { UsageList } from './usage/usage-list.js';
import { UsageController } from './usage/usage.controller.js';
import { UsageFatesController } from './usage/usage-fates.controller.js';
import { UsageRefusalsController } from './usage/usage-refusals.controller.js';
import { ExplainController } from './views/explain.controller.js';
import { ListsController } from './views/lists.controller.js';
import { ScenariosController } from './views/scenarios.controller.js';
import { RecordsController } from './views/records.controller.js';
import { ViewsController } from './views/views.controller.js';

/** The routes, over the buses and the ledger of the process. */
@Module({
  imports: [ApplicationModule, OperationsModule, AlertsModule],
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
    ListsController,
    RecordsController,
    ViewsController,
    ScenariosController,
    ExplainController,
    AlertRulesController,
    AlertsController,
    AlertEndpointsController,
    LedgerController,
    StreamController,
    OperationsController,
    SessionController,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: Sessions, useFactory: () => new Sessions() },
    CommandRequests,
    LiveStreams,
    UsageList,
  ],
})
export class HttpApiModule implements OnModuleInit {
  constructor(private readonly readiness: Readiness) {}

  onModuleInit(): void {
    this.readiness.includeApi();
  }
}
