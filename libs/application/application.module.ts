import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Ledger, StreamReader } from '../ledger/ledger.js';
import { AnswerQueryHandler, type FreshViews } from './answer-query.js';
import { DecideCommandHandler } from './decide-command.js';
import { DiscardUsageHandler } from './discard-usage.js';
import { UsageInbox } from './inbox/usage-inbox.js';
import type { Observer } from './observer.js';
import { RecordRefusalsHandler } from './record-refusals.js';
import { RecordUsageHandler } from './record-usage.js';
import { RetryParkedHandler } from './retry-parked.js';
import { RetryUsageHandler } from './retry-usage.js';
import { LEDGER, OBSERVER, VIEWS } from './tokens.js';

/** What the handlers of one process work with. */
export interface ApplicationParts {
  readonly ledger: Ledger & StreamReader;
  readonly views: FreshViews;
  readonly observer?: Observer;
}

const COMMAND_HANDLERS: Provider[] = [
  RecordUsageHandler,
  RecordRefusalsHandler,
  RetryParkedHandler,
  RetryUsageHandler,
  DiscardUsageHandler,
  DecideCommandHandler,
];

/** The one handler of each command and of all queries; Nest's buses find them. */
@Module({})
export class ApplicationModule {
  /** For a process that writes: CommandBus and QueryBus. */
  static over({ ledger, views, observer = {} }: ApplicationParts): DynamicModule {
    const inbox = new UsageInbox(views.pool, observer.onAltered);
    return {
      module: ApplicationModule,
      imports: [CqrsModule.forRoot()],
      providers: [
        { provide: LEDGER, useValue: ledger },
        { provide: VIEWS, useValue: views },
        { provide: OBSERVER, useValue: observer },
        { provide: UsageInbox, useValue: inbox },
        ...COMMAND_HANDLERS,
        AnswerQueryHandler,
      ],
      exports: [UsageInbox],
    };
  }

  /** For a process that only looks: QueryBus. */
  static reading({
    views,
    observer = {},
  }: Pick<ApplicationParts, 'views' | 'observer'>): DynamicModule {
    return {
      module: ApplicationModule,
      imports: [CqrsModule.forRoot()],
      providers: [
        { provide: VIEWS, useValue: views },
        { provide: OBSERVER, useValue: observer },
        AnswerQueryHandler,
      ],
    };
  }
}
