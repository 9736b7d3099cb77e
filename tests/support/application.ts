import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type pg from 'pg';
import type { Principal } from '../../libs/access/principal.js';
import { ApplicationModule } from '../../libs/application/application.module.js';
import { DiscardUsage } from '../../libs/application/discard-usage.js';
import { GetUsageFate } from '../../libs/application/inbox/get-usage.js';
import type { UsageFate } from '../../libs/application/inbox/usage-fate.js';
import { UsageInbox, type ParkedFilter } from '../../libs/application/inbox/usage-inbox.js';
import type { Observer } from '../../libs/application/observer.js';
import { LEDGER, OBSERVER, VIEWS } from '../../libs/application/tokens.js';
import { RecordUsage } from '../../libs/application/record-usage.js';
import { RetryParked, type RetryTotals } from '../../libs/application/retry-parked.js';
import { RetryUsage } from '../../libs/application/retry-usage.js';
import type {
  ItemResult,
  UsageChannel,
  UsageEvent,
} from '../../libs/contract/usage/usage-event.js';
import type { Ledger, LedgerReader, StreamReader } from '../../libs/ledger/ledger.js';
import { given } from './given.js';

/** The buses of a process, over a ledger and a database that a test has opened, with what tests ask of them most. */
export interface TestApplication {
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly inbox: UsageInbox;
  record(
    events: readonly UsageEvent[],
    principal: Principal,
    channel: UsageChannel,
  ): Promise<readonly ItemResult[]>;
  retryParked(filter: ParkedFilter): Promise<RetryTotals>;
  fate(tenant: string, source: string, id: string): Promise<UsageFate | null>;
  /** Answers what has become of it. */
  retry(principal: Principal, source: string, id: string): Promise<UsageFate | null>;
  discard(
    principal: Principal,
    source: string,
    id: string,
    reason: string,
  ): Promise<UsageFate | null>;
  countsWritten(): Promise<void>;
}

/** `reader`: where views read, if that is not the ledger itself. */
export const applicationOver = async (
  ledger: Ledger & StreamReader,
  pool: pg.Pool,
  observer: Observer = {},
  reader: LedgerReader & StreamReader = ledger as unknown as LedgerReader & StreamReader,
): Promise<TestApplication> => {
  const providers = [
    { provide: LEDGER, useValue: ledger },
    { provide: VIEWS, useValue: { pool, reader } },
    { provide: OBSERVER, useValue: observer },
  ];
  const app = await NestFactory.createApplicationContext(given(providers, ApplicationModule), {
    logger: false,
    abortOnError: false,
  });
  const [commands, queries] = [app.get(CommandBus), app.get(QueryBus)];
  return asTestsAsk(commands, queries, app.get(UsageInbox));
};

/** The same over buses that exist. */
export const asTestsAsk = (
  commands: CommandBus,
  queries: QueryBus,
  inbox: UsageInbox,
): TestApplication => {
  const fate = (tenant: string, source: string, id: string) =>
    queries.execute(new GetUsageFate({ tenant, source, id }));
  return {
    commands,
    queries,
    inbox,
    record: (events, principal, channel) =>
      commands.execute(
        new RecordUsage(
          events.map((event) => ({ event })),
          principal,
          channel,
        ),
      ),
    retryParked: (filter) => commands.execute(new RetryParked(filter)),
    fate,
    retry: async (principal, source, id) => {
      await commands.execute(new RetryUsage(principal, { source, id }));
      return fate(principal.tenant, source, id);
    },
    discard: async (principal, source, id, reason) => {
      await commands.execute(new DiscardUsage(principal, { source, id }, reason));
      return fate(principal.tenant, source, id);
    },
    countsWritten: () => inbox.counter.settled(),
  };
};
