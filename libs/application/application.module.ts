import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Views } from '../projections/asking/read-view.js';
import { AnswerQueryHandler } from './answer-query.js';
import { DecideCommandHandler } from './decide-command.js';
import { DiscardUsageHandler } from './discard-usage.js';
import { UsageInbox } from './inbox/usage-inbox.js';
import type { Observer } from './observer.js';
import { RecordRefusalsHandler } from './record-refusals.js';
import { RecordUsageHandler } from './record-usage.js';
import { RetryParkedHandler } from './retry-parked.js';
import { RetryUsageHandler } from './retry-usage.js';
import { OBSERVER, VIEWS } from './tokens.js';
import { within } from '../waiting/within.js';

/** A database that does not answer is not waited for at the end: nothing but counts is missing then. */
const COUNTS_MS_MAX = 2_000;

/** QueryBus, for a process that only looks. The views and the observer are the process's own (`tokens.ts`). */
@Module({ imports: [CqrsModule.forRoot()], providers: [AnswerQueryHandler] })
export class QueriesModule {}

/** CommandBus and QueryBus, for a process that writes: the one handler of each command and of all queries. */
@Module({
  imports: [QueriesModule],
  providers: [
    {
      provide: UsageInbox,
      inject: [VIEWS, OBSERVER],
      useFactory: ({ pool }: Views, { onAltered }: Observer) => new UsageInbox(pool, onAltered),
    },
    RecordUsageHandler,
    RecordRefusalsHandler,
    RetryParkedHandler,
    RetryUsageHandler,
    DiscardUsageHandler,
    DecideCommandHandler,
  ],
  exports: [UsageInbox],
})
export class ApplicationModule implements OnApplicationShutdown {
  constructor(private readonly inbox: UsageInbox) {}

  /** What was counted until now can be read by others. */
  async onApplicationShutdown(): Promise<void> {
    await within(COUNTS_MS_MAX, this.inbox.counter.settled(), () => undefined);
  }
}
